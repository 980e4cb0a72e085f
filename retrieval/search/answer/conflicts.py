"""Detects different figures in quotes of different articles, each a slice of its quote; none is called right. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from retrieval.core.types import Quote
from retrieval.search.query.analysis import Question
from retrieval.search.query.answer_type import AnswerType
from retrieval.text.languages.english import MONTHS
from retrieval.text.tokenizer import Token, is_content, term_of, tokenize

_MONTH = rf"(?:{'|'.join(MONTHS)})"
_DATE = re.compile(
    rf"\b(?:\d{{1,2}} {_MONTH}(?:,? \d{{4}})?|{_MONTH} \d{{1,2}}(?:,? \d{{4}})?|{_MONTH} \d{{4}}|(?:1[5-9]|20)\d\d)\b"
)
_UNIT = re.compile(r"\s?(%|percent\b|per cent\b|million\b|billion\b|trillion\b)")
_CURRENCY = re.compile(r"[$€£¥]\s?$")
_ABOUT = re.compile(
    r"\b(?:about|around|some|nearly|almost|over|more than|less than|at least|up to|approximately) $",
    re.IGNORECASE,
)
_LOOKBACK = 20  # characters, more than the longest of these words
#: Words between a number and the noun that it counts ("27 heads of state", "600,000 private households").
_REACH = 3
#: Asked for one of these, a percentage is the figure itself, whatever noun follows it.
_SHARES = frozenset(map(term_of, ("share", "percent", "percentage", "proportion", "fraction", "rate")))


class _Figure(NamedTuple):
    """A number or date in a quote. Only figures of one ``unit`` are compared."""

    text: str
    value: str
    unit: str
    counts: bool  # it counts what the question asks for


def differing_figures(question: Question, quotes: Sequence[Quote]) -> tuple[str, ...]:
    """Return one note if the quotes of at least two articles give different numbers or dates, else none."""
    if question.answer_type not in {AnswerType.NUMBER, AnswerType.TIME}:
        return ()
    by_article: dict[str, tuple[_Figure, Quote]] = {}
    for quote in quotes:
        figure = _figure(question, quote)
        if figure is not None:
            by_article.setdefault(quote.passage.article_id, (figure, quote))
    if not by_article:
        return ()
    unit = next(iter(by_article.values()))[0].unit
    comparable = [(figure, quote) for figure, quote in by_article.values() if figure.unit == unit]
    if len({figure.value for figure, _ in comparable}) < 2 or not any(figure.counts for figure, _ in comparable):
        return ()
    listed = "; ".join(f"“{figure.text}” in {quote.metadata.title}" for figure, quote in comparable)
    return (f"The articles give different figures: {listed}.",)


def _figure(question: Question, quote: Quote) -> _Figure | None:
    """Return the figure in a quote's highlighted sentences that answers, or ``None``."""
    found: list[_Figure] = []
    for start, end in quote.highlights:
        sentence = quote.text[start:end]
        found += _dates(sentence) if question.answer_type is AnswerType.TIME else _numbers(question, sentence)
    fresh = [figure for figure in found if figure.value not in question.known]
    return next((figure for figure in fresh if figure.counts), fresh[0] if fresh else None)


def _dates(sentence: str) -> list[_Figure]:
    dates = [found.group() for found in _DATE.finditer(sentence)]
    return [_Figure(date, " ".join(date.replace(",", "").lower().split()), "date", counts=True) for date in dates]


def _numbers(question: Question, sentence: str) -> list[_Figure]:
    tokens = tokenize(sentence)
    figures = []
    for index, token in enumerate(tokens):
        if not token.is_number or not token.term[-1].isdigit():
            continue
        unit = _unit(sentence, token)
        noun = _noun(question, tokens, index)
        found = _ABOUT.search(sentence[max(0, token.start - _LOOKBACK) : token.start])
        start = token.start - len(found.group()) if found else token.start
        end = noun.end if noun is not None and not unit else token.end
        if unit_text := _UNIT.match(sentence, token.end):
            end = max(end, unit_text.end())
        counts = noun is not None and (not question.focus or noun.term in question.focus)
        counts = counts or (unit == "%" and bool(question.focus & _SHARES))
        figures.append(_Figure(" ".join(sentence[start:end].split()), token.term, unit, counts))
    return figures


def _unit(sentence: str, token: Token) -> str:
    unit = _UNIT.match(sentence, token.end)
    currency = _CURRENCY.search(sentence[max(0, token.start - 2) : token.start])
    name = unit.group(1) if unit else ""
    return ("%" if name.startswith("per") else name) + (currency.group().strip() if currency else "")


def _noun(question: Question, tokens: Sequence[Token], index: int) -> Token | None:
    """Return what the number counts: the question's own noun if it follows soon, else the next content word."""
    after = [token for token in tokens[index + 1 : index + 1 + _REACH] if is_content(token) and not token.is_number]
    return next((token for token in after if token.term in question.focus), after[0] if after else None)
