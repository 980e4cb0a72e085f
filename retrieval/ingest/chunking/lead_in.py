"""Lead-ins: the sentence directly before a passage that holds the antecedent of its first words."""

from __future__ import annotations

from bisect import bisect_left
from functools import cached_property

from retrieval.core.display.span import Span
from retrieval.ingest.chunking.open_reference import (
    has_name,
    has_pronoun_speaker,
    may_have_pronoun_speaker,
    names_of,
    opens_with_reference,
)
from retrieval.text.quotations import quoted
from retrieval.text.sentences import split_sentences

_MAX_DISTANCE = 8  # sentences
_MAX_OPENER = 1_200  # characters of a passage in which its first speaker is looked for
_MAX_LENGTH = 700  # characters; a longer lead-in would outweigh its passage


class LeadInFinder:
    """Finds lead-ins among the sentences directly above a passage.

    They are those of the same paragraphs (paragraphs that share a quotation count as one) and of the paragraph
    above, unless a heading or another omission stands between.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._above: list[Span] = []  # sentences
        self._above_quotations: list[Span] = []
        self._own: list[Span] = []
        self._own_quotations: list[Span] = []

    @cached_property
    def _names(self) -> frozenset[str]:
        return names_of(self._text)

    def enter(self, paragraphs: Span, *, follows: bool) -> None:
        """Go on to the next paragraphs; ``follows`` if they stand directly below the ones before."""
        self._above, self._above_quotations = (self._own, self._own_quotations) if follows else ([], [])
        self._own, self._own_quotations = [], quoted(self._text, *paragraphs)

    def add(self, sentences: tuple[Span, ...]) -> None:
        """Add the sentences of the passage that ``find`` was called for last."""
        self._own += sentences

    def find(self, passage: Span, *, inside: bool) -> Span | None:
        """Return the lead-in, if the passage needs one; ``inside`` if it begins in the middle of a quotation."""
        if inside:
            return self._antecedent(self._opening_before(passage.start))
        needed = (
            opens_with_reference(self._text[passage.start : passage.end])
            or self._follows_colon()
            or self._is_bare_reply(passage)
            or self._has_pronoun_speaker(passage)
        )
        return self._antecedent(passage.start) if needed else None

    def _antecedent(self, before: int) -> Span | None:
        """Find the last sentence before an offset that does not itself point back, if it holds a name."""
        stop = bisect_left(self._own, Span(before, 0))
        candidates = [*self._above[-_MAX_DISTANCE:], *self._own[max(stop - _MAX_DISTANCE, 0) : stop]]
        for sentence in reversed(candidates[-_MAX_DISTANCE:]):
            words = self._unquoted(sentence)
            if opens_with_reference(words) or not any(map(str.isalpha, words)):
                continue
            fits = sentence.end - sentence.start <= _MAX_LENGTH
            return sentence if fits and has_name(words, self._names) else None
        return None

    def _follows_colon(self) -> bool:
        if self._own or not self._above:
            return False
        last = self._text[self._above[-1].start : self._above[-1].end][-3:]
        return last.rstrip("\"'“„«»”*_").endswith((":", "："))

    def _is_bare_reply(self, passage: Span) -> bool:
        """Tell whether the passage is one quotation and nothing else, below words that are not."""
        previous = (self._own or self._above)[-1:]
        return self._is_quotation(passage) and not any(map(self._is_quotation, previous))

    def _is_quotation(self, span: Span) -> bool:
        quotations = self._quotations(span)
        at = bisect_left(quotations, span)
        return at < len(quotations) and quotations[at].start == span.start and span.end - quotations[at].end <= 1

    def _has_pronoun_speaker(self, passage: Span) -> bool:
        opening = self._text[passage.start : min(passage.end, passage.start + _MAX_OPENER)]
        return may_have_pronoun_speaker(opening) and has_pronoun_speaker(self._opener(passage), self._names)

    def _opener(self, passage: Span) -> str:
        """Return the passage up to the end of the first sentence with words of its own, quoted words blank."""
        end = min(passage.end, passage.start + _MAX_OPENER)
        own = self._unquoted(Span(passage.start, end))
        spans = _touching(self._own_quotations, Span(passage.start, end))
        for sentence in split_sentences(self._text, passage.start, end):
            stop = sentence.end - passage.start
            if not any(each.start < stop < each.end for each in spans) and any(map(str.isalpha, own[:stop])):
                return own[:stop]
        return own

    def _opening_before(self, at: int) -> int:
        """Return the offset just behind the mark that opens the quotation around ``at``."""
        index = bisect_left(self._own_quotations, Span(at, at)) - 1
        return self._own_quotations[index].start + 1 if index >= 0 else at

    def _unquoted(self, span: Span) -> str:
        """Return the words at ``span`` with blanks for the quoted ones."""
        words = self._text[span.start : min(span.end, span.start + _MAX_OPENER)]
        for start, end in _touching(self._quotations(span), span):
            words = words[:start] + " " * (min(end, len(words)) - start) + words[end:]
        return words

    def _quotations(self, span: Span) -> list[Span]:
        above = bool(self._above) and span.start < self._above[-1].end
        return self._above_quotations if above else self._own_quotations


def _touching(quotations: list[Span], within: Span) -> list[Span]:
    """Return the quotations that touch a range, as offsets relative to it."""
    start, end = within
    first = max(bisect_left(quotations, Span(start, start)) - 1, 0)
    near = quotations[first : bisect_left(quotations, Span(end, 0))]
    return [Span(max(each.start - start, 0), min(each.end, end) - start) for each in near if each.end > start]
