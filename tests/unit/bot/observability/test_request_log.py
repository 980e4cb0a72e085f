"""Each question is logged and counted once, with its outcome and stages."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bot.cogs.common.error_messages import for_user
from bot.cogs.common.interaction_handler import InteractionHandler
from bot.observability.request_log import MetricsSink, ReceivedQuestion, RequestLog, RequestOutcome, Source, current_id
from bot.services import Services
from bot.services.admission import RefusedError
from bot.services.permissions import Requester
from bot.services.question_service import QuestionRequest
from bot.services.rate_limits import RateLimits
from bot.services.worker_pool import WorkerPool
from bot.transport.delivery import Outgoing, Responder
from bot.ui.markup.pages import Form, Page
from retrieval.core.errors import QuestionError
from retrieval.core.types import Outcome
from tests.support.doubles.fake_articles import FakeArticles, answer, open_services
from tests.unit.bot.transport.test_delivery import FakeChannel, FakeInteraction
from tests.unit.bot.transport.test_retry import refusal

TITLE_INDEX = FakeArticles().title_index


class Ledger(MetricsSink):
    """Remembers the measurements."""

    def __init__(self) -> None:
        self.questions: Counter[tuple[str, str, bool]] = Counter()
        self.stages: list[tuple[str, float]] = []
        self.votes: list[bool] = []

    def question(self, way: Source, outcome: RequestOutcome, *, keyword_only: bool) -> None:
        self.questions[way, outcome, keyword_only] += 1

    def stage(self, stage: str, seconds: float) -> None:
        self.stages.append((stage, seconds))

    def feedback(self, *, helpful: bool) -> None:
        self.votes.append(helpful)


def asked(age: float = 0.0, text: str | None = "Who met?") -> ReceivedQuestion:
    """A question by command in server 7."""
    return ReceivedQuestion(Source.COMMAND, 7, text, age)


class Ticking:
    """A clock that a test moves."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_question_ends_with_one_line(caplog: pytest.LogCaptureFixture) -> None:
    """Outcome, duration of each stage, and the total from Discord's interaction to the sending."""
    caplog.set_level(logging.INFO, logger="bot.observability.request_log")
    ledger, clock = Ledger(), Ticking()
    log = RequestLog(ledger, clock=clock)
    with log.track(asked(age=0.5)):
        for stage, seconds in (("ranking", 0.02), ("ranking", 0.03), ("sending", 0.1)):
            with log.timed(stage):
                clock.now += seconds
        log.set_answer(Outcome.NOT_SURE, 0.4567, keyword_only=True)
        clock.now += 5  # work after the sending is not counted
    (line,) = caplog.records
    assert line.getMessage() == "question"
    fields = line.__dict__
    assert (fields["way"], fields["guild"], fields["outcome"]) == ("command", "7", "not_sure")
    assert (fields["confidence"], fields["keyword_only"]) == (0.457, True)
    assert (fields["stages_ms"], fields["total_ms"]) == ({"ranking": 50.0, "sending": 100.0}, 650.0)
    assert "question" not in fields
    assert ledger.questions == {("command", "not_sure", True): 1}
    assert [stage for stage, _ in ledger.stages] == ["ranking", "ranking", "sending", "total"]


def test_the_words_are_logged_only_if_wanted(caplog: pytest.LogCaptureFixture) -> None:
    """But never those of another member's message."""
    caplog.set_level(logging.INFO, logger="bot.observability.request_log")
    for text in ("Who met?", None):
        with RequestLog(with_texts=True).track(asked(text=text)):
            pass
    assert [record.__dict__.get("question") for record in caplog.records] == ["Who met?", None]


def test_a_question_that_breaks_off_has_failed() -> None:
    """After any error it is counted once; an outcome that was reported replaces the answer's."""
    ledger = Ledger()
    log = RequestLog(ledger)
    with pytest.raises(KeyError), log.track(asked()):
        raise KeyError
    with log.track(asked()):
        log.set_answer(Outcome.ANSWERED, 0.9, keyword_only=False)
        log.set_outcome(RequestOutcome.FAILED)
    with log.track(asked()):
        log.set_outcome(RequestOutcome.BUSY)
    with log.track():
        log.set_answer(Outcome.ANSWERED, 0.9, keyword_only=False)
    assert ledger.questions == {("command", "failed", False): 2, ("command", "busy", False): 1}
    assert [stage for stage, _ in ledger.stages] == ["total", "total"], (
        "a refusal says nothing of how long answers take"
    )


async def test_an_undelivered_answer_has_failed() -> None:
    """Found is not answered; but what was refused is not made a failure by that."""
    ledger = Ledger()
    log = RequestLog(ledger)
    services: Any = SimpleNamespace(request_log=log)
    handler = InteractionHandler(services, Responder())

    async def send_in_vain() -> None:
        interaction: Any = FakeInteraction(refusal(404, 10062), user=FakeChannel(refusal(403, 50007)))
        assert await handler.send(interaction, Outgoing(Page("An answer.")), private=True) is None

    with log.track(asked()):
        log.set_answer(Outcome.ANSWERED, 0.9, keyword_only=False)
        await send_in_vain()
    with log.track(asked()):
        log.set_outcome(RequestOutcome.REFUSED)
        await send_in_vain()
    assert ledger.questions == {("command", "failed", False): 1, ("command", "refused", False): 1}


def test_a_clock_that_differs_does_not_spoil_the_metrics() -> None:
    """An age below nothing or beyond what can be is the clock's."""
    ledger, clock = Ledger(), Ticking()
    for age in (-5.0, 4000.0):
        with RequestLog(ledger, clock=clock).track(asked(age)):
            clock.now += 1
    assert ledger.stages == [("total", 1.0), ("total", 1.0)]


def test_the_incident_number_is_the_request_id(caplog: pytest.LogCaptureFixture) -> None:
    """So everything in the log about it is found; outside of a request there is a number too."""
    with RequestLog().track(asked()):
        number = current_id()
        assert number in for_user(RuntimeError(), TITLE_INDEX)
        assert f"incident {number}" in caplog.text
    assert current_id() != number


def test_what_belongs_to_no_request_is_not_counted() -> None:
    """Warming up and looking for new articles."""
    ledger = Ledger()
    log = RequestLog(ledger)
    log.observe("encoding", 3.0)
    log.set_answer(Outcome.ANSWERED, 1.0, keyword_only=False)
    log.set_outcome(RequestOutcome.FAILED)
    assert ledger.stages == []


ADA = Requester(user=1, guild=7, channel=70)


async def ask(services: Services, text: str) -> None:
    """As a command does, but for Discord."""
    handler, request = InteractionHandler(services, Responder()), QuestionRequest(text, 3, guild=7)
    with handler.in_progress(asked()):
        try:
            with services.admission.accept(ADA, Source.COMMAND) as slot:
                await handler.reply(slot, ADA, lambda: services.questions.answer(request), Form.EMBEDS)
        except (RefusedError, QuestionError) as error:
            handler.error_text(error)


async def test_every_question_is_counted_by_its_outcome(tmp_path: Path) -> None:
    """Found by keywords alone, too many of one user, no slot free, nothing to search for."""
    articles, ledger = FakeArticles({"paris": "Macron met 31 leaders."}), Ledger()
    quote = articles.quote("paris", "Macron met 31 leaders.")
    articles.answers["Who met?"] = replace(answer(quote), keyword_only=True)
    pool, limits = WorkerPool(at_once=1, waiting=0), RateLimits(clock=lambda: 0.0)
    async with open_services(tmp_path, articles, pool=pool, limits=limits, request_log=RequestLog(ledger)) as services:
        await ask(services, "Who met?")
        with pool.reserve():
            await ask(services, "Who met?")
        articles.error = QuestionError("The question is empty.")
        await ask(services, "?")
        await ask(services, "?")
        await ask(services, "Who met?")
    ends = {"answered": 1, "busy": 1, "refused": 3}
    assert {end: count for (_, end, _), count in ledger.questions.items()} == ends
    assert ledger.questions["command", "answered", True] == 1
    assert [stage for stage, _ in ledger.stages if stage != "total"] == ["rendering"]
