"""Scores sentences by answer type: the degree to which one has what a question asks for. Pure.

Surface features only (digits, capitals, speech verbs, connectives): no model, a few microseconds a sentence. Words of
the question itself never count. Every score runs from 0.0 (no sign of the type) to 1.0 (a clear one).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise

from retrieval.search.query.analysis import Question
from retrieval.search.query.answer_type import AnswerType
from retrieval.text.languages.demonyms import COUNTRIES
from retrieval.text.languages.english import MONTHS, POSSESSIVE_PRONOUNS, SPEECH_VERBS, SUBJECT_PRONOUNS
from retrieval.text.tokenizer import Token, is_content, term_of, tokenize

_MONTHS = "|".join(MONTHS)
_TIME = re.compile(
    rf"\b(?:1\d{{3}}|20\d\d)s?\b|\b(?:{_MONTHS})\b(?! be\b)|\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b"
    r"|\b(?:centur(?:y|ies)|decades?|years?|months?|weeks?|days?|hours?|today|tomorrow|yesterday|tonight|soon|"
    r"midnight|noon|spring|summer|autumn|winter|B\.?C\.?E?|A\.?D|BP|million years|era|period|age|war)\b"
)
_DATE = re.compile(
    rf"\b(?:1\d{{3}}|20\d\d)s?\b|\b(?:{_MONTHS}) \d|\d (?:{_MONTHS})|\bcentury\b|\bBP\b|years ago"
    r"|\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|\b(?:today|tomorrow|yesterday|tonight)\b|\b(?:last|next) \w+\b"
)
_YEAR = re.compile(r"(?<![\d,.])[12]\d{3}(?!\d|,\d)")
_QUANTITY = re.compile(
    r"\b(?:one|once|twice|both|half|none|no|until|several|many|third|quarter|dozens?|hundreds?|thousands?|millions?|billions?|majority|most|every|"
    r"annual(?:ly)?|daily|weekly|yearly|couple)\b",
    re.IGNORECASE,
)
_MEASURE = re.compile(r"\d ?(?:%|percent|per cent)|[$€£] ?\d|\d (?:million|billion|trillion)")
_LENGTH = re.compile(r"\b(?:\d ?[kcm]?m|met(?:re|er)s?|kilomet\w+|feet|foot|ft|miles?|yards?|storeys?)\b")
_UNITS = {
    "old": re.compile(r"\b(?:aged?|born|years?|old|ages)\b"),
    "long": re.compile(rf"\b(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|from)\b|{_LENGTH.pattern}"),
    **dict.fromkeys(("tall", "high", "deep", "wide", "far"), _LENGTH),
}
_HOW = re.compile(rf"\bhow ({'|'.join(_UNITS)})\b", re.IGNORECASE)
_MONTH = re.compile(_MONTHS.lower())
_PRICE = re.compile(
    r"^(?>.*?\bhow much\b).*\b(?:costs?|pays?|paid|spen[dt]|price[sd]?|earn(?:s|ed)?|worth)\b", re.IGNORECASE
)
_MONEY = re.compile(
    r"[$€£¥%]|\b(?:dollars?|euros?|pounds?|francs?|yen|yuan|roubles?|rubles?|hryvnias?|crowns?|zloty|cents?|percent|"
    r"[mb]illion|trillion)\b",
    re.IGNORECASE,
)
_SPEECH = re.compile(rf"\b(?:{SPEECH_VERBS})\b", re.IGNORECASE)
_PRONOUNS = "|".join(map(str.capitalize, (*SUBJECT_PRONOUNS, *POSSESSIVE_PRONOUNS)))
_PRONOUN = re.compile(rf"(?:\w+, )?(?:{_PRONOUNS})\b")
_QUOTED = re.compile(r"[“\"][^“”\"]{8,}")
_REASON = re.compile(
    r"\b(?:because|due to|owing to|since|so that|in order to|therefore|thus|hence|as a result|"
    r"result(?:ed|s|ing)? (?:of|in|from)|caus\w+|led to|lead(?:s|ing)? to|reasons?|given that|for fear|"
    r"aim(?:s|ed|ing)? (?:to|at)|prevent\w*|"
    r"to (?:\w+ly )?[a-z]{3,}|as (?:it|they|he|she|the)|allow\w*|enabl\w*|for \w+ing|by \w+ing)\b",
    re.IGNORECASE,
)
_TITLE = re.compile(
    r"\b(?:President|Minister|Chancellor|King|Queen|Mr|Mrs|Ms|Dr|Sir|Lord|Prince|Emperor|Pope|General|Mayor|Secretary|"
    r"Senator|Judge|Justice|Professor|CEO|founder|leaders?|spokes\w+)\b"
)
_GROUP = re.compile(
    r"\b(?:forces|troops|army|government|parliament|council|court|committee|commission|company|companies|party|people|"
    r"members|students|teachers|workers|scientists|citizens|population|authorities|police|union|allies|"
    r"pharmacists?|doctors?|engineers?|contractors?|clergy|bishops?|\w+ists|\w+ers)\b"
)


@lru_cache(maxsize=8192)
def _tokens(text: str) -> tuple[Token, ...]:
    return tuple(tokenize(text))


def answer_type_score(question: Question, sentence: str, context: str = "") -> float:
    """Return the degree to which ``sentence`` has the question's answer type; 0.5 where any text may answer.

    ``context`` (lead-in and neighbouring sentences) may name a speaker, but is no answer.
    """
    if question.answer_type is AnswerType.SPEECH:
        return _speech(question, sentence, context)
    check = _CHECKS.get(question.answer_type)
    return 0.5 if check is None else check(question, sentence)


def _number(question: Question, sentence: str) -> float:
    """1.0: a new number beside what is counted (or a percentage, a sum); 0.7: a new number; 0.4: "most", "twice".

    Where the question names what it counts ("how many *troops*"), a number of something else gives 0.5: in the
    development questions such sentences answered less often than not.
    """
    tokens = _tokens(sentence)
    known = question.known
    numbers = [i for i, t in enumerate(tokens) if t.is_number and t.term not in known]
    exact = [i for i in numbers if not _YEAR.fullmatch(tokens[i].word) and not _is_day(tokens, i)]
    if not exact:
        return 0.4 if numbers or _QUANTITY.search(sentence) else 0.0
    near = {t.term for i in exact for t in tokens[max(0, i - 3) : i + 5]}
    if question.focus & near or (not question.counts and _MEASURE.search(sentence)):
        return 1.0
    if _PRICE.search(question.text) and not _MONEY.search(sentence):
        return 0.4
    if (unit := _HOW.search(question.text)) and not _UNITS[unit.group(1).lower()].search(sentence):
        return 0.4
    return 0.5 if question.counts and question.focus else 0.7


def _is_day(tokens: Sequence[Token], index: int) -> bool:
    """Tell whether a number is the day of a date ("12 March", "March 12")."""
    beside = [*tokens[max(0, index - 1) : index], *tokens[index + 1 : index + 2]]
    return any(_MONTH.fullmatch(token.word) for token in beside) and len(tokens[index].word) <= 2


def _time(question: Question, sentence: str) -> float:
    """1.0: a new date or year; 0.9: a day; 0.4: "years", "spring" (unless a year was asked for); 0.0: none."""
    known = {term.word for term in question.terms}
    years = [year for year in _YEAR.findall(sentence) if year not in known]
    if years:
        return 1.0
    if question.wants_year:
        return 0.0
    fresh = [m.group() for m in _DATE.finditer(sentence) if not known & set(m.group().lower().split())]
    if fresh:
        return 0.9
    return 0.4 if any(m.group().lower() not in known for m in _TIME.finditer(sentence)) else 0.0


def _new_names(question: Question, sentence: str) -> list[Token]:
    known = question.known
    return [
        t
        for t in _tokens(sentence)
        if t.capital and is_content(t) and t.term not in known and not _TIME.fullmatch(sentence[t.start : t.end])
    ]


def _person(question: Question, sentence: str) -> float:
    """1.0: a name of two words or with a title, not in the question; 0.7: another name; 0.4: a group."""
    names = [t for t in _new_names(question, sentence) if t.term not in COUNTRIES]
    for first, second in pairwise(names):
        if second.start - first.end <= 1 or sentence[first.end : second.start] in {" de ", " van ", " von ", ". "}:
            return 1.0
    if any(not t.opens for t in names):
        return 1.0 if _TITLE.search(sentence) else 0.7
    groups = (found.group() for found in _GROUP.finditer(sentence))
    return 0.4 if _new_names(question, sentence) or any(term_of(g) not in question.known for g in groups) else 0.0


def _speech(question: Question, sentence: str, context: str) -> float:
    """1.0: the speaker beside a speech verb; 0.8: "He said", the speaker named before; 0.5 and less: not their words.

    Beside: at most eight words before the verb or four after it ("said Rutte at a news conference").
    """
    tokens = _tokens(sentence)
    here = {i for i, t in enumerate(tokens) if t.term in question.speaker}
    verbs = [i for i, t in enumerate(tokens) if _SPEECH.fullmatch(sentence[t.start : t.end])]
    if any(not here.isdisjoint(range(verb - 9, verb + 5)) for verb in verbs):
        return 1.0
    named = question.speaker & {t.term for t in _tokens(context)}
    if question.speaker and not here and not named:
        return 0.0
    if (verbs or _QUOTED.search(sentence)) and (not here or not verbs):
        return 0.8 if here or _PRONOUN.match(sentence) or sentence[:1] in '“"' else 0.5
    return 0.4


def _reason(_question: Question, sentence: str) -> float:
    return 1.0 if _REASON.search(sentence) else 0.0


_CHECKS: dict[AnswerType, Callable[[Question, str], float]] = {
    AnswerType.NUMBER: _number,
    AnswerType.TIME: _time,
    AnswerType.PERSON: _person,
    AnswerType.REASON: _reason,
}
