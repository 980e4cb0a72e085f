"""Analyses a question against the corpus: weighted terms, their variants, the expected answer type. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from retrieval.search.query.answer_type import AnswerType, classify
from retrieval.text.languages.english import EVERYDAY_WORDS
from retrieval.text.tokenizer import Token, content_terms, is_content, term_of, tokenize
from retrieval.text.vocabulary import Vocabulary

#: Weight of a term that only a guess finds in the corpus: a corrected spelling, initials spelt out.
GUESS_WEIGHT = 0.7
#: Maximum weight of an everyday word, which a small corpus may lack. Without it the seeds answer 15 of 17, not 16.
EVERYDAY_WEIGHT = 1.5
_EVERYDAY = frozenset(map(term_of, EVERYDAY_WORDS))


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

    ``focus`` holds the terms of what is counted, ``speaker`` those of the person whose words are asked for, each with
    its variants. The flags are those of ``answer_type.Target``.
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


def analyse(text: str, vocabulary: Vocabulary) -> Question:
    """Analyse a validated question in English."""
    target = classify(text)
    tokens = tokenize(text)
    terms: dict[str, Term] = {}
    for token in tokens:
        if is_content(token):
            terms.setdefault(token.term, _term(token, vocabulary))
    if not terms:  # "Who are you?": nothing but stopwords, so those have to do
        terms = {token.term: Term(token.term, token.word, 1.0, ((token.term,),)) for token in tokens}
    speaker = _with_variants(content_terms(target.speaker), terms)
    missing_speaker = target.answer_type is AnswerType.SPEECH and not speaker  # "What do some say …"
    return Question(
        text=text,
        terms=tuple(_join_acronyms(terms, vocabulary).values()),
        answer_type=AnswerType.OTHER if missing_speaker else target.answer_type,
        focus=_with_variants(content_terms(target.focus), terms),
        speaker=speaker,
        wants_year=target.wants_year,
        counts=target.counts,
        several=target.several,
    )


def _with_variants(parts: Iterable[str], terms: Mapping[str, Term]) -> frozenset[str]:
    """Add the one-word variants of ``parts``, such as the corrected spelling of a name."""
    known = set(parts)
    for part in tuple(known):
        if part in terms:
            known |= {variant[0] for variant in terms[part].variants if len(variant) == 1}
    return frozenset(known)


def _term(token: Token, vocabulary: Vocabulary) -> Term:
    """Weigh a content word by its idf, and find its variants in the corpus."""
    term = token.term
    variants: list[tuple[str, ...]] = [(term,)]
    if expansion := vocabulary.expansions.get(term):
        variants.append(expansion)
    is_name = (token.capital and not token.opens) or vocabulary.is_name(term)
    seen, trust = vocabulary.frequencies[term] > 0 or len(variants) > 1, 1.0
    if not seen and (guess := _guess(token, vocabulary, is_name=is_name)):
        variants.append(guess)
        seen, trust = True, GUESS_WEIGHT
    known = variants if seen else [(term,)]
    weight = trust * max(min(map(vocabulary.idf, variant)) for variant in known)
    if term in _EVERYDAY and not (token.capital and not token.opens):
        weight, is_name = min(weight, EVERYDAY_WEIGHT), False
    return Term(term, token.word, weight, tuple(variants), is_name, token.is_number, not seen)


def _guess(token: Token, vocabulary: Vocabulary, *, is_name: bool) -> tuple[str, ...] | None:
    """Return what the corpus may call a word that it does not contain: words with these initials, a near spelling."""
    if token.is_number:
        return None
    if token.word.isupper() or token.term in vocabulary.guesses:
        return vocabulary.guesses.get(token.term)
    near = vocabulary.near(token.term, names_only=is_name)
    return None if near is None else (near,)


def _join_acronyms(terms: dict[str, Term], vocabulary: Vocabulary) -> dict[str, Term]:
    """Add an acronym as a variant of each word of its expansion, where the question spells it out."""
    for acronym, expansion in vocabulary.expansions.items():
        if expansion[0] in terms and all(part in terms for part in expansion):
            for part in expansion:
                variants = (*terms[part].variants, (acronym,))
                terms[part] = terms[part]._replace(variants=variants, out_of_vocabulary=False)
    return terms
