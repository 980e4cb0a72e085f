"""Makes synthetic articles of real sentences, the same ones in every run.

The sentences come from the reference texts that every Python installation has (``pydoc_data``); in each, some words
are exchanged for others of the same text, so that no two passages are alike and nothing is saved by repetition.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from retrieval.text.sentences import split_sentences

#: Paragraphs an article, and sentences a paragraph: a news article's.
PARAGRAPHS = 20
SENTENCES = (3, 6)
EXCHANGED = 3


@lru_cache(maxsize=1)
def pool() -> tuple[str, ...]:
    """Return the real sentences, 40 to 300 characters long."""
    from pydoc_data import topics

    found: dict[str, None] = {}
    for text in topics.topics.values():
        for paragraph in re.split(r"\n\s*\n", text):
            if "::" in paragraph or ">>>" in paragraph or re.search(r"^\s*[|+=*-]", paragraph, re.MULTILINE):
                continue  # code, tables and grammar
            plain = " ".join(paragraph.replace("*", "").replace('"', "").split())
            for start, end in split_sentences(plain):
                sentence = plain[start:end]
                if 40 <= end - start <= 300 and sentence[0].isupper() and sentence.endswith("."):
                    found[sentence] = None
    return tuple(found)


class SyntheticParagraph(NamedTuple):
    """A synthetic paragraph; ``origins`` are the indices of its sentences in the pool."""

    text: str
    origins: tuple[int, ...]


def paragraphs(count: int) -> Iterator[SyntheticParagraph]:
    """Yield ``count`` paragraphs."""
    chooser = random.Random(0)  # noqa: S311 - not for secrets
    sentences = pool()
    words = [word for sentence in sentences for word in sentence.split() if word.isalpha() and len(word) > 3]
    for _ in range(count):
        origins = tuple(chooser.randrange(len(sentences)) for _ in range(chooser.randint(*SENTENCES)))
        varied = [sentences[origin].split() for origin in origins]
        for parts in varied:
            for _ in range(EXCHANGED):
                parts[chooser.randrange(1, len(parts) - 1)] = chooser.choice(words)
        yield SyntheticParagraph(" ".join(map(" ".join, varied)), origins)


def questions(made: list[SyntheticParagraph], count: int) -> list[str]:
    """Return questions of some words of one sentence each, in order."""
    chooser = random.Random(1)  # noqa: S311 - not for secrets
    asked = []
    for _ in range(count):
        paragraph = chooser.choice(made).text
        start, end = chooser.choice(split_sentences(paragraph))
        words = paragraph[start:end].rstrip(".").split()
        kept = sorted(chooser.sample(range(len(words)), min(7, len(words))))
        asked.append(f"What is said of {' '.join(words[k] for k in kept)}?")
    return asked
