"""Writes the present version's files, with something in every table: ``python -m tests.schemas`` before a release."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from bot.services.permissions import Rules
from bot.store import Store
from bot.store.message_state import Kind, Ref, Shown
from retrieval.core.settings import Settings
from retrieval.core.types import Outcome, Span
from retrieval.index.sync import run_indexing
from tests.conftest import article_text
from tests.fakes import WordEmbedder
from tests.schemas import FOLDER

NOW = 1_800_000_000.0


def library(folder: Path) -> None:
    """Two articles, with an acronym and a paragraph that is left out."""
    corpus = folder / "corpus"
    corpus.mkdir()
    (corpus / "a0.txt").write_text(article_text(0), encoding="utf-8")
    told = "The North Atlantic Treaty Organization (NATO) met in Vilnius.\n\n* * *\n\nNATO agreed on a plan, they said."
    (corpus / "a1.txt").write_text(told, encoding="utf-8")
    run_indexing(Settings(home=folder, corpus=corpus), open_embedder=WordEmbedder().opened)


def bot(folder: Path) -> None:
    """A server's settings, a question with a vote, a message with buttons and a thread about it."""
    ref = Ref("paris", 5, 9, 2, 3, "0" * 16, "Section", (Span(0, 2),), Span(1, 4), False, ("other",))
    shown = Shown(Kind.ANSWER, "Who met?", outcome=Outcome.ANSWERED, confidence=0.75, refs=(ref,), guild=7)
    with Store(folder) as store:
        store.save_rules(7, Rules(frozenset({1, 2}), frozenset({3}), private=True, quotes=5))
        store.add_shown("k" * 12, "a" * 32, shown, NOW)
        store.add_question("k" * 12, "a" * 32, shown, NOW)
        store.vote("k" * 12, "b" * 32, NOW, helpful=True)
        store.settle(99, "k" * 12)


def main() -> None:
    """Write both."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        library(folder)
        bot(folder)
        for name in ("library", "bot"):
            with closing(sqlite3.connect(folder / f"{name}.sqlite3")) as connection:
                version = connection.execute("PRAGMA user_version").fetchone()[0]
                lines = [*connection.iterdump(), f"PRAGMA user_version = {version};"]
            (FOLDER / f"{name}-v{version}.sql").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
