"""Settings of the bot: token, Discord address, servers, retention, logging, health pages."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from retrieval.core.errors import SettingsError
from retrieval.core.settings import Settings as RetrievalSettings
from retrieval.core.settings.environment import EnvironmentSettings, from_variable, secret_from_file, variable

_API_URL = "https://discord.com/api/v10"
_LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]


class LogFormat(StrEnum):
    """Format of the log. ``AUTO``: text on a terminal, JSON elsewhere."""

    AUTO = "auto"
    JSON = "json"
    TEXT = "text"


def _api_url(url: str) -> str:
    with contextlib.suppress(ValueError):
        parts = urlsplit(url)
        if parts.scheme in {"http", "https"} and parts.hostname and not parts.query and parts.port != 0:
            return url.rstrip("/")
    raise ValueError(f"{url[:80]!r} is not an address such as {_API_URL}")


def _http_host(text: str) -> str:
    host = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    if not host.isascii() or not host.isprintable() or any(sign in host for sign in " /[]@"):
        raise ValueError(f"{text[:80]!r} is not an address such as 127.0.0.1, ::1 or 0.0.0.0")
    return host


def _items(value: object) -> object:
    return value.replace(",", " ").split() if isinstance(value, str) else value


_LOWER, _UPPER = BeforeValidator(str.lower), BeforeValidator(str.upper)
_GuildId = Annotated[int, Field(gt=0, lt=1 << 63)]


class LogSettings(EnvironmentSettings):
    """The log's format, read before everything else so that errors in other settings are logged in it."""

    log_format: Annotated[LogFormat, _LOWER] = from_variable("LOG_FORMAT", LogFormat.AUTO, must_be="auto, json or text")


class Settings(LogSettings):
    """Discord access, permitted servers, retention, logging and health pages.

    Without guild ids the bot answers in all servers. ``http_port`` 0 serves no pages for health and metrics.
    ``log_questions`` writes the members' questions into the log.
    """

    token: SecretStr
    api_url: Annotated[str, AfterValidator(_api_url)] = from_variable("DISCORD_API_URL", _API_URL)
    guild_ids: Annotated[frozenset[_GuildId], BeforeValidator(_items)] = from_variable(
        "DISCORD_GUILD_IDS", frozenset(), must_be="a server's id; write ids with commas between"
    )
    retention_days: int = from_variable(
        "PULLQUOTE_RETENTION_DAYS", 90, must_be="a number of days, 1 to 3650", ge=1, le=3650
    )
    log_level: Annotated[_LogLevel, _UPPER] = from_variable(
        "PULLQUOTE_LOG_LEVEL", "INFO", must_be="DEBUG, INFO, WARNING or ERROR"
    )
    log_questions: bool = from_variable("LOG_QUESTIONS", False, must_be="1, true, yes, 0, false or no")
    http_port: int = from_variable("HTTP_PORT", 0, must_be="a port, 1 to 65535, or 0 for none", ge=0, le=65_535)
    http_host: Annotated[str, AfterValidator(_http_host)] = from_variable("HTTP_HOST", "127.0.0.1")
    retrieval: RetrievalSettings = RetrievalSettings()

    @property
    def secrets(self) -> tuple[SecretStr, ...]:
        """Tokens that must be masked wherever something is written."""
        chroma = self.retrieval.chroma
        return (self.token, chroma.token) if chroma is not None and chroma.token is not None else (self.token,)

    @classmethod
    def from_env(cls, environ: Mapping[str, str], **values: Any) -> Self:
        """Read the settings, those of the search included; raises as the base class does."""
        # DISCORD_TOKEN takes precedence.
        token = variable(environ, "DISCORD_TOKEN") or secret_from_file(environ, "DISCORD_TOKEN_FILE")
        return super().from_env(
            environ, token=_bot_token(token), retrieval=RetrievalSettings.from_env(environ), **values
        )


def _bot_token(token: str | None) -> str:
    if token is None:
        place = "https://discord.com/developers/applications (your application, Bot, Reset Token)"
        problem = f"no bot token is set. Copy it from {place} into the environment or into the file .env"
        raise SettingsError("DISCORD_TOKEN", problem)
    token = token.removeprefix("Bot ").strip()
    if not re.fullmatch(r"[!-~]+", token):
        raise SettingsError("DISCORD_TOKEN", "the token holds white space or signs that no token has; copy it again")
    return token
