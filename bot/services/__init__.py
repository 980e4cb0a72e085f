"""Services of the bot, free of Discord's objects: questions, articles, permissions, rate limits, records."""

from __future__ import annotations

from dataclasses import dataclass

from bot.observability.request_log import RequestLog
from bot.services.admission import Admission
from bot.services.article_source import ArticleSource
from bot.services.question_service import QuestionService
from bot.services.records import Records
from bot.services.worker_pool import WorkerPool


@dataclass(frozen=True, slots=True)
class Services:
    """Every service of a running bot, for its commands, messages and buttons."""

    articles: ArticleSource
    pool: WorkerPool
    records: Records
    admission: Admission
    questions: QuestionService
    request_log: RequestLog
