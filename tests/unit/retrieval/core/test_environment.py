"""Variables of the environment, ``.env`` and secret files."""

from __future__ import annotations

import traceback
from pathlib import Path

import pytest

from retrieval.core.errors import SettingsError
from retrieval.core.settings import Settings
from retrieval.core.settings.environment import secret_from_file, variable, variables, variables_or_exit


def test_the_environment_takes_precedence_over_the_file(tmp_path: Path) -> None:
    """A variable in both has the environment's value, even a blank one, and others come from the file."""
    file = tmp_path / ".env"
    file.write_text("A=file\nB=file\nC=file\nNO_VALUE\n")
    assert variables({"A": "environment", "B": ""}, file) == {"A": "environment", "B": "", "C": "file"}


def test_no_file_is_no_error(tmp_path: Path) -> None:
    """Without ``.env`` the environment alone counts."""
    assert variables({"A": "x"}, tmp_path / ".env") == {"A": "x"}


def test_an_unreadable_file_ends_the_program_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A ``.env`` that is not UTF-8 is named on standard error, with exit code 2."""
    (tmp_path / ".env").write_bytes(b"\xff\xfe\x00")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stopped:
        variables_or_exit("pullquote")
    assert stopped.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(("value", "found"), [(None, None), ("", None), (" \t", None), (" x ", "x")])
def test_a_blank_variable_counts_as_unset(value: str | None, found: str | None) -> None:
    """White space around a value is dropped, and nothing but white space is no value."""
    assert variable({} if value is None else {"A": value}, "A") == found


@pytest.mark.parametrize(("content", "problem"), [(b"", "is empty"), (b" \n", "is empty"), (b"\xff", "is not text")])
def test_a_secret_file_without_a_secret(tmp_path: Path, content: bytes, problem: str) -> None:
    """An empty or binary secret file is refused by the name of its variable."""
    file = tmp_path / "token"
    file.write_bytes(content)
    with pytest.raises(SettingsError, match=f"TOKEN_FILE: .*{problem}"):
        secret_from_file({"TOKEN_FILE": str(file)}, "TOKEN_FILE")


def test_settings_do_not_read_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Settings made in a program hold the given values and defaults, whatever the environment and ``.env`` say."""
    (tmp_path / ".env").write_text("EMBEDDING_MODEL=other\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PULLQUOTE_HOME", "/elsewhere")
    monkeypatch.setenv("home", "/elsewhere")
    assert Settings(threads=3).model_dump() == Settings.from_env({"PULLQUOTE_THREADS": "3"}).model_dump()
    assert Settings().home == Path(".pullquote")


def test_a_field_name_is_no_variable() -> None:
    """Variables that are called like a field, as ``home`` may be, are not read."""
    assert Settings.from_env({"home": "/elsewhere", "threads": "7"}) == Settings()


def test_an_error_shows_no_secret() -> None:
    """Neither message nor traceback of a wrong setting holds the token that was read before it."""
    token = "s3" + "cret"  # in two parts: a traceback shows this line
    with pytest.raises(SettingsError) as refused:
        Settings.from_env({"CHROMA_URL": "http://chroma", "CHROMA_TOKEN": token, "PULLQUOTE_THREADS": "many"})
    assert token not in "".join(traceback.format_exception(refused.value))
