"""Rewrites a follow-up question ("and Germany?") in full, with the question before it. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from retrieval.core.errors import QuestionError
from retrieval.search.query.validation import validate_query
from retrieval.text.languages.english import DEMONSTRATIVES, PERSONAL_PRONOUNS, POSSESSIVE_PRONOUNS

#: A longer question stands alone, unless it opens like a follow-up or has a pronoun.
_SHORT = 4
_OPENING = re.compile(
    r"^(?:(?:and|but|or|so)\b[\s,]*)?(?:(?:what|how) about\b|what of\b)\s*|^(?:and|but|or)\b[\s,]*", re.IGNORECASE
)
_QUESTION_WORD = re.compile(
    r"\b(?:who|whom|whose|what|which|when|where|why|how|is|are|was|were|did|does|do|can|could|will|would|has|have|had|"
    r"should)\b",
    re.IGNORECASE,
)
_PRONOUNS = "|".join((*PERSONAL_PRONOUNS, *POSSESSIVE_PRONOUNS))
_POINTING = re.compile(rf"\b(?:{_PRONOUNS}|{'|'.join(DEMONSTRATIVES)}|there|then|hers|theirs)\b", re.IGNORECASE)
_PRONOUN = re.compile(rf"\b({_PRONOUNS})\b", re.IGNORECASE)
_NAME = re.compile(r"[A-Z][\w’'-]*(?:\s+(?:of\s+(?:the\s+)?|de\s+|von\s+|van\s+)?[A-Z][\w’'-]*)*")
_COUNTED = re.compile(r"\b(?:how many|how much|which|what kinds? of)\s+([\w’'-]+)", re.IGNORECASE)
_PREPOSITION = re.compile(r"^(?:of|in|at|on|for|from|by|with|to)\s+(?=\S)", re.IGNORECASE)
_MAX_REWRITES = 4
#: Letters at the beginning that make two words one: "Germany" and "German".
_STEM = 4
#: Content words with which a question can be searched for alone.
_ENOUGH = 3


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A question that depends on the one before it.

    ``rewrites`` are the questions in full that it may mean, ``words`` the content words that are new in it.
    ``standalone_first``: it may stand alone, and is a follow-up only where it is not answered as it is.
    """

    rewrites: tuple[str, ...]
    words: frozenset[str]
    standalone_first: bool = False


@dataclass(frozen=True, slots=True)
class Variant:
    """A validated text to search for. ``rewritten``: the rewrite it comes from, ``None`` for the question itself."""

    text: str
    rewritten: str | None = None


def follow_up_of(question: str, previous: str) -> FollowUp | None:
    """Rewrite ``question`` as a follow-up, each name of ``previous`` replaced in turn; ``None`` if it stands alone."""
    opening = _OPENING.match(question)
    rest = question[opening.end() :] if opening else question
    rest = rest.strip().rstrip("?!. ").strip()
    if not rest or not previous.strip():
        return None
    is_question = _QUESTION_WORD.search(rest) is not None
    has_pronoun = _POINTING.search(rest) is not None
    is_short = len(rest.split()) <= _SHORT
    if not (opening or has_pronoun or (is_short and not is_question)):
        return None
    spoken = (w for w in re.findall(r"\w+", rest.casefold()) if len(w) > 2)
    words = frozenset(w for w in spoken if not (_QUESTION_WORD.fullmatch(w) or _POINTING.fullmatch(w)))
    rewrites = _with_names(rest, previous) if is_question else _with_replacement(rest, previous)
    joined = f"{previous.rstrip(' ?!.')} {rest}?"
    unique = tuple(dict.fromkeys([*rewrites, joined]))[-_MAX_REWRITES:]
    return FollowUp(unique, words, standalone_first=is_question and len(words) >= _ENOUGH)


def variants_of(question: str, follow_up: FollowUp | None) -> list[Variant]:
    """Return the texts to search for: the valid rewrites of a follow-up, the question itself first where it may do.

    Raises:
        QuestionError: when the question itself has to be searched for and is not valid.
    """
    rewrites = []
    for rewrite in follow_up.rewrites if follow_up is not None else ():
        try:
            rewrites.append(Variant(validate_query(rewrite), rewrite))
        except QuestionError:
            continue
    if follow_up is not None and rewrites and not follow_up.standalone_first:
        return rewrites
    return [Variant(validate_query(question)), *rewrites]


def _names(question: str) -> list[str]:
    """Return the names in a question, without a capitalised question word at its beginning."""
    names = []
    for found in _NAME.finditer(question):
        name = found.group()
        if found.start() == 0:
            first, _, others = name.partition(" ")
            name = others if _QUESTION_WORD.fullmatch(first) or not others else name
        if name and not _QUESTION_WORD.fullmatch(name):
            names.append(name)
    return names


def _with_replacement(rest: str, previous: str) -> list[str]:
    """Replace what ``previous`` counts, or each of its names in turn, by ``rest``."""
    counted = _COUNTED.search(previous)
    name = _PREPOSITION.sub("", rest)
    things = [counted.group(1)] if counted is not None and not rest[:1].isupper() else []
    things += _names(previous)
    others = dict.fromkeys(thing for thing in things if thing.casefold() != name.casefold())
    return [previous.replace(thing, name, 1) for thing in list(others)[-_MAX_REWRITES:]]


def _with_names(rest: str, previous: str) -> list[str]:
    """Replace the pronoun of ``rest`` by each name of ``previous`` in turn."""
    pronoun = _PRONOUN.search(rest)
    if pronoun is None:
        return []
    ending = "'s" if pronoun.group().lower() in POSSESSIVE_PRONOUNS else ""
    names = dict.fromkeys(name.removesuffix("'s").removesuffix("’s") for name in _names(previous))
    before, after = rest[: pronoun.start()], rest[pronoun.end() :]
    return [f"{before}{name}{ending}{after}?" for name in list(names)[-_MAX_REWRITES:]]


def mentions(words: frozenset[str], text: str) -> bool:
    """Tell whether ``text`` contains one of ``words``, whatever its ending; true where there are none."""
    said = set(re.findall(r"\w+", text.casefold()))
    stems = tuple(word[: max(_STEM, len(word) - 2)] for word in words if len(word) >= _STEM)
    return not words or not words.isdisjoint(said) or any(word.startswith(stems) for word in said)
