"""The commands and the bot's articles with a server that is away, and with one that is there."""

from __future__ import annotations

import json
import logging
import urllib.request
from pathlib import Path

import pytest

from bot.observability.request_log import RequestLog
from bot.services.article_source import Articles
from bot.services.question_service import QuestionRequest, QuestionService
from retrieval.core.health import VectorState
from retrieval.core.settings import Settings
from retrieval.core.settings.chroma_endpoint import ChromaServer
from retrieval.search.searcher import KEYWORDS_ALONE
from tests.conftest import Pullquote, article_text
from tests.integration.server.conftest import until
from tests.support.processes.chroma_process import ChromaProcess

QUESTION = "What do visitors of the harbour pay?"
COLLECTIONS = "/api/v2/tenants/default_tenant/databases/default_database/collections"


@pytest.fixture
def settings(tmp_path: Path, own_server: ChromaProcess, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Two articles, and the environment of a command that finds them and the server."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for number in range(2):
        (corpus / f"a{number}.txt").write_text(article_text(number), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CHROMA_URL", own_server.url)
    monkeypatch.setenv("PULLQUOTE_CORPUS", str(corpus))
    return Settings(home=tmp_path / ".pullquote", corpus=corpus, threads=2, chroma=ChromaServer(url=own_server.url))


def test_commands(settings: Settings, own_server: ChromaProcess, pullquote: Pullquote) -> None:
    """Indexing, asking and the doctor use the server; without it each says so in its way."""
    assert pullquote("index").code == 0
    assert not pullquote("ask", "--json", QUESTION).document["keyword_only"]
    good = {check["subject"]: check["verdict"] for check in pullquote("doctor", "--json").document}
    assert (good["Chroma server"], good["Vector index"], good["Keyword index"]) == ("good", "good", "good")
    own_server.kill()
    asked = pullquote("ask", "--json", QUESTION)
    assert asked.document["keyword_only"]
    assert KEYWORDS_ALONE in asked.document["notes"]
    assert "cannot be reached" in asked.complaint
    assert KEYWORDS_ALONE in pullquote("ask", QUESTION).out
    indexed = pullquote("index")
    assert indexed.code == 2
    assert f"The Chroma server {own_server.url} cannot be reached" in indexed.complaint
    bad = {check["subject"]: check for check in pullquote("doctor", "--json").document if check["verdict"] == "bad"}
    assert set(bad) == {"Chroma server", "Vector index"}
    assert "Start it" in bad["Chroma server"]["remedy"]


def test_the_bot_s_articles(
    settings: Settings, own_server: ChromaProcess, caplog: pytest.LogCaptureFixture, pullquote: Pullquote
) -> None:
    """They open without the server, say how the vectors are, mend by themselves, and see what another run indexed."""
    here = settings.model_copy(update={"chroma": None})
    with Articles(here) as articles:  # indexes, in the data folder
        assert articles.health().good
    own_server.kill()
    caplog.clear()
    with Articles(settings) as articles, caplog.at_level(logging.INFO):
        assert articles.health().state is VectorState.UNAVAILABLE
        for _ in range(3):
            assert KEYWORDS_ALONE in QuestionService(articles, RequestLog()).answer(QuestionRequest(QUESTION, 3)).notes
            articles.refresh(force=True)
        warnings = [record for record in caplog.records if "keywords alone" in record.getMessage()]
        assert len(warnings) == 1
        own_server.start()
        until(lambda: articles.health().good)
        assert not QuestionService(articles, RequestLog()).answer(QuestionRequest(QUESTION, 3)).notes
        assert settings.corpus is not None
        (settings.corpus / "b.txt").write_text("The windmill of Elmstead is closed in winter.", "utf-8")
        assert pullquote("index", "--rebuild").code == 0
        assert articles.ask("When is the windmill of Elmstead closed?", 1).quotes
    assert sum("searched again" in record.getMessage() for record in caplog.records) == 1


def test_a_restore_fills_the_server(
    settings: Settings, own_server: ChromaProcess, pullquote: Pullquote, tmp_path: Path
) -> None:
    """The command itself puts the vectors there and takes away the older ones; without the server it says so."""
    file = str(tmp_path / "backup.tar.gz")
    assert pullquote("index").code == 0
    assert pullquote("backup", file).code == 0
    restored = pullquote("restore", "--force", "--json", file)
    assert (restored.code, restored.document["vectors_missing"]) == (0, None)
    assert not pullquote("ask", "--json", QUESTION).document["keyword_only"]
    with urllib.request.urlopen(f"{own_server.url}{COLLECTIONS}") as answer:  # noqa: S310 - loopback
        assert len(json.load(answer)) == 1
    own_server.kill()
    restored = pullquote("restore", "--force", file)
    assert restored.code == 0
    assert "restored, but not its vectors" in restored.complaint
    assert len(restored.complaint.splitlines()) == 1
    own_server.start()
    assert pullquote("index").code == 0
    assert not pullquote("ask", "--json", QUESTION).document["keyword_only"]
