"""Settings of the bot: values, defaults, errors, and a token that is never shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.settings import LogFormat, Settings
from retrieval.core.errors import SettingsError

TOKEN = "abc.DEF.ghi-123"


def test_defaults_need_a_token_only() -> None:
    """A token alone is enough; everything else has a default."""
    settings = Settings.from_env({"DISCORD_TOKEN": f" Bot {TOKEN}\n"})
    assert settings.token == SecretStr(TOKEN)
    assert settings.api_url == "https://discord.com/api/v10"
    assert settings.guild_ids == frozenset()
    assert settings.retention_days == 90


def test_every_variable_is_read() -> None:
    """Lists take commas and spaces; a trailing slash of the address does no harm."""
    environ = {
        "DISCORD_TOKEN": TOKEN,
        "DISCORD_API_URL": "http://127.0.0.1:8080/api/v10/",
        "DISCORD_GUILD_IDS": "12, 34 56,",
        "PULLQUOTE_HOME": "/somewhere",
        "PULLQUOTE_CORPUS": "/texts",
        "PULLQUOTE_RETENTION_DAYS": "7",
        "PULLQUOTE_LOG_LEVEL": "debug",
    }
    settings = Settings.from_env(environ)
    assert settings.api_url == "http://127.0.0.1:8080/api/v10"
    assert settings.guild_ids == {12, 34, 56}
    assert (settings.retrieval.home, settings.retrieval.corpus) == (Path("/somewhere"), Path("/texts"))
    assert (settings.retention_days, settings.log_level) == (7, "DEBUG")


def test_logging_and_health_pages() -> None:
    """Health pages and questions in the log are off by default, and pages are served on loopback."""
    plain = Settings.from_env({"DISCORD_TOKEN": TOKEN})
    assert (plain.http_port, plain.http_host, plain.log_questions) == (0, "127.0.0.1", False)
    assert plain.log_format is LogFormat.AUTO
    environ = {"DISCORD_TOKEN": TOKEN, "HTTP_PORT": "8080", "HTTP_HOST": "[::1]", "LOG_FORMAT": "JSON"}
    for switch, wanted in (("1", True), ("True", True), ("yes", True), ("0", False), ("false", False), ("NO", False)):
        settings = Settings.from_env({**environ, "LOG_QUESTIONS": switch})
        assert settings.log_questions is wanted
        assert (settings.http_port, settings.http_host) == (8080, "::1")
        assert settings.log_format is LogFormat.JSON


def test_the_token_can_stand_in_a_file(tmp_path: Path) -> None:
    """The token is read from a file, and the variable takes precedence."""
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    assert Settings.from_env({"DISCORD_TOKEN_FILE": str(file)}).token == SecretStr(TOKEN)
    assert Settings.from_env({"DISCORD_TOKEN_FILE": str(file), "DISCORD_TOKEN": "x.y"}).token == SecretStr("x.y")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DISCORD_TOKEN", ""),
        ("DISCORD_TOKEN", "two words"),
        ("DISCORD_TOKEN", "tökén"),
        ("DISCORD_TOKEN_FILE", "/nowhere/at/all"),
        ("DISCORD_API_URL", "discord.com"),
        ("DISCORD_API_URL", "ftp://discord.com"),
        ("DISCORD_API_URL", "http://[::1"),
        ("DISCORD_GUILD_IDS", "12;x"),
        ("DISCORD_GUILD_IDS", "-1"),
        ("PULLQUOTE_RETENTION_DAYS", "0"),
        ("PULLQUOTE_RETENTION_DAYS", "ten"),
        ("PULLQUOTE_LOG_LEVEL", "loud"),
        ("LOG_FORMAT", "xml"),
        ("LOG_QUESTIONS", "maybe"),
        ("LOG_QUESTIONS", "2"),
        ("HTTP_PORT", "65536"),
        ("HTTP_PORT", "-1"),
        ("HTTP_PORT", "http"),
        ("HTTP_HOST", "http://127.0.0.1"),
        ("HTTP_HOST", "two words"),
    ],
)
def test_a_wrong_value_is_named_in_one_line(name: str, value: str) -> None:
    """The message for a wrong value is one line that begins with the variable."""
    environ = {"DISCORD_TOKEN": TOKEN} if name != "DISCORD_TOKEN_FILE" else {}
    with pytest.raises(SettingsError) as caught:
        Settings.from_env({**environ, name: value})
    assert str(caught.value).startswith(name)
    assert "\n" not in str(caught.value)


def test_a_secret_does_not_show_itself() -> None:
    """The token shows neither in its own text nor in that of the settings."""
    settings = Settings.from_env({"DISCORD_TOKEN": TOKEN})
    for text in (
        repr(settings),
        str(settings.token),
        f"{settings.token}",
        f"{settings.token!r}",
    ):
        assert TOKEN not in text
    assert settings.token.get_secret_value() == TOKEN
