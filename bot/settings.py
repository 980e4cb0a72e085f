"""What can be set from outside for the bot. Only ``__main__`` reads the environment; what wants it is handed it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from retrieval.core.errors import SettingsError
from retrieval.core.secret import Secret
from retrieval.core.settings import Settings as RetrievalSettings

DEFAULT_API_URL = "https://discord.com/api/v10"
DEFAULT_RETENTION_DAYS = 90
DEFAULT_HTTP_HOST = "127.0.0.1"
_LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
_SWITCH = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}


class LogFormat(StrEnum):
    """``AUTO``: text where somebody watches in a terminal, JSON where a program collects it."""

    AUTO = "auto"
    JSON = "json"
    TEXT = "text"

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> LogFormat:
        """Raises SettingsError."""
        text = environ.get("LOG_FORMAT", "").strip() or cls.AUTO
        try:
            return cls(text.lower())
        except ValueError:
            raise SettingsError("LOG_FORMAT", f"{text[:20]!r} is none of {', '.join(cls)}") from None


@dataclass(frozen=True, slots=True)
class Settings:
    """How the bot reaches Discord, where it may answer, what it keeps, and how it tells how it is.

    No guild ids: everywhere. ``http_port`` 0: no pages for health and metrics. ``log_questions`` lets what members ask
    into the log, of which they should know.
    """

    token: Secret
    api_url: str = DEFAULT_API_URL
    guild_ids: frozenset[int] = frozenset()
    retention_days: int = DEFAULT_RETENTION_DAYS
    log_level: str = "INFO"
    log_format: LogFormat = LogFormat.AUTO
    log_questions: bool = False
    http_port: int = 0
    http_host: str = DEFAULT_HTTP_HOST
    retrieval: RetrievalSettings = field(default_factory=RetrievalSettings)

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """Everything that must never be written down."""
        chroma = self.retrieval.chroma
        others = (chroma.token,) if chroma is not None and chroma.token is not None else ()
        return (self.token, *others)

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Settings:
        """Settings from variables; an empty variable counts as not set. Raises SettingsError."""

        def get(name: str) -> str | None:
            return environ.get(name, "").strip() or None

        return cls(
            token=_token(get("DISCORD_TOKEN"), get("DISCORD_TOKEN_FILE")),
            api_url=_api_url(get("DISCORD_API_URL") or DEFAULT_API_URL),
            guild_ids=_guild_ids(get("DISCORD_GUILD_IDS") or ""),
            retention_days=_days(get("PULLQUOTE_RETENTION_DAYS") or str(DEFAULT_RETENTION_DAYS)),
            log_level=_log_level(get("PULLQUOTE_LOG_LEVEL") or "INFO"),
            log_format=LogFormat.from_env(environ),
            log_questions=_switch("LOG_QUESTIONS", get("LOG_QUESTIONS") or "0"),
            http_port=_port(get("HTTP_PORT") or "0"),
            http_host=_host(get("HTTP_HOST") or DEFAULT_HTTP_HOST),
            retrieval=RetrievalSettings.from_env(environ),
        )


def _token(token: str | None, file: str | None) -> Secret:
    if token is None and file is not None:
        try:
            token = Path(file).expanduser().read_text(encoding="utf-8").strip() or None
        except (OSError, UnicodeDecodeError) as error:
            problem = getattr(error, "strerror", None) or "it is not text"
            raise SettingsError("DISCORD_TOKEN_FILE", f"{file} cannot be read ({problem})") from None
        if token is None:
            problem = f"{file} is empty, and DISCORD_TOKEN is not set; put the bot's token into one of them"
            raise SettingsError("DISCORD_TOKEN_FILE", problem)
    if token is None:
        raise SettingsError(
            "DISCORD_TOKEN",
            "no bot token is set. Copy it from https://discord.com/developers/applications (your application, Bot, "
            "Reset Token) into the environment or into the file .env",
        )
    token = token.removeprefix("Bot ").strip()
    if any(character.isspace() or not character.isprintable() for character in token) or not token.isascii():
        raise SettingsError("DISCORD_TOKEN", "the token holds white space or signs that no token has; copy it again")
    return Secret(token)


def _api_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and not parts.query
        _ = parts.port
    except ValueError:
        usable = False
    if not usable:
        raise SettingsError("DISCORD_API_URL", f"{url[:80]!r} is not an address such as {DEFAULT_API_URL}")
    return url.rstrip("/")


def _guild_ids(text: str) -> frozenset[int]:
    ids = text.replace(",", " ").split()
    for name in ids:
        if not (name.isascii() and name.isdigit() and 0 < int(name) < 1 << 63):
            problem = f"{name[:30]!r} is not a server's id; write ids with commas between"
            raise SettingsError("DISCORD_GUILD_IDS", problem)
    return frozenset(map(int, ids))


def _days(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 3650):
        raise SettingsError("PULLQUOTE_RETENTION_DAYS", f"{text[:20]!r} is not a number of days, 1 to 3650")
    return int(text)


def _log_level(text: str) -> str:
    if text.upper() not in _LOG_LEVELS:
        raise SettingsError("PULLQUOTE_LOG_LEVEL", f"{text[:20]!r} is none of {', '.join(_LOG_LEVELS)}")
    return text.upper()


def _switch(name: str, text: str) -> bool:
    if text.lower() not in _SWITCH:
        raise SettingsError(name, f"{text[:20]!r} is none of {', '.join(_SWITCH)}")
    return _SWITCH[text.lower()]


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and int(text) <= 65_535):
        raise SettingsError("HTTP_PORT", f"{text[:20]!r} is not a port, 1 to 65535, or 0 for none")
    return int(text)


def _host(text: str) -> str:
    host = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    if not host.isascii() or not host.isprintable() or any(sign in host for sign in " /[]@"):
        raise SettingsError("HTTP_HOST", f"{text[:80]!r} is not an address such as 127.0.0.1, ::1 or 0.0.0.0")
    return host
