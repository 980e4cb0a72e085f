"""Open references: opening words and speakers whose antecedent stands elsewhere ("He stated", "“No,” she said")."""

from __future__ import annotations

import re

from retrieval.text.languages.english import MONTHS, SPEECH_VERBS

_CONNECTIVE = (
    r"(?:(?:But|And|So|Yet|Still|However|Additionally|Also|Meanwhile|Moreover|Furthermore|Instead|Later|Then|Earlier"
    r"|Nevertheless|In addition|At the same time|On the other hand|For example|For instance|As a result)\b,?\s+)?"
)
_PRONOUN = re.compile(
    rf"{_CONNECTIVE}(?:(?:he|she|his|her|him|they|their|them|it|its)\b"
    r"|(?:this|these|those|such)\b(?!\s+(?:week|weekend|year|month|morning|afternoon|evening|summer|winter|spring"
    r"|autumn|fall|time|day|is why|who)\b))",
    re.IGNORECASE,
)
_EXPLETIVE = re.compile(
    r"It(?:[’']s| is| was| will be| remains| seems| appears| has been| would be| may be| could be)"
    r"(?: also| not| now| still)?"
    r" \w+ (?:that|to|for|whether|if|how|when|who|what|why)\b"
    r"|It (?:took|takes|will take|would take|had taken|has taken)\b"
    r"(?! (?:part|place|over|off|on|up|its|effect|control|responsibility|advantage|note)\b)"
    r"|It (?:rained|snowed|had rained|had snowed|was raining|was snowing)\b"
)
_OPENING = 200  # characters: the longest connective, pronoun and expletive end long before
_SPEECH_VERB = (
    rf"(?:{SPEECH_VERBS}|explain\w*|writes?|wrote|asks|continued|concluded|recalled|joked|repeated|pointed out|answered"
    r"|tweeted|posted|spoke|thanked)"
)
_ADVERBS = r"(?: (?:had|has|have|also|later|then|once|would|will|often|further|again|reportedly|\w{3,}ly)){0,3}"
_PERSON = re.compile(r"\b(?:s?he|they|him|her|them)\b", re.IGNORECASE)
_SPEAKER = re.compile(
    rf"\b(?:he|she|they){_ADVERBS} {_SPEECH_VERB}\b"
    rf"|\b{_SPEECH_VERB} (?:he|she|they)\b(?! \w+(?:ed|s)\b)"
    r"|\baccording to (?:him|her|them)\b",
    re.IGNORECASE,
)
_SUBORDINATE = re.compile(
    rf"\S\s+(?:that|because|who|which|whether|when|where|if|and|but|while|although|as|since|{_SPEECH_VERB})\b",
    re.IGNORECASE,
)
_SET_OFF = re.compile(r"[,;:–—-]\s*+$")
_MARKERS = re.compile(r"(?:[>*+•–—-]\s+|\d{1,3}[.)]\s+|[\"'“„«*_]|\s)*+")  # of a block, before its first word
_WORD = re.compile(r"[^\W\d_][\w’'-]*")
_MIDDLE_WORD = re.compile(r"(?:(?<=[^\W\d_] )|(?<=\w, ))[^\W\d_][\w’'-]*")
_NO_NAMES = frozenset("monday tuesday wednesday thursday friday saturday sunday".split()) | {*map(str.lower, MONTHS)}


def opens_with_reference(passage: str) -> bool:
    """Tell whether the opening words point back, as "He", "However, they" and "This plan" do."""
    opening = passage[:_OPENING]
    return _PRONOUN.match(opening) is not None and _EXPLETIVE.match(opening) is None


def may_have_pronoun_speaker(passage: str) -> bool:
    """Tell whether a pronoun stands beside a verb of speech anywhere, be it in quoted words: a quick test."""
    return _PERSON.search(passage) is not None and _SPEAKER.search(passage) is not None


def has_pronoun_speaker(own: str, names: frozenset[str]) -> bool:
    """Tell whether a pronoun speaks in a sentence whose quoted words are blank, before any name."""
    found = _SPEAKER.search(own)
    if found is None or has_name(own[: found.start()], names):
        return False
    before = own[_first_word(own) : found.start()]
    apart = _SET_OFF.search(before[-10:]) is not None or before.endswith("  ")  # behind a comma or a quotation
    # Only the subject of the main clause counts: not "she" in "The minister resigned because she said too much".
    return apart or _SUBORDINATE.search(before) is None


def has_name(own: str, names: frozenset[str]) -> bool:
    """Tell whether a sentence holds a name: a word with a capital that is not its first, or one of ``names``."""
    first = _first_word(own)
    return any(
        word[0].isupper() and len(word) > 1 and word[1] not in "’'" and word.casefold() not in _NO_NAMES
        for found in _WORD.finditer(own)
        if (word := found[0]) and (found.start() > first or _bare(word) in names)
    )


def names_of(text: str) -> frozenset[str]:
    """Collect the words that a text writes with a capital in the middle of a sentence, and nowhere small."""
    words = {_bare(word) for word in _MIDDLE_WORD.findall(text)}
    return frozenset(word for word in words if word[0].isupper() and word.casefold() not in words)


def _bare(word: str) -> str:
    return word.removesuffix("’s").removesuffix("'s")


def _first_word(sentence: str) -> int:
    found = _MARKERS.match(sentence)
    return found.end() if found else 0
