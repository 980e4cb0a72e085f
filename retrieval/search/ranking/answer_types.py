"""Scores sentences by answer type: the degree to which one has what a question asks for. Pure.

Surface features only (digits, capitals, speech verbs, connectives): no model, a few microseconds a sentence. Words of
the question itself never count. Every score runs from 0.0 (no sign of the type) to 1.0 (a clear one). Finer rules were
measured (titles, groups, units of length and money, parts of dates): they changed no figure on four data sets.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from retrieval.search.query.analysis import Question
from retrieval.search.query.answer_type import AnswerType
from retrieval.text.languages.english import MONTHS, POSSESSIVE_PRONOUNS, SPEECH_VERBS, SUBJECT_PRONOUNS
from retrieval.text.tokenizer import Token, is_content, tokenize

_TIME = re.compile(
    rf"\b(?:1\d{{3}}|20\d\d)s?\b|\b(?:{'|'.join(MONTHS)})\b(?! be\b)|\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b"
    r"|\b(?:centur(?:y|ies)|decades?|years?|months?|weeks?|days?|hours?|today|tomorrow|yesterday|tonight|soon|"
    r"midnight|noon|spring|summer|autumn|winter|B\.?C\.?E?|A\.?D|BP|million years|era|period|age|war)\b"
)
_YEAR = re.compile(r"(?<![\d,.])[12]\d{3}(?!\d|,\d)")
_MONTHS = frozenset(map(str.lower, MONTHS))
_QUANTITY = re.compile(
    r"\b(?:one|once|twice|both|half|none|no|until|several|many|third|quarter|dozens?|hundreds?|thousands?|millions?|"
    r"billions?|majority|most|every|annual(?:ly)?|daily|weekly|yearly|couple)\b",
    re.IGNORECASE,
)
_MEASURE = re.compile(r"\d ?(?:%|percent|per cent)|[$€£] ?\d|\d (?:million|billion|trillion)")
_SPEECH = re.compile(rf"\b(?:{SPEECH_VERBS})\b", re.IGNORECASE)
_PRONOUNS = "|".join(map(str.capitalize, (*SUBJECT_PRONOUNS, *POSSESSIVE_PRONOUNS)))
_PRONOUN = re.compile(rf"(?:\w+, )?(?:{_PRONOUNS})\b")
_QUOTED = re.compile(r"[“\"][^“”\"]{8,}")
_REASON = re.compile(
    r"\b(?:because|due to|owing to|since|so that|therefore|thus|as a result|result\w* (?:of|in|from)|caus\w+|led to|"
    r"lead\w* to|reasons?|prevent\w*|to (?:\w+ly )?[a-z]{3,}|by \w+ing)\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=8192)
def _tokens(text: str) -> tuple[Token, ...]:
    return tuple(tokenize(text))


def answer_type_score(question: Question, sentence: str, context: str = "") -> float:
    """Score (0 to 1) a sentence by answer type, 0.5 if any text may answer; ``context`` may name a speaker only."""
    if question.answer_type is AnswerType.SPEECH:
        return _speech(question, sentence, context)
    check = _CHECKS.get(question.answer_type)
    return 0.5 if check is None else check(question, sentence)


def _number(question: Question, sentence: str) -> float:
    """1.0: a new number beside what is counted (or a percentage, a sum); 0.7: a new number; 0.4: "most", "twice"."""
    tokens, known = _tokens(sentence), question.known
    numbers = [i for i, token in enumerate(tokens) if token.is_number and token.term not in known]
    exact = [i for i in numbers if not _YEAR.fullmatch(tokens[i].word) and not _is_day(tokens, i)]
    if not exact:
        return 0.4 if numbers or _QUANTITY.search(sentence) else 0.0
    near = {token.term for i in exact for token in tokens[max(0, i - 3) : i + 5]}
    if question.focus & near or (not question.counts and _MEASURE.search(sentence)):
        return 1.0
    # A number of something else than is counted: in the development questions such sentences rarely answered.
    return 0.5 if question.counts and question.focus else 0.7


def _is_day(tokens: Sequence[Token], index: int) -> bool:
    """Tell whether a number is the day of a date ("12 March", "March 12")."""
    beside = tokens[max(0, index - 1) : index + 2]
    return len(tokens[index].word) <= 2 and any(token.word in _MONTHS for token in beside)


def _time(question: Question, sentence: str) -> float:
    """1.0: a new year; 0.8: another time (unless a year was asked for); 0.0: none."""
    known = {term.word for term in question.terms}
    if any(year not in known for year in _YEAR.findall(sentence)):
        return 1.0
    times = () if question.wants_year else _TIME.findall(sentence)
    return 0.8 if any(time.lower() not in known for time in times) else 0.0


def _person(question: Question, sentence: str) -> float:
    """1.0: a name that is not in the question; 0.4: none, though "the court" or "workers" may answer."""
    known = question.known
    names = (token for token in _tokens(sentence) if token.capital and not token.opens and is_content(token))
    fresh = (token for token in names if token.term not in known)
    return 1.0 if any(not _TIME.fullmatch(sentence[token.start : token.end]) for token in fresh) else 0.4


def _speech(question: Question, sentence: str, context: str) -> float:
    """1.0: the speaker beside a speech verb; 0.8: "He said", the speaker named before; 0.5 or less: not their words."""
    tokens = _tokens(sentence)
    here = {i for i, token in enumerate(tokens) if token.term in question.speaker}
    verbs = [i for i, token in enumerate(tokens) if _SPEECH.fullmatch(sentence[token.start : token.end])]
    if any(not here.isdisjoint(range(verb - 9, verb + 5)) for verb in verbs):  # "said Rutte at a news conference"
        return 1.0
    if not here and question.speaker.isdisjoint(token.term for token in _tokens(context)):
        return 0.0
    if (here and verbs) or not (verbs or _QUOTED.search(sentence)):
        return 0.4
    return 0.8 if here or _PRONOUN.match(sentence) or sentence[:1] in '“"' else 0.5


_CHECKS: dict[AnswerType, Callable[[Question, str], float]] = {
    AnswerType.NUMBER: _number,
    AnswerType.TIME: _time,
    AnswerType.PERSON: _person,
    AnswerType.REASON: lambda _, sentence: 1.0 if _REASON.search(sentence) else 0.0,
}
