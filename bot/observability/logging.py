"""Logging: one line an event on standard error, tokens masked, no questions; the libraries' records included.

The only importer of structlog.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, TextIO
from urllib.parse import quote

import structlog
from pydantic import SecretStr

from bot.observability.request_log import current_request

_log = logging.getLogger(__name__)

Event = MutableMapping[str, Any]
#: Beginnings of discord.py's messages about events that it recovers from.
_EXPECTED = ("Attempting a reconnect", "Failed to connect for shard_id", "Ignoring exception in autocomplete")
#: An interaction's token allows answers in the bot's name for 15 minutes.
_TOKEN_IN_PATH = re.compile(r"((?:webhooks|interactions)/\d+/)[\w.-]{16,}")
#: A shorter secret occurs in ordinary words, which masking would spoil.
_MIN_SECRET_LENGTH = 8
_COLOURS = {"debug": "2", "info": "32", "warning": "33", "error": "31", "critical": "31;1"}
_PLAIN_VALUE = re.compile(r"[^\s\"=]+")


def set_up(secrets: Sequence[SecretStr], level: str = "INFO", *, as_json: bool, stream: TextIO | None = None) -> None:
    """Send all records to standard error. Libraries log from WARNING on: discord.py's DEBUG shows messages."""
    stream = stream or sys.stderr
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter(secrets, as_json=as_json, colours=stream.isatty()))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("bot").setLevel(level)
    logging.captureWarnings(capture=True)
    for name in ("discord.client", "discord.shard", "discord.app_commands.tree"):
        logging.getLogger(name).filters[:] = [_ExpectedErrorFilter()]
    if any(0 < len(secret.get_secret_value()) < _MIN_SECRET_LENGTH for secret in secrets):
        _log.warning("A token of fewer than %d characters cannot be masked in this log", _MIN_SECRET_LENGTH)


def formatter(secrets: Sequence[SecretStr], *, as_json: bool, colours: bool = False) -> logging.Formatter:
    """Build a formatter of one line a record: JSON, or text for a terminal, where a traceback takes further lines.

    Tokens are masked in the finished line, so that none passes in a field, a library's message or a traceback.
    """
    render = structlog.processors.JSONRenderer() if as_json else partial(_render_text, colours=colours)
    return _Formatter(
        foreign_pre_chain=[structlog.stdlib.ExtraAdder(), structlog.processors.format_exc_info],
        processors=[_ordered, render, _Masking(secrets, as_json=as_json)],
    )


class _Formatter(structlog.stdlib.ProcessorFormatter):
    """Replaces a record that cannot be formatted by a line that says so; logging itself would print its arguments."""

    def format(self, record: logging.LogRecord) -> str:
        try:
            return super().format(record)
        except Exception as error:  # noqa: BLE001 - a log line must not fail its caller
            problem = f"A record of {record.filename}:{record.lineno} cannot be written ({type(error).__name__})"
            plain = logging.LogRecord(record.name, logging.ERROR, record.pathname, record.lineno, problem, (), None)
            return super().format(plain)


def _ordered(_logger: Any, _method: str, event: Event) -> Event:
    """Put the fields of every line first; an event's own fields cannot override them."""
    record: logging.LogRecord = event.pop("_record")
    event.pop("_from_structlog", None)
    moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
    head: dict[str, Any] = {
        "timestamp": moment.replace("+00:00", "Z"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "event": event.pop("event"),
    }
    if (request := current_request.get()) is not None:
        head["id"] = request.id
    return head | {name: value for name, value in event.items() if name not in head}


def _render_text(_logger: Any, _method: str, event: Event, *, colours: bool) -> str:
    """Render an event for a terminal. Control characters are escaped: no message to the bot can forge a line."""
    time = event.pop("timestamp").replace("T", " ")
    level, logger, text = event.pop("level"), event.pop("logger"), event.pop("event")
    trace = event.pop("exception", None)
    shown = f"{level.upper():<7}"
    if colours:
        shown = f"\x1b[{_COLOURS.get(level, '0')}m{shown}\x1b[0m"
    line = " ".join([time, shown, f"{escape_controls(logger)}:", escape_controls(str(text)), *_pairs(event)])
    if trace is None:
        return line
    return "\n".join([line, *(f"    {escape_controls(each)}" for each in str(trace).split("\n"))])


def _pairs(fields: Mapping[str, Any]) -> Iterator[str]:
    for name, value in fields.items():
        if isinstance(value, Mapping):
            yield from _pairs(value)
        elif value is not None:
            text = str(value)
            if _PLAIN_VALUE.fullmatch(text) is None:
                text = json.dumps(text, ensure_ascii=False)
            yield f"{escape_controls(str(name))}={escape_controls(text)}"


def escape_controls(text: str) -> str:
    """Escape everything in ``text`` that is not printable: line ends, direction marks."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


class _Masking:
    """Replaces each secret in a finished line by ``[token]``."""

    def __init__(self, secrets: Sequence[SecretStr], *, as_json: bool) -> None:
        texts = {text for secret in secrets if len(text := secret.get_secret_value()) >= _MIN_SECRET_LENGTH}
        # Plain, as ``repr`` shows it, as quoted in a URL; escaped in JSON and in quoted fields.
        shown = {form for text in texts for form in (text, repr(text)[1:-1], quote(text, safe=""))}
        escaped = {json.dumps(form)[1:-1] for form in shown}
        self._texts = sorted(escaped if as_json else escaped | shown, key=len, reverse=True)

    def __call__(self, _logger: Any, _method: str, line: Any) -> str:
        text = str(line)
        for secret in self._texts:
            text = text.replace(secret, "[token]")
        return _TOKEN_IN_PATH.sub(r"\1[token]", text).replace("\x7f", "\\u007f")


class _ExpectedErrorFilter(logging.Filter):
    """Turns tracebacks of expected events into one warning: reconnections, and autocompletions that came too late."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        if record.exc_info and text.startswith(_EXPECTED):
            error = record.exc_info[1]
            text = text.partition(" (Guild: ")[0]
            record.msg, record.args = f"{text} ({type(error).__name__})", ()
            record.exc_info, record.exc_text, record.levelno, record.levelname = None, None, logging.WARNING, "WARNING"
        return True


def thread_failed(failure: threading.ExceptHookArgs) -> None:
    """Log the uncaught error of a thread; for ``threading.excepthook``."""
    if failure.exc_value is not None and not isinstance(failure.exc_value, SystemExit):
        _log.error("A thread failed", exc_info=failure.exc_value)
