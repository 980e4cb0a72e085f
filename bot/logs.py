"""How the bot writes its log: one line an event on standard error, without tokens and without questions."""

from __future__ import annotations

import logging
import re
import sys

from retrieval.secret import Secret

_EVERYDAY = ("Attempting a reconnect", "Failed to connect for shard_id", "Ignoring exception in autocomplete")
_FORMAT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
# An interaction's token lets anybody answer in the bot's name for 15 minutes.
_TOKEN_IN_PATH = re.compile(r"((?:webhooks|interactions)/\d+/)[\w.-]{16,}")


class MaskingFormatter(logging.Formatter):
    """Masks the bot's token, and interaction tokens in addresses, wherever they turn up, tracebacks included."""

    def __init__(self, secret: Secret) -> None:
        super().__init__(_FORMAT)
        self._secret = secret

    def format(self, record: logging.LogRecord) -> str:
        """The record's line, and its traceback if it has one."""
        text = super().format(record)
        if self._secret:
            text = text.replace(self._secret.reveal(), "[token]")
        return _TOKEN_IN_PATH.sub(r"\1[token]", text)


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


def set_up(secret: Secret, level: str = "INFO") -> None:
    """Send everything to standard error. discord.py's own records start at WARNING: its DEBUG shows messages."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(MaskingFormatter(secret))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("bot").setLevel(level)
    for name in ("discord.client", "discord.shard", "discord.app_commands.tree"):
        logging.getLogger(name).addFilter(_WithoutTraceback())
