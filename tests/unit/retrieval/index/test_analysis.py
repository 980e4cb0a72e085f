"""Articles are analysed in one tokenization a passage, with the same results as functions that read the text alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from retrieval.core.display.span import Span
from retrieval.core.vectors import Matrix
from retrieval.index.analysis import analyse_passages, context_lines, encode
from retrieval.index.indexer import Indexer, Stores
from retrieval.ingest import article_digest
from retrieval.storage.library import LibraryWriter
from retrieval.text import tokenizer
from retrieval.text.tokenizer import Word, content_terms, name_terms, plain_words, tokenize, tokens_between
from retrieval.text.vocabulary import acronyms, initialisms
from tests.support.doubles.builders import article
from tests.support.doubles.fakes import DIMENSIONS, MemoryLexicalIndex, MemoryVectorIndex, WordEmbedder

TEXT = """Peace in the North

Anna Berg of the Nordic-Baltic Eight (NB8) spoke in Riga. Saudi Arabia was silent.

She said that the United Methodist Church had left. "EACC (Ethics and Anti-Corruption Commission) agreed."

"""


class ConstantEmbedder(WordEmbedder):
    """Gives every text the same vector, without tokenising it."""

    def encode(self, texts: Sequence[str], *, question: bool = False) -> Matrix:
        return np.full((len(texts), DIMENSIONS), DIMENSIONS**-0.5, dtype=np.float32)


@pytest.fixture
def scanned(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Texts in the order in which they are tokenised; empty ones cost nothing and are left out."""
    texts: list[str] = []
    scan = tokenizer._scan

    def counted(text: str) -> Iterator[Word]:
        texts.extend([text] if text else [])
        return scan(text)

    monkeypatch.setattr(tokenizer, "_scan", counted)
    return texts


def test_each_passage_is_tokenised_twice(scanned: list[str], tmp_path: Path) -> None:
    """A new article costs two tokenizations a passage, and a replaced one another to take its words off."""
    old, new = article(TEXT), article(TEXT.replace("silent", "loud"))
    size = max(sum(p.end - p.start for p in made.passages) for made in (old, new))
    context = sum(len(line) for passage in old.passages for line in ("", *context_lines(old, passage)))
    assert context
    with LibraryWriter(tmp_path) as library:
        indexer = Indexer(library, Stores(MemoryVectorIndex(), MemoryLexicalIndex()), ConstantEmbedder())
        indexer.update([(old, article_digest(old))])
        assert 0 < sum(map(len, scanned)) <= 2 * (size + context)
        scanned.clear()
        indexer.update([(new, article_digest(new))])
        assert 0 < sum(map(len, scanned)) <= 3 * size + 2 * context


def test_the_analysis_is_that_of_the_text_alone() -> None:
    """Terms of sentences, entries and counts equal what the separate functions find in the same words."""
    made = article(TEXT)
    assert made.metadata.title == "Peace in the North"
    for passage, analysed in zip(made.passages, analyse_passages(made), strict=True):
        text = made.slice(Span(passage.start, passage.end))
        lead_in = made.slice(passage.lead_in) if passage.lead_in else ""
        above = [term for line in (made.metadata.title, *passage.context.headings) for term in content_terms(line)]
        context = [*above, *content_terms(lead_in)]
        below_title = [term for line in passage.context.headings for term in content_terms(line)]
        assert analysed.context_terms == tuple(dict.fromkeys(below_title))
        assert analysed.terms == tuple(content_terms(made.slice(sentence)) for sentence in passage.sentences)
        assert analysed.entry.terms == [*content_terms(text), *context]
        assert analysed.entry.words == [word.word for word in plain_words(text)]
        assert analysed.words.terms == set(content_terms(text))
        assert analysed.words.names == name_terms(tokenize(text))
        assert analysed.words.acronyms == acronyms(text)
        assert analysed.words.initialisms == initialisms(text, tokenize(text))


WORDS = st.text(st.sampled_from("ab U.S'’é\u0301(New Zealand)12,"), max_size=40)


@given(WORDS, st.integers(0, 40), st.integers(0, 40))
@example("in Saudi Arabia", 0, 8)
@example("in Saudi Arabia", 9, 15)
@example("unbroken", 3, 5)
def test_tokens_of_a_part_are_those_of_its_text(text: str, start: int, end: int) -> None:
    """Wherever a part begins and ends, within a word or a pair of words too."""
    start, end = sorted((min(start, len(text)), min(end, len(text))))
    found = tokens_between(text, tokenize(text), start, end)
    alone = tokenize(text[start:end])
    assert [(token.term, token.word, token.capital) for token in found] == [
        (token.term, token.word, token.capital) for token in alone
    ]


def test_a_long_article_is_encoded_in_slices_that_move_the_progress() -> None:
    """An article of thousands of sentences is never given to the model at once, and its passages are counted once."""
    made = article("\n\n".join(f"Berth {number} is free. Boat {number} is not." for number in range(1_000)))
    given: list[int] = []
    progress: list[int] = []

    class Counting(ConstantEmbedder):
        def encode(self, texts: Sequence[str], *, question: bool = False) -> Matrix:
            given.append(len(texts))
            return super().encode(texts)

    vectors = encode([made], Counting(), progress.append)
    assert len(given) > 1
    assert max(given) <= 1_500
    assert sum(progress) == len(made.passages) == len(vectors)
    assert 0 < progress[0] < len(vectors)
    assert [len(each) for each in vectors] == [1 + len(passage.sentences) for passage in made.passages]
