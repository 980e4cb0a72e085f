"""How the bot writes its log: one line an event on standard error, without tokens and without questions.

The only importer of structlog. Everything goes through it: what is said here, and what the libraries say.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TextIO
from urllib.parse import quote

import structlog
from pydantic import SecretStr

_log = logging.getLogger(__name__)

Event = MutableMapping[str, Any]
_EVERYDAY = ("Attempting a reconnect", "Failed to connect for shard_id", "Ignoring exception in autocomplete")
# An interaction's token lets anybody answer in the bot's name for 15 minutes.
_TOKEN_IN_PATH = re.compile(r"((?:webhooks|interactions)/\d+/)[\w.-]{16,}")
#: A secret shorter than this occurs in ordinary words, which masking would spoil.
_SHORTEST_SECRET = 8
_COLOURS = {"debug": "2", "info": "32", "warning": "33", "error": "31", "critical": "31;1"}
_PLAIN_VALUE = re.compile(r"[^\s\"=]+")


@contextmanager
def bind_request_id(name: str) -> Iterator[None]:
    """Every line that is logged within the block, in whichever thread, carries ``name`` as its id."""
    with structlog.contextvars.bound_contextvars(id=name):
        yield


def set_up(secrets: Sequence[SecretStr], level: str = "INFO", *, as_json: bool, stream: TextIO | None = None) -> None:
    """Send everything to standard error. discord.py's own records start at WARNING: its DEBUG shows messages."""
    stream = stream or sys.stderr
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter(secrets, as_json=as_json, colours=stream.isatty()))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("bot").setLevel(level)
    logging.captureWarnings(capture=True)
    for name in ("discord.client", "discord.shard", "discord.app_commands.tree"):
        logger = logging.getLogger(name)
        logger.filters[:] = [_WithoutTraceback()]
    if any(0 < len(secret.get_secret_value()) < _SHORTEST_SECRET for secret in secrets):
        _log.warning("A token of fewer than %d signs cannot be masked in this log", _SHORTEST_SECRET)


def formatter(secrets: Sequence[SecretStr], *, as_json: bool, colours: bool = False) -> logging.Formatter:
    """Makes a record one line: a JSON object, or text for a terminal, where only a traceback takes more lines.

    Tokens are masked in the finished line, so that none slips by in a field, a library's words or a traceback.
    """
    render = structlog.processors.JSONRenderer() if as_json else _Text(colours=colours)
    return _Formatter(
        foreign_pre_chain=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.ExtraAdder(),
            structlog.processors.format_exc_info,
        ],
        processors=[_ordered, render, _Masking(secrets, as_json=as_json)],
    )


class _Formatter(structlog.stdlib.ProcessorFormatter):
    """A record that cannot be written is replaced by a line that says so: logging itself would print its arguments."""

    def format(self, record: logging.LogRecord) -> str:
        try:
            return super().format(record)
        except Exception as error:  # noqa: BLE001 - a line of the log must not end what it tells of
            problem = f"A record of {record.filename}:{record.lineno} cannot be written ({type(error).__name__})"
            plain = logging.LogRecord(record.name, logging.ERROR, record.pathname, record.lineno, problem, (), None)
            return super().format(plain)


def _ordered(_logger: Any, _method: str, event: Event) -> Event:
    """What every line has comes first, and cannot be overridden by what an event brings."""
    record: logging.LogRecord = event.pop("_record")
    event.pop("_from_structlog", None)
    moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
    head: dict[str, Any] = {
        "timestamp": moment.replace("+00:00", "Z"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "event": event.pop("event"),
    }
    if "id" in event:
        head["id"] = event.pop("id")
    return head | {name: value for name, value in event.items() if name not in head}


class _Text:
    """A line for people: time, level, logger, what happened, then the fields; a traceback below it, indented.

    Whatever could begin a line or move the cursor is written out, so nobody who writes to the bot can forge a line.
    """

    def __init__(self, *, colours: bool) -> None:
        self._colours = colours

    def __call__(self, _logger: Any, _method: str, event: Event) -> str:
        time = event.pop("timestamp").replace("T", " ")
        level, logger, text = event.pop("level"), event.pop("logger"), event.pop("event")
        trace = event.pop("exception", None)
        shown = f"{level.upper():<7}"
        if self._colours:
            shown = f"\x1b[{_COLOURS.get(level, '0')}m{shown}\x1b[0m"
        line = " ".join([time, shown, f"{visible(logger)}:", visible(str(text)), *_pairs(event)])
        if trace is None:
            return line
        return "\n".join([line, *(f"    {visible(each)}" for each in str(trace).split("\n"))])


def _pairs(fields: Mapping[str, Any]) -> Iterator[str]:
    for name, value in fields.items():
        if isinstance(value, Mapping):
            yield from _pairs(value)
        elif value is not None:
            text = str(value)
            plain = _PLAIN_VALUE.fullmatch(text) is not None
            yield f"{visible(str(name))}={visible(text if plain else json.dumps(text, ensure_ascii=False))}"


def visible(text: str) -> str:
    """``text`` with everything that is no letter or sign to be seen written out: ends of lines, direction marks."""
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)


class _Masking:
    """Puts ``[token]`` in the place of each secret, in a finished line."""

    def __init__(self, secrets: Sequence[SecretStr], *, as_json: bool) -> None:
        texts = {secret.get_secret_value() for secret in secrets if len(secret.get_secret_value()) >= _SHORTEST_SECRET}
        # As it is, as Python shows it in an error, as it stands in an address; in JSON, and in a quoted field, escaped.
        shown = {form for text in texts for form in (text, repr(text)[1:-1], quote(text, safe=""))}
        escaped = {json.dumps(form)[1:-1] for form in shown}
        self._texts = sorted(escaped if as_json else escaped | shown, key=len, reverse=True)

    def __call__(self, _logger: Any, _method: str, line: Any) -> str:
        text = str(line)
        for secret in self._texts:
            text = text.replace(secret, "[token]")
        return _TOKEN_IN_PATH.sub(r"\1[token]", text).replace("\x7f", "\\u007f")


class _WithoutTraceback(logging.Filter):
    """Everyday events, of which one line is enough: a lost connection that discord.py mends by itself, and suggestions
    that came too late for somebody who types on."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        if record.exc_info and text.startswith(_EVERYDAY):
            error = record.exc_info[1]
            text = text.partition(" (Guild: ")[0]  # and who they were
            record.msg, record.args = f"{text} ({type(error).__name__})", ()
            record.exc_info, record.exc_text, record.levelno, record.levelname = None, None, logging.WARNING, "WARNING"
        return True


def thread_failed(failure: threading.ExceptHookArgs) -> None:
    """To be called where a thread ends with an error that nobody caught."""
    if failure.exc_value is not None and not isinstance(failure.exc_value, SystemExit):
        _log.error("A thread failed", exc_info=failure.exc_value)
