"""Settings of the bot: token, Discord address, servers, retention, logging, health pages."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from retrieval.core.environment import EnvironmentSettings, secret_from_file, variable
from retrieval.core.errors import SettingsError
from retrieval.core.settings import Settings as RetrievalSettings

DEFAULT_API_URL = "https://discord.com/api/v10"
DEFAULT_RETENTION_DAYS = 90
DEFAULT_HTTP_HOST = "127.0.0.1"


class LogFormat(StrEnum):
    """Format of the log. ``AUTO``: text on a terminal, JSON elsewhere."""

    AUTO = "auto"
    JSON = "json"
    TEXT = "text"


def _api_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and not parts.query
        _ = parts.port
    except ValueError:
        usable = False
    if not usable:
        raise ValueError(f"{url[:80]!r} is not an address such as {DEFAULT_API_URL}")
    return url.rstrip("/")


def _http_host(text: str) -> str:
    host = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    if not host.isascii() or not host.isprintable() or any(sign in host for sign in " /[]@"):
        raise ValueError(f"{text[:80]!r} is not an address such as 127.0.0.1, ::1 or 0.0.0.0")
    return host


def _items(value: object) -> object:
    return value.replace(",", " ").split() if isinstance(value, str) else value


_Lower, _Upper = BeforeValidator(str.lower), BeforeValidator(str.upper)
_GuildId = Annotated[int, Field(gt=0, lt=1 << 63)]


class LogSettings(EnvironmentSettings):
    """The log's format, read before everything else so that errors in other settings are logged in it."""

    log_format: Annotated[LogFormat, _Lower] = Field(
        default=LogFormat.AUTO, validation_alias="LOG_FORMAT", description="auto, json or text"
    )


class Settings(LogSettings):
    """Discord access, permitted servers, retention, logging and health pages.

    Without guild ids the bot answers in all servers. ``http_port`` 0 serves no pages for health and metrics.
    ``log_questions`` writes the members' questions into the log.
    """

    token: SecretStr
    api_url: Annotated[str, AfterValidator(_api_url)] = Field(
        default=DEFAULT_API_URL, validation_alias="DISCORD_API_URL"
    )
    guild_ids: Annotated[frozenset[_GuildId], BeforeValidator(_items)] = Field(
        default=frozenset(),
        validation_alias="DISCORD_GUILD_IDS",
        description="a server's id; write ids with commas between",
    )
    retention_days: int = Field(
        default=DEFAULT_RETENTION_DAYS,
        ge=1,
        le=3650,
        validation_alias="PULLQUOTE_RETENTION_DAYS",
        description="a number of days, 1 to 3650",
    )
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], _Upper] = Field(
        default="INFO", validation_alias="PULLQUOTE_LOG_LEVEL", description="DEBUG, INFO, WARNING or ERROR"
    )
    log_questions: bool = Field(
        default=False, validation_alias="LOG_QUESTIONS", description="1, true, yes, 0, false or no"
    )
    http_port: int = Field(
        default=0, ge=0, le=65_535, validation_alias="HTTP_PORT", description="a port, 1 to 65535, or 0 for none"
    )
    http_host: Annotated[str, AfterValidator(_http_host)] = Field(
        default=DEFAULT_HTTP_HOST, validation_alias="HTTP_HOST"
    )
    retrieval: RetrievalSettings = RetrievalSettings()

    @property
    def secrets(self) -> tuple[SecretStr, ...]:
        """Tokens that must be masked wherever something is written."""
        chroma = self.retrieval.chroma
        return (self.token, chroma.token) if chroma is not None and chroma.token is not None else (self.token,)

    @classmethod
    def from_env(cls, environ: Mapping[str, str], **values: Any) -> Self:
        """Read the settings, those of the search included. DISCORD_TOKEN takes precedence over DISCORD_TOKEN_FILE.

        Raises:
            SettingsError: A variable cannot be used; the message names it.
        """
        token = variable(environ, "DISCORD_TOKEN") or secret_from_file(environ, "DISCORD_TOKEN_FILE")
        return super().from_env(
            environ, token=_bot_token(token), retrieval=RetrievalSettings.from_env(environ), **values
        )


def _bot_token(token: str | None) -> str:
    if token is None:
        raise SettingsError(
            "DISCORD_TOKEN",
            "no bot token is set. Copy it from https://discord.com/developers/applications (your application, Bot, "
            "Reset Token) into the environment or into the file .env",
        )
    token = token.removeprefix("Bot ").strip()
    if any(character.isspace() or not character.isprintable() for character in token) or not token.isascii():
        raise SettingsError("DISCORD_TOKEN", "the token holds white space or signs that no token has; copy it again")
    return token
