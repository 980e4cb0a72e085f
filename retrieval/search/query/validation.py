"""Validates what a member typed: a query within its length, with words to search for. Pure."""

from __future__ import annotations

from retrieval.core.errors import QuestionError
from retrieval.text.mojibake import repair
from retrieval.text.tokenizer import is_content, tokenize

#: Characters. A longer question is a text, which has no single answer.
MAX_QUERY_LENGTH = 1000


def validate_query(text: str, *, what: str = "question") -> str:
    """Return ``text`` ready to search for: encoding repaired, one space between words.

    Raises:
        QuestionError: when ``text`` is too long, empty, or has no word to search for. Its message calls it ``what``.
    """
    if len(text) > MAX_QUERY_LENGTH:
        raise QuestionError(
            f"The {what} has {len(text):,} characters; at most {MAX_QUERY_LENGTH:,} can be used. Shorten it."
        )
    cleaned = " ".join(repair(text.encode("utf-8", "replace").decode())[0].split())
    if not cleaned:
        raise QuestionError(f"The {what} is empty. Write what you want to know.")
    tokens = tokenize(cleaned)
    if not tokens or (what == "question" and not any(is_content(token) for token in tokens)):
        raise QuestionError(f"The {what} holds no word that can be searched for. Name a person, place or thing.")
    return cleaned
