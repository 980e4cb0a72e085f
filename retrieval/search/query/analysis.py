"""What a question asks: its words with their weights, what else they may be called, and the kind of answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from retrieval.text.tokenizer import COMMON, Token, is_content, term_of, tokenize
from retrieval.text.vocabulary import Vocabulary

#: Names and numbers say what a question is about better than its other words.
NAME_BOOST, NUMBER_BOOST = 1.5, 1.25
#: Words of asking ("what *kind* of", "what *year*", "is *called*") rarely stand in the answer.
FRAME_WEIGHT = 0.3
#: An everyday word weighs at most this, however rare it is in a small corpus.
COMMON_CEILING = 1.5
#: A repaired spelling is a guess.
GUESS_WEIGHT = 0.7


class AnswerType(StrEnum):
    """The kind of thing a question asks for."""

    NUMBER = "a number"
    TIME = "a date or time"
    PERSON = "a person or body"
    PLACE = "a place"
    SPEECH = "words of a speaker"
    REASON = "a reason"
    OTHER = "anything"


class Term(NamedTuple):
    """A content word of the question.

    ``variants`` are alternative term groups that match it; every term of a group must occur. ``out_of_vocabulary``: no
    passage of the corpus contains any variant.
    """

    term: str
    word: str
    weight: float
    variants: tuple[tuple[str, ...], ...]
    is_name: bool = False
    is_number: bool = False
    out_of_vocabulary: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """A question, analysed against a vocabulary.

    ``focus`` holds the terms of what is counted or named ("how many *households*", "which *city*").
    ``counts`` marks "how many", ``several`` a question for more than one thing ("what are the four …").
    """

    text: str
    terms: tuple[Term, ...]
    answer_type: AnswerType
    focus: frozenset[str]
    speaker: frozenset[str]
    wants_year: bool = False
    counts: bool = False
    several: bool = False

    @property
    def weight(self) -> float:
        """The sum of the terms' weights."""
        return sum(term.weight for term in self.terms)

    @property
    def known(self) -> frozenset[str]:
        """Every term that the question itself supplies."""
        return frozenset(part for term in self.terms for variant in term.variants for part in variant)


SPEECH_VERBS = (
    r"sa(?:y|id|ys|ying)|t(?:ell|old)|claim\w*|warn\w*|announc\w*|stat(?:e|ed|es|ing)|argu\w*|demand\w*|emphasi[sz]\w*|"
    r"stress\w*|suggest\w*|express\w*|call(?:ed|s|ing)?|insist\w*|add(?:ed|s)?|acknowledg\w*|describ\w*|comment\w*|"
    r"respon\w*|repl(?:y|ied)|promis\w*|pledg\w*|think|thought|believ\w*|highlight\w*|caution\w*|urg\w*|hail\w*|"
    r"declar\w*|ask(?:ed|s)?|propos\w*|reject\w*|expect\w*|outlin\w*|welcom\w*|critici[sz]\w*|not(?:e|ed|es)|remark\w*|"
    r"reiterat\w*|confirm\w*|den(?:y|ied|ies)|vow\w*|admit\w*|conced\w*|recommend\w*|"
    r"predict\w*|complain\w*|condemn\w*|prais\w*|accus\w*|refus\w*"
)
_SPEECH_VERB = re.compile(SPEECH_VERBS, re.IGNORECASE)
_MEASURES = (
    r"percent(?:age)?|share|proportion|fraction|number|amount|population|quantity|rate|size|age|cost|price|budget|"
    r"temperature|distance|height|length|weight|speed|gdp|average|total"
)
_TIME_NOUNS = r"year|date|day|month|week|century|decade|time|period|era|age|season|hour"
_PERSON_NOUNS = (
    r"person|president|king|queen|minister|leader|leaders|mayor|chancellor|author|writer|scientist|physicist|"
    r"inventor|founder|actor|director|general|emperor|ruler|man|woman|people|philosopher|economist|architect|artist"
)
_PLACE_NOUNS = (
    r"city|cities|country|countries|state|states|town|place|region|county|continent|river|island|location|area|"
    r"district|province|village|street|palace|capital"
)
# "How much does Ukraine spend" asks for no sort of Ukraine: the auxiliary ends what is counted.
_AUXILIARY = r"(?:does|do|did|is|are|was|were|be|been|has|have|had|can|could|will|would|shall|should|may|might|must)\b"
_COUNTED = rf"(?!{_AUXILIARY})\w+"
# "What happened when …" asks what, not when: the first question word decides.
_NO_OTHER = r"(?:(?!\b(?:what|which|who|how|where|why|when)\b).)*\b"
_RULES: tuple[tuple[AnswerType, re.Pattern[str]], ...] = tuple(
    (answer_type, re.compile(pattern, re.IGNORECASE))
    for answer_type, pattern in (
        (AnswerType.SPEECH, rf"\bwhat (?:did|does|do|has|have|had) (?P<speaker>.+?) (?:{SPEECH_VERBS})\b"),
        (AnswerType.SPEECH, r"\bhow (?:did|does|do|has|have) (?P<speaker>.+?) (?:respond|react|reply|describe|call)\b"),
        (AnswerType.REASON, rf"^{_NO_OTHER}why\b|\bwhat (?:\w+ )?(?:reason|caused?|led to)\b|\bfor what purpose\b"),
        (AnswerType.TIME, rf"^{_NO_OTHER}when\b|\bhow long ago\b"),
        (AnswerType.TIME, rf"\b(?:what|which)(?: \w+)? (?P<focus>{_TIME_NOUNS})s?\b"),
        (AnswerType.NUMBER, rf"\bhow (?:many|much)(?: of)?(?: the)? (?P<focus>{_COUNTED}(?: {_COUNTED})?)"),
        (AnswerType.NUMBER, r"\bhow (?:much|old|long|far|tall|high|deep|wide|large|big|fast|heavy|often|frequently)\b"),
        (
            AnswerType.NUMBER,
            rf"\b(?:what|which)(?: (?:is|was|were|are))?(?: [a-z]+){{0,2}}? (?P<focus>{_MEASURES})\b",
        ),
        (AnswerType.PERSON, rf"^{_NO_OTHER}who(?:m|se)?\b|\bwhom\b"),
        (AnswerType.PERSON, rf"\b(?:what|which)(?: \w+){{0,3}}? (?P<focus>{_PERSON_NOUNS})s?\b"),
        (AnswerType.PLACE, rf"^{_NO_OTHER}where\b"),
        (AnswerType.PLACE, rf"\b(?:what|which)(?: \w+){{0,1}}? (?P<focus>{_PLACE_NOUNS})\b"),
        (AnswerType.SPEECH, r"^according to (?P<speaker>[A-Z][\w’' -]+)"),
        (AnswerType.OTHER, r"\b(?:what|which) (?:kinds?|types?|sorts?)? ?(?:of )?(?P<focus>\w+)"),
    )
)
_YEAR = re.compile(r"\b(?:what|which) (?:\w+ )?year\b", re.IGNORECASE)
_COUNTS = re.compile(r"\bhow many\b|\bwhat number of\b", re.IGNORECASE)
_SEVERAL = re.compile(
    r"\b(?:what|which|who) (?:are|were) (?!.*\b(?:the same|one)\b)|\b(?:list|name|all) (?:of )?(?:the|all|\w+s)\b"
    r"|\b(?:what|which) (?:\w+ )?(?!is\b|was\b|does\b|has\b)\w{3,}s (?:are|were|did|do|have|will|can|came|make|made)\b",
    re.IGNORECASE,
)
_COMMON = frozenset(term_of(word) for word in COMMON)
_FRAME_WORDS = (
    "name named kind sort type types kinds call called term example happen happened mean meant considered known "
    "many much main year percentage percent number amount entity thing person place refer referred word"
)
_FRAME = frozenset(_FRAME_WORDS.split())


def answer_type_of(text: str) -> tuple[AnswerType, str, str]:
    """What ``text`` asks for, the words of its focus and of its speaker (both may be empty)."""
    for answer_type, pattern in _RULES:
        if found := pattern.search(text):
            groups = found.groupdict()
            return answer_type, groups.get("focus") or "", groups.get("speaker") or ""
    return AnswerType.OTHER, "", ""


def analyse(text: str, vocabulary: Vocabulary) -> Question:
    """``text`` (a question in English) as the ranking and the confidence need it."""
    answer_type, focus, speech = answer_type_of(text)
    speaker = frozenset(t.term for t in tokenize(speech) if is_content(t))
    if answer_type is AnswerType.SPEECH and not speaker:  # "What do some say …"
        answer_type = AnswerType.OTHER
    tokens = tokenize(text)
    counted = [t.term for t in tokenize(focus) if is_content(t)]
    terms: dict[str, Term] = {}
    for token in tokens:
        if is_content(token):
            spoken = answer_type is AnswerType.SPEECH and _SPEECH_VERB.fullmatch(token.word)
            terms.setdefault(token.term, _term(token, vocabulary, framing=bool(spoken)))
    if not terms:  # "Who are you?": nothing but stopwords, so those have to do
        terms = {t.term: Term(t.term, t.word, 1.0, ((t.term,),)) for t in tokens}
    return Question(
        text=text,
        terms=tuple(_join_acronyms(terms, vocabulary).values()),
        answer_type=answer_type,
        focus=_with_variants(counted, terms),
        speaker=_with_variants(speaker, terms),
        wants_year=bool(_YEAR.search(text)),
        counts=bool(_COUNTS.search(text)),
        several=bool(_SEVERAL.search(text)),
    )


def _with_variants(parts: Iterable[str], terms: Mapping[str, Term]) -> frozenset[str]:
    """``parts`` with what else the corpus calls them, a misspelt name's right spelling among it."""
    known = set(parts)
    for part in tuple(known):
        if part in terms:
            known |= {variant[0] for variant in terms[part].variants if len(variant) == 1}
    return frozenset(known)


def _term(token: Token, vocabulary: Vocabulary, *, framing: bool = False) -> Term:
    """One content word with its weight and the variants the corpus may say it."""
    term = token.term
    variants: list[tuple[str, ...]] = [(term,)]
    if expansion := vocabulary.expansions.get(term):
        variants.append(expansion)
    seen = vocabulary.df(term) > 0 or len(variants) > 1
    trust = 1.0
    is_name = (token.capital and not token.opens) or vocabulary.is_name(term)
    if not seen and not token.is_number:
        if token.word.isupper() or term in vocabulary.guesses:
            variants += [vocabulary.guesses[term]] if term in vocabulary.guesses else []
        elif near := vocabulary.near(term, names_only=is_name):
            variants.append((near,))
        if len(variants) > 1:
            seen, trust = True, GUESS_WEIGHT
    idf = (
        max(min(vocabulary.idf(part) for part in variant) for variant in variants)
        if seen and len(variants) > 1
        else 0.0
    )
    weight = trust * (idf or vocabulary.idf(term))
    if term in _COMMON and not (token.capital and not token.opens):
        weight, is_name = min(weight, COMMON_CEILING), False
    if framing or token.word in _FRAME:
        weight, is_name = weight * FRAME_WEIGHT, False
    elif is_name:
        weight *= NAME_BOOST
    elif token.is_number:
        weight *= NUMBER_BOOST
    return Term(term, token.word, weight, tuple(variants), is_name, token.is_number, not seen)


def _join_acronyms(terms: dict[str, Term], vocabulary: Vocabulary) -> dict[str, Term]:
    """Let the acronym stand for the words of its expansion where a question spells it out."""
    for acronym, expansion in vocabulary.expansions.items():
        if expansion[0] in terms and all(part in terms for part in expansion):
            for part in expansion:
                terms[part] = terms[part]._replace(
                    variants=(*terms[part].variants, (acronym,)), out_of_vocabulary=False
                )
    return terms
