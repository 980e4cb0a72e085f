"""Questions that lean on the one before them: "and Germany?". Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: A question of more words than this stands on its own, unless it opens like a follow-up.
_SHORT = 4
_OPENING = re.compile(
    r"^(?:(?:and|but|or|so)\b[\s,]*)?(?:(?:what|how) about\b|what of\b)\s*|^(?:and|but|or)\b[\s,]*", re.IGNORECASE
)
_QUESTION_WORD = re.compile(
    r"\b(?:who|whom|whose|what|which|when|where|why|how|is|are|was|were|did|does|do|can|could|will|would|has|have|had|"
    r"should)\b",
    re.IGNORECASE,
)
_POINTING = re.compile(
    r"\b(?:he|she|him|they|them|it|this|that|these|those|there|then|his|her|hers|its|their|theirs)\b", re.IGNORECASE
)
_PRONOUN = re.compile(r"\b(he|she|him|they|them|it|his|her|its|their)\b", re.IGNORECASE)
_POSSESSIVE = frozenset({"his", "her", "its", "their"})
_NAME = re.compile(r"[A-Z][\w’'-]*(?:\s+(?:of\s+(?:the\s+)?|de\s+|von\s+|van\s+)?[A-Z][\w’'-]*)*")
_COUNTED = re.compile(r"\b(?:how many|how much|which|what kinds? of)\s+([\w’'-]+)", re.IGNORECASE)
_PREPOSITION = re.compile(r"^(?:of|in|at|on|for|from|by|with|to)\s+(?=\S)", re.IGNORECASE)
_MOST_WAYS = 4
#: Letters that two words have to begin with to count as one: "Germany" and "German".
_STEM = 4
#: So many words that carry meaning can be searched for by themselves.
_ENOUGH = 3


@dataclass(frozen=True, slots=True)
class FollowUp:
    """How a question may be meant: ``ways`` to ask it in full, and the ``words`` that are new in it.

    ``alone``: it says enough to be asked by itself first, and is a follow-up only if that leads nowhere.
    """

    ways: tuple[str, ...]
    words: frozenset[str]
    alone: bool = False


def follow_up(question: str, before: str) -> FollowUp | None:
    """The ways in which ``question`` may be meant after ``before``; ``None`` if it stands on its own.

    Each name of the earlier question in turn gives way to the new one; which way was meant, the articles tell
    better than grammar.
    """
    opening = _OPENING.match(question)
    rest = question[opening.end() :] if opening else question
    rest = rest.strip().rstrip("?!. ").strip()
    if not rest or not before.strip():
        return None
    asks = _QUESTION_WORD.search(rest) is not None
    points = _POINTING.search(rest) is not None
    few = len(rest.split()) <= _SHORT
    if not (opening or points or (few and not asks)):
        return None
    words = _words(rest)
    ways = _named(rest, before) if asks else _replaced(rest, before)
    whole = f"{before.rstrip(' ?!.')} {rest}?"
    return FollowUp(_unique([*ways, whole]), words, alone=asks and len(words) >= _ENOUGH)


def _names(question: str) -> list[str]:
    """Names in a question, without the question word that is written large because it comes first."""
    names = []
    for found in _NAME.finditer(question):
        name = found.group()
        if found.start() == 0:
            first, _, others = name.partition(" ")
            name = others if _QUESTION_WORD.fullmatch(first) or not others else name
        if name and not _QUESTION_WORD.fullmatch(name):
            names.append(name)
    return names


def _replaced(rest: str, before: str) -> list[str]:
    """``before`` with what it counts, or with each of its names, replaced by ``rest``, the first first."""
    counted = _COUNTED.search(before)
    name = _PREPOSITION.sub("", rest)
    things = [counted.group(1)] if counted is not None and not rest[:1].isupper() else []
    things += _names(before)
    return [before.replace(thing, name, 1) for thing in things if thing.casefold() != name.casefold()]


def _named(rest: str, before: str) -> list[str]:
    """``rest`` with its pronoun replaced by each of the names in ``before``."""
    pronoun = _PRONOUN.search(rest)
    if pronoun is None:
        return []
    ending = "'s" if pronoun.group().lower() in _POSSESSIVE else ""
    names = [name.removesuffix("'s").removesuffix("’s") for name in _names(before)]
    return [f"{rest[: pronoun.start()]}{name}{ending}{rest[pronoun.end() :]}?" for name in names]


def _words(rest: str) -> frozenset[str]:
    """What an answer should have to do with: the words of the follow-up that carry meaning."""
    words = re.findall(r"\w+", rest.casefold())
    return frozenset(w for w in words if not (_QUESTION_WORD.fullmatch(w) or _POINTING.fullmatch(w) or len(w) < 3))


def _unique(ways: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ways))[-_MOST_WAYS:]


def speaks_of(words: frozenset[str], text: str) -> bool:
    """Whether ``text`` says any of ``words``, if need be with another ending; true where there are none to say."""
    said = set(re.findall(r"\w+", text.casefold()))
    stems = tuple(word[: max(_STEM, len(word) - 2)] for word in words if len(word) >= _STEM)
    return not words or not words.isdisjoint(said) or any(word.startswith(stems) for word in said)
