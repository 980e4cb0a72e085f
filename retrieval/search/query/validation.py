"""What somebody typed, made ready to be searched for. Pure."""

from __future__ import annotations

import re

from retrieval.core.errors import QuestionError
from retrieval.ingest import repair_words
from retrieval.text.tokenizer import is_content, plain_words, tokenize

#: Characters; a question that is longer is a text, and a text has no one answer.
LONGEST_QUESTION = 1000
_PHRASE = re.compile(r'["“”„«]([^"“”„«»]+)["“”„»]')


def askable(text: str, *, what: str = "question") -> str:
    """``text`` as it is searched for: spellings repaired, white space plain. Raises QuestionError."""
    if len(text) > LONGEST_QUESTION:
        raise QuestionError(
            f"The {what} has {len(text):,} characters; at most {LONGEST_QUESTION:,} can be used. Shorten it."
        )
    cleaned = " ".join(repair_words(text.encode("utf-8", "replace").decode()).split())
    if not cleaned:
        raise QuestionError(f"The {what} is empty. Write what you want to know.")
    tokens = tokenize(cleaned)
    if not tokens or (what == "question" and not any(is_content(token) for token in tokens)):
        raise QuestionError(f"The {what} holds no word that can be searched for. Name a person, place or thing.")
    return cleaned


def phrases_in(text: str) -> list[list[str]]:
    """What has to be found exactly: each phrase in quotation marks, and every word outside them by itself."""
    phrases = [[found.word for found in plain_words(phrase)] for phrase in _PHRASE.findall(text)]
    phrases += [[found.word] for found in plain_words(_PHRASE.sub(" ", text))]
    return [phrase for phrase in phrases if phrase]
