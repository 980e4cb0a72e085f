"""The member gets a line to act on, the operator the details in the log."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import pytest

from bot.cogs.common.error_messages import for_user
from bot.services.admission import RefusedError
from bot.store import RecordsError
from retrieval.core.errors import AlteredArticleError, NotIndexedError, QuestionError, UnknownArticleError
from tests.support.doubles.fake_articles import FakeArticles

TITLE_INDEX = FakeArticles({"paris": "", "prague": ""}).title_index


@pytest.mark.parametrize("error", [RuntimeError("the secret inside"), KeyError("x")])
def test_an_unexpected_error_has_an_incident_number(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    """The same in the reply and in the log, which has the traceback; nothing of the error itself is shown."""
    text = for_user(error, TITLE_INDEX)
    number = re.search(r"\b[0-9A-F]{8}\b", text)
    assert number is not None
    assert str(error) not in text
    assert number.group() in caplog.text
    assert type(error).__name__ in caplog.text


@pytest.mark.parametrize(
    "error",
    [NotIndexedError(Path("/srv/home")), RecordsError("/srv/home/bot.sqlite3: full."), AlteredArticleError("paris")],
)
def test_what_is_for_operators_is_in_the_log_only(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    """Paths and commands of the server are not for members; one line with what to do is enough for the log."""
    caplog.set_level(logging.ERROR)
    text = for_user(error, TITLE_INDEX)
    assert "/srv" not in text
    assert "Run:" not in text
    assert str(error) in caplog.text
    assert "Traceback" not in caplog.text


def test_what_the_asker_can_mend_is_said_and_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    """A refusal, an empty question, a mistyped article."""
    assert for_user(RefusedError("Not here."), TITLE_INDEX) == "Not here."
    assert for_user(QuestionError("The *question* is empty."), TITLE_INDEX) == r"The \*question\* is empty."
    assert "Did you mean “Prague”" in for_user(UnknownArticleError("pragge"), TITLE_INDEX)
    assert r"\@everyone" in for_user(UnknownArticleError("@everyone zzz"), TITLE_INDEX)
    assert caplog.text == ""
