"""Error messages for members; the log has the details under the same incident number."""

from __future__ import annotations

import logging

from bot.observability.request_log import current_id
from bot.services.admission import RefusedError
from bot.services.titles import TitleIndex
from bot.store import RecordsError
from bot.ui import strings
from bot.ui.markup.escaping import escape
from bot.ui.markup.limits import fitted_line
from retrieval.core.errors import AlteredArticleError, QuestionError, RetrievalError, UnknownArticleError

_log = logging.getLogger(__name__)


def for_user(error: Exception, title_index: TitleIndex) -> str:
    """The text, in Markdown, for the member whose request failed with ``error``; logged if they cannot fix it."""
    if isinstance(error, RefusedError):
        return str(error)
    if isinstance(error, QuestionError):
        return escape(str(error))
    if isinstance(error, UnknownArticleError):
        return no_such_article(error.article_id, title_index)
    incident = current_id()  # every log line of the request carries it
    if isinstance(error, (RetrievalError, RecordsError)):
        # Their text says what to do; a traceback would hide it.
        _log.error("incident %s: %s", incident, error)
        text = strings.ALTERED if isinstance(error, AlteredArticleError) else strings.UNAVAILABLE
    else:
        _log.error("incident %s", incident, exc_info=error)
        text = strings.FAILED
    return text.format(incident=incident)


def no_such_article(typed: str, title_index: TitleIndex) -> str:
    """The text for a name that is no article's, with the most similar names."""
    name = fitted_line(typed, 150)
    near = [fitted_line(a.metadata.title or a.article_id, 200) for a in title_index.suggest(typed)[:3]]
    if not near:
        return strings.NO_SUCH_ARTICLE.format(typed=name)
    return strings.DID_YOU_MEAN.format(typed=name, titles=" or ".join(f"“{title}”" for title in near))
