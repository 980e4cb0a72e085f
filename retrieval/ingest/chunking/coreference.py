"""Finds the sentence that names whom or what a passage speaks of when the passage itself only says "he"."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum

from retrieval.core.types import Span
from retrieval.ingest.chunking import gender
from retrieval.ingest.chunking.gender import Gender
from retrieval.ingest.chunking.pronouns import SPEAKS, is_man, is_woman, speaks
from retrieval.text.languages.word_list import words_of

_CONNECTIVE = (
    r"(?:(?:But|And|So|Yet|Still|However|Additionally|Also|Meanwhile|Moreover|Furthermore|Instead|Later|Then|Earlier|Nevertheless"
    r"|In addition|At the same time|On the other hand|For example|For instance|As a result"
    r"|Aber|Und|Doch|Mais|Et|Pero|Y)\b,?\s+)?"
)
_OPENING = re.compile(
    rf"{_CONNECTIVE}(?:"
    r"(?P<person>(?:he|she|his|her|him|er|elle|él|он|она|вона|він)\b|il (?=(?:a|est|avait|était|n’|s’|y)\b))"
    r"|(?P<group>(?:they|their|them|ils|elles|ellos|ellas|они|вони)\b)"
    r"|(?P<thing>(?:it|its)\b|(?:this|these|those|such)\b(?!\s+(?:week|weekend|year|month|morning|afternoon|evening|summer|winter|spring"
    r"|autumn|fall|time|day|is why|who)\b)))",
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
_MARKERS = re.compile(r"(?:[>*+•–—-]\s+|\d{1,3}[.)]\s+|[\"'“„«*_]|\s)*")  # of a block, before its first word
_NAME = re.compile(
    r"\b[A-ZÀ-ÞĀ-ŽŞĞİА-ЯЁІЇЄ][\w’'-]*[\w]"
    r"(?:[ \u00a0](?:de|da|di|van|von|der|den|la|le|el|al|bin|of|the)(?= [^\W\d_]))*"
)
_SEQUENCE = re.compile(rf"{_NAME.pattern}(?:[ \u00a0]{_NAME.pattern[2:]})*")
_ROLE = re.compile(
    r"\b(?:Mr|Mrs|Ms|Miss|Messrs|Dr|Prof|Professor|President|Minister|Chancellor|Premier|Secretary|General|Senator|Governor"
    r"|Mayor|King|Queen|Prince|Princess|Pope|Chief|Director|Ambassador|Captain|Colonel|Judge|Justice|Sir|Lord|Lady|Spokesperson"
    r"|spokesman|spokeswoman|spokesperson|minister|president|chancellor|mayor|leader|chief|director|Präsident\w*|Minister\w*"
    r"|Kanzler\w*|Herr|Frau|président\w*|ministre|Madame|Monsieur|presidente|ministr[oa]|Señor\w*|prezydent|premier|pan|pani"
    r"|президент|министр|канцлер)\.?[ \u00a0]+(?=[A-ZÀ-ÞĀ-ŽА-ЯЁІЇЄ])"
)
_NO_PERSON = words_of(
    """
    union nations states kingdom republic council commission parliament ministry palace party court bank
    university army forces force coalition house street times post news agency group company corporation
    inc memorandum war treaty summit agreement europe european america american russia russian ukraine
    ukrainian french france german germany british britain chinese china czech eight baltic nordic north
    south east west eastern western northern southern monday tuesday wednesday thursday friday saturday
    sunday january february march april may june july august september october november december
    security defence defense foreign affairs department office committee association federation league
    institute city region river sea ocean mountain bay island airport square road avenue park world
    international national united white red new los san santa great middle constitution act law museum
    church school college hospital
    """
)
_LEADING = words_of(
    """
    the a an in on at after before when while however but and for from as with by to since according
    following during despite if although there what who how why where we us i you our my your no not all both one
    two three most many some several additionally moreover furthermore meanwhile earlier later today
    yesterday also then now other another such every each der die das ein eine im am nach bei le la les
    un une des en dans el los las lo gli nel
    """
)
_MASCULINE = re.compile(r"\b(?:Mr|Sir|Lord|King|Prince|Herr|Monsieur|Señor|spokesman)\b")
_FEMININE = re.compile(r"\b(?:Mrs|Ms|Miss|Lady|Queen|Princess|Frau|Madame|Señora|spokeswoman)\b")
_SAID_SHE = re.compile(rf"\b([A-ZÀ-ÞĀ-Ž][\w’'-]*\w) {SPEAKS} (?:that )?(she|he)\b")
_SUBJECT = 80  # characters; a person who is named later in a sentence is hardly its subject
_LOOKS_AT = 2_000  # characters of a sentence; who is named later in one is not its subject


@dataclass(slots=True)
class Known:
    """What an article has named so far: persons' last names, and names of any kind."""

    surnames: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    shown: dict[str, Gender] = field(default_factory=dict)  # by a form of address or a first name
    seen: dict[str, set[Gender]] = field(default_factory=dict)  # by the pronouns that follow a surname

    def gender(self, surname: str) -> Gender | None:
        """Whether the person is a he or a she, if all that the article shows of it agrees."""
        seen = self.seen.get(surname, set())
        return self.shown.get(surname) or (next(iter(seen)) if len(seen) == 1 else None)


class Need(StrEnum):
    """What a passage's first words point back to."""

    PERSON = "person"
    WOMAN = "woman"
    MAN = "man"
    THING = "thing"


def needed(passage: str) -> Need | None:
    """What the opening words refer to outside of the passage; ``None`` if it speaks for itself."""
    found = _OPENING.match(passage[:200])
    if found is None or _EXPLETIVE.match(passage[:120]):
        return None
    if found["person"]:
        word = found["person"].casefold().strip()
        if word in {"she", "her", "elle", "она", "вона"}:
            return Need.WOMAN
        return Need.MAN if word in {"he", "his", "him", "er", "él", "он", "він", "il"} else Need.PERSON
    return Need.THING


def names(sentence: str, masked: list[Span], need: Need, known: Known) -> bool:
    """Whether a sentence names what is needed, quoted words (``masked``, relative to it) left aside."""
    own = without(sentence[:_LOOKS_AT], masked)
    if need is Need.THING:
        first = _first_word(sentence)
        return any(
            match.start() > first
            or match[0].split()[0] in known.names
            or match[0].split()[0].casefold() in _LEADING  # a capital after "The"
            or match[0].isupper()
            for match in _SEQUENCE.finditer(own)
            if _proper(match[0])
        )
    people = persons(own, known)
    wanted = {Need.WOMAN: Gender.WOMAN, Need.MAN: Gender.MAN}.get(need)
    if wanted is not None:
        genders = {known.gender(surname) for surname in people}
        if wanted in genders:
            return True
        if (people and None not in genders) or gender.has_object(own, wanted):
            return False  # of another, or of her whom an earlier sentence names
    if need is Need.WOMAN and _MASCULINE.search(own) and not _FEMININE.search(own):
        return False
    if need is Need.MAN and _FEMININE.search(own) and not _MASCULINE.search(own):
        return False
    return bool(people) or _ROLE.search(own) is not None


def persons(own: str, known: Known) -> dict[str, int]:
    """The surnames in a sentence, those of whole names and those known already, with where they end."""
    found: dict[str, int] = {}
    fresh = surnames_in(own)
    for match in _SEQUENCE.finditer(own[:_LOOKS_AT]):
        for word in _parts(match[0]):
            if word in fresh or word in known.surnames:
                found.setdefault(word, match.end())
    return found


def speaker_needed(own: str, known: Known) -> Need | None:
    """Whom a sentence without its quoted words (blanks) has speak as a pronoun, without a name before it."""
    found = speaks(own, _first_word(own))
    if found is None:
        return None
    pronoun, at = found
    need = Need.WOMAN if is_woman(pronoun) else Need.MAN if is_man(pronoun) else Need.PERSON
    return None if names(own[:at], [], need, known) else need


def learn(own: str, before: str, known: Known) -> None:
    """Take note of whom a sentence (and the one ``before`` it) names, quoted words blank, as a he or a she."""
    for surname, shown in _shown(own).items():
        known.surnames.add(surname)
        if shown is not None:
            known.shown.setdefault(surname, shown)
    for match in _SAID_SHE.finditer(own[:_LOOKS_AT]):
        if match[1] in known.surnames:
            known.seen.setdefault(match[1], set()).add(Gender.WOMAN if is_woman(match[2].casefold()) else Gender.MAN)
    need = needed(own.lstrip()) or speaker_needed(own, known)
    people = persons(before, known)
    if need not in {Need.WOMAN, Need.MAN} or len(people) != 1 or min(people.values()) > _SUBJECT:
        return
    follows = Gender(need.value)
    if not gender.has_object(before, follows):
        known.seen.setdefault(next(iter(people)), set()).add(follows)


def names_in(sentence: str) -> frozenset[str]:
    """Words with a capital that they do not owe to the beginning of the sentence."""
    found = _NAME.finditer(sentence[:_LOOKS_AT])
    first = _first_word(sentence)
    return frozenset(
        word for match in found for at, word in enumerate(_parts(match[0])) if match.start() > first or at > 0
    )


def _first_word(sentence: str) -> int:
    found = _MARKERS.match(sentence[:_LOOKS_AT])
    return found.end() if found else 0


def surnames_in(sentence: str) -> frozenset[str]:
    """The last words of what look like persons' names: a few capitalised words, none of an institution's."""
    return frozenset(_shown(sentence))


def _shown(sentence: str) -> dict[str, Gender | None]:
    """Those surnames, with what a form of address or a first name shows."""
    found: dict[str, Gender | None] = {}
    for match in _SEQUENCE.finditer(sentence[:_LOOKS_AT]):
        after_role = _ROLE.search(sentence[: match.end()][max(0, match.start() - 1) :])
        words = [word for word in _parts(match[0]) if word.casefold() not in _LEADING]
        capital = [word for word in words if word[0].isupper()]
        full = 2 <= len(capital) <= 5 and not any(word.casefold() in _NO_PERSON for word in capital[-2:])
        if not capital or not (after_role or full):
            continue
        if capital[-1].casefold() not in _NO_PERSON and not capital[-1].isupper():
            start = match.start() + match[0].rindex(capital[-1])
            first = next((each for each in map(gender.of_name, capital[:-1]) if each is not None), None)
            found[capital[-1]] = (
                gender.of_address(sentence[max(0, start - 60) : start]) or first or found.get(capital[-1])
            )
    return found


def _parts(sequence: str) -> list[str]:
    return [re.sub(r"[’']s$", "", word) for word in sequence.split()]


def _proper(sequence: str) -> bool:
    words = [word for word in _parts(sequence) if word.casefold() not in _LEADING]
    return any(word[0].isupper() and len(word) > 1 for word in words)


def without(sentence: str, masked: list[Span]) -> str:
    """The sentence with blanks for its quoted words."""
    for start, end in masked:
        sentence = sentence[:start] + " " * (min(end, len(sentence)) - start) + sentence[end:]
    return sentence
