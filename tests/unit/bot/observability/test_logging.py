"""The log: one event a line whatever is logged, tokens masked, a request's id on every line."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import warnings
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.observability.logging import _ExpectedErrorFilter, formatter, set_up
from bot.observability.request_log import RequestLog, current_id
from bot.services.worker_pool import SerialExecutor, WorkerPool

TOKEN = "abc.DEF.ghi-123"
CHROMA = 'ch"ro\\ma-token'
SECRETS = (SecretStr(TOKEN), SecretStr(CHROMA), SecretStr(""))
ANYTHING = st.text(st.characters(exclude_categories=()))


def record(message: str, *args: object, error: BaseException | None = None, **extra: object) -> logging.LogRecord:
    """A record, as a logger hands it to its handler."""
    info = (type(error), error, error.__traceback__) if error is not None else None
    made = logging.LogRecord("bot.services.question_service", logging.WARNING, "module.py", 7, message, args, info)
    made.__dict__.update(extra)
    return made


@given(ANYTHING, ANYTHING)
def test_whatever_is_logged_is_one_line_of_json(text: str, field: str) -> None:
    """Ends of lines, control signs, halves of characters: the line can be read back, and is alone."""
    line = formatter(SECRETS, as_json=True).format(record("%s", text, note=field))
    assert len(line.splitlines()) == 1
    assert line.isascii()
    assert line.isprintable()
    read = json.loads(line)
    assert list(read)[:4] == ["timestamp", "level", "logger", "event"]
    assert (read["event"], read["note"]) == (text, field)


@given(ANYTHING, ANYTHING)
def test_whatever_is_logged_is_one_line_of_text(text: str, field: str) -> None:
    """Nothing that is not to be seen gets to a terminal, so no member can forge a line or move the cursor."""
    line = formatter(SECRETS, as_json=False).format(record("%s", text, note=field))
    assert line.isprintable()
    assert line[:10].count("-") == 2
    line.encode()


@given(ANYTHING)
def test_a_traceback_stays_below_its_line(text: str) -> None:
    """In JSON it is a field; in text every line of it is indented, also those that the error's own words begin."""
    made = record("failed", error=ValueError(f"x\n2026-01-01 00:00:00 INFO forged\r{text}"))
    assert "ValueError" in json.loads(formatter((), as_json=True).format(made))["exception"]
    first, *rest = formatter((), as_json=False).format(made).split("\n")
    assert "failed" in first
    assert rest
    assert all(line.startswith("    ") and line.isprintable() for line in rest)


@pytest.mark.parametrize("as_json", [True, False])
def test_tokens_are_masked_wherever_they_turn_up(as_json: bool) -> None:
    """The bot's, the vector server's, those of interactions in addresses: in words, fields and tracebacks."""
    error = ValueError(f"PATCH /webhooks/123/{'aW50' * 20}/messages/@original with {TOKEN}")
    made = record("with %s", TOKEN, error=error, header=f"Bearer {CHROMA}", inner={"deep": CHROMA})
    line = formatter(SECRETS, as_json=as_json).format(made)
    assert TOKEN not in line
    assert "ro\\ma-token" not in line
    assert "ma-token" not in line
    assert "aW50aW50" not in line
    assert "ValueError: PATCH /webhooks/123/[token]/messages" in line
    assert line.count("[token]") == 5


def test_colours_are_for_terminals() -> None:
    """The level alone is coloured; what is logged still brings no control sign of its own."""
    line = formatter((), as_json=False, colours=True).format(record("\x1b[2J gone"))
    assert "\x1b[33mWARNING\x1b[0m" in line
    assert line.count("\x1b") == 2


def test_what_an_event_brings_cannot_pass_for_what_every_line_has() -> None:
    """Level, time and logger are the record's own."""
    line = json.loads(formatter((), as_json=True).format(record("x", level="debug", timestamp="never", logger="y")))
    assert (line["level"], line["logger"]) == ("warning", "bot.services.question_service")
    assert line["timestamp"] != "never"


@pytest.mark.parametrize("as_json", [True, False])
def test_a_record_that_cannot_be_written_says_so(as_json: bool) -> None:
    """The line names its source, without its arguments."""
    line = formatter((), as_json=as_json).format(record("%d of %d", "private words"))
    assert "module.py:7 cannot be written (TypeError)" in line
    assert "private" not in line


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that is logged meanwhile, as JSON."""
    root, level = logging.getLogger(), logging.getLogger("bot").level
    handlers, root_level = root.handlers[:], root.level
    stream = io.StringIO()
    set_up(SECRETS, "DEBUG", as_json=True, stream=stream)
    yield stream
    logging.captureWarnings(capture=False)
    root.handlers[:] = handlers
    root.setLevel(root_level)
    logging.getLogger("bot").setLevel(level)


async def test_an_id_follows_a_request_into_threads(log: io.StringIO) -> None:
    """Also into what libraries say there, and two requests at once do not mix."""

    def work(request_id: str | None) -> None:
        logging.getLogger("some.library").warning("work of %s", request_id)

    async def request(pool: WorkerPool, executor: SerialExecutor) -> None:
        with RequestLog().track():
            request_id = current_id()
            for _ in range(5):
                await pool.call(lambda: work(request_id))
                await executor.run(work, request_id)

    async with WorkerPool() as pool, SerialExecutor() as executor:
        await asyncio.gather(*(request(pool, executor) for _ in range(7)))
        await pool.call(lambda: work(None))
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    assert len(lines) == 71
    assert len({line.get("id") for line in lines}) == 8
    assert all(line["event"] == f"work of {line.get('id')}" for line in lines)


def test_warnings_are_records_too(log: io.StringIO) -> None:
    """A library's warning does not break the form of the log."""
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=False)
        logging.captureWarnings(capture=True)
        warnings.warn("old\nways", DeprecationWarning, stacklevel=1)
    (line,) = log.getvalue().splitlines()
    assert "old\nways" in json.loads(line)["event"]


def test_a_token_too_short_to_be_masked_is_said(log: io.StringIO) -> None:
    """Without the token."""
    set_up((SecretStr("seven77"),), as_json=True, stream=log)
    assert "cannot be masked" in log.getvalue()
    assert "seven77" not in log.getvalue()


def test_a_lost_connection_is_one_line() -> None:
    """discord.py's traceback is left out of what mends itself."""
    made = record("Attempting a reconnect in 1.00s", error=ConnectionResetError())
    assert _ExpectedErrorFilter().filter(made)
    line = json.loads(formatter((), as_json=True).format(made))
    assert line["event"] == "Attempting a reconnect in 1.00s (ConnectionResetError)"
    assert "exception" not in line
