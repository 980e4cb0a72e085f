"""Settings from variables: values, defaults, errors."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from retrieval.core.errors import SettingsError
from retrieval.core.settings import DEFAULT_MODEL, Settings
from retrieval.core.settings.chroma_endpoint import ChromaServer


def test_nothing_set_gives_the_documented_defaults() -> None:
    """Without variables the defaults are ./.pullquote, the folder of the last run and the packaged model."""
    settings = Settings.from_env({})
    assert settings == Settings(
        home=Path(".pullquote"), corpus=None, embedding_model=DEFAULT_MODEL, reranker_model=None, threads=0
    )


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
    assert settings == Settings(
        home=Path("/data"), corpus=Path("texts"), embedding_model="other", reranker_model="judge", threads=3
    )


def test_empty_variables_count_as_missing() -> None:
    """A line like ``PULLQUOTE_HOME=`` in a file means the default, not the current folder."""
    names = ("PULLQUOTE_HOME", "PULLQUOTE_CORPUS", "EMBEDDING_MODEL", "RERANKER_MODEL", "PULLQUOTE_THREADS")
    assert Settings.from_env(dict.fromkeys(names, "  ")) == Settings()


def test_a_tilde_is_the_home_folder() -> None:
    """Paths may start with ~."""
    assert Settings.from_env({"PULLQUOTE_HOME": "~/quotes"}).home == Path.home() / "quotes"


@pytest.mark.parametrize("value", ["two", "-1", "1.5", "²", "1025", "0x10", "9" * 5000])
def test_bad_numbers_name_their_variable(value: str) -> None:
    """A wrong number of threads is refused in one short line that names the variable."""
    with pytest.raises(SettingsError, match="PULLQUOTE_THREADS") as refused:
        Settings.from_env({"PULLQUOTE_THREADS": value})
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 200


def test_a_chroma_server(tmp_path: Path) -> None:
    """Address, token and database are read; without an address there is no server."""
    assert Settings.from_env({"CHROMA_TOKEN": "t"}).chroma is None
    file = tmp_path / "token"
    file.write_text("s3cret\n")
    given = {"CHROMA_URL": "https://example.org/chroma/", "CHROMA_TOKEN_FILE": str(file), "CHROMA_DATABASE": "d"}
    server = Settings.from_env(given).chroma
    assert server == ChromaServer(url="https://example.org/chroma", token=SecretStr("s3cret"), database="d")
    assert "s3cret" not in repr(server)
    cloud = Settings.from_env({"CHROMA_URL": "https://api.trychroma.com", "CHROMA_TOKEN": "t"}).chroma
    assert cloud is not None
    assert cloud.cloud


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("CHROMA_URL", {"CHROMA_URL": "chroma:8000"}),
        ("CHROMA_URL", {"CHROMA_URL": "ftp://chroma"}),
        ("CHROMA_URL", {"CHROMA_URL": "http://chroma:port"}),
        ("CHROMA_URL", {"CHROMA_URL": "http://"}),
        ("CHROMA_URL", {"CHROMA_URL": "http://chroma..example"}),
        ("CHROMA_URL", {"CHROMA_URL": f"http://{'x' * 64}.example"}),
        ("CHROMA_URL", {"CHROMA_URL": "http://chroma/?token=s3cret"}),
        ("CHROMA_URL", {"CHROMA_URL": "https://user:s3cret@chroma"}),
        ("CHROMA_URL", {"CHROMA_URL": "https://s3cret@[chroma"}),
        ("CHROMA_URL", {"CHROMA_URL": "http://api.trychroma.com", "CHROMA_TOKEN": "s3cret"}),
        ("CHROMA_TOKEN", {"CHROMA_URL": "https://api.trychroma.com"}),
        ("CHROMA_TOKEN", {"CHROMA_URL": "http://chroma", "CHROMA_TOKEN": "s3cret two"}),
        ("CHROMA_TOKEN_FILE", {"CHROMA_URL": "http://chroma", "CHROMA_TOKEN_FILE": "/nowhere/at/all"}),
        ("CHROMA_TOKEN_FILE", {"CHROMA_URL": "http://chroma", "CHROMA_TOKEN_FILE": "/dev/null"}),
        ("CHROMA_TOKEN_FILE", {"CHROMA_URL": "http://c", "CHROMA_TOKEN": "s3cret", "CHROMA_TOKEN_FILE": "/dev/null"}),
        ("CHROMA_CA_FILE", {"CHROMA_URL": "http://chroma", "CHROMA_CA_FILE": "/dev/null"}),
        ("CHROMA_CA_FILE", {"CHROMA_URL": "https://chroma", "CHROMA_CA_FILE": "/dev/null"}),
        ("CHROMA_CA_FILE", {"CHROMA_URL": "https://chroma", "CHROMA_CA_FILE": "/nowhere"}),
    ],
)
def test_a_chroma_server_that_cannot_be_used(name: str, given: dict[str, str]) -> None:
    """A wrong address, token or certificate is named by its variable, and no secret is repeated."""
    with pytest.raises(SettingsError) as refused:
        Settings.from_env(given)
    assert refused.value.name == name
    assert "s3cret" not in str(refused.value)
