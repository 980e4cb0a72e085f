"""Settings from variables: what is taken, what stands in for what is missing, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.errors import SettingsError
from retrieval.settings import DEFAULT_MODEL, Settings


def test_nothing_set_gives_the_documented_defaults() -> None:
    """Without variables: ./.pullquote, seeds, and the model that comes along."""
    settings = Settings.from_env({})
    assert settings == Settings(Path(".pullquote"), Path("seeds"), DEFAULT_MODEL, None, 0)


def test_every_variable_is_taken() -> None:
    """Each variable reaches its own field."""
    settings = Settings.from_env(
        {
            "PULLQUOTE_HOME": "/data",
            "PULLQUOTE_CORPUS": "texts",
            "EMBEDDING_MODEL": "other",
            "RERANKER_MODEL": "judge",
            "PULLQUOTE_THREADS": "3",
        }
    )
    assert settings == Settings(Path("/data"), Path("texts"), "other", "judge", 3)


def test_empty_variables_count_as_missing() -> None:
    """A line like ``PULLQUOTE_HOME=`` in a file means the default, not the current folder."""
    names = ("PULLQUOTE_HOME", "PULLQUOTE_CORPUS", "EMBEDDING_MODEL", "RERANKER_MODEL", "PULLQUOTE_THREADS")
    assert Settings.from_env(dict.fromkeys(names, "  ")) == Settings()


def test_a_tilde_is_the_home_folder() -> None:
    """Paths may start with ~."""
    assert Settings.from_env({"PULLQUOTE_HOME": "~/quotes"}).home == Path.home() / "quotes"


@pytest.mark.parametrize("value", ["two", "-1", "1.5", "²", "1025", "0x10", "9" * 5000])
def test_bad_numbers_name_their_variable(value: str) -> None:
    """What is no number of threads is refused in one short line that names the variable."""
    with pytest.raises(SettingsError, match="PULLQUOTE_THREADS") as refused:
        Settings.from_env({"PULLQUOTE_THREADS": value})
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 200
