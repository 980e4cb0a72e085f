"""Chooses the sentence that a passage needs before it: the nearest one that names whom it speaks of."""

from __future__ import annotations

from bisect import bisect_left
from typing import NamedTuple

from retrieval.core.types import Span
from retrieval.ingest.chunking import coreference
from retrieval.ingest.chunking.coreference import Need
from retrieval.text.quotations import quoted
from retrieval.text.sentences import split_sentences

_DISTANCE = 8  # sentences; a name further back is no longer what "he" means
_OPENING = 1_200  # characters of a passage in which its first speaker is looked for
_LONGEST = 700  # characters; a longer one would outweigh the passage that it leads in


class _Sentence(NamedTuple):
    span: Span
    quotations: list[Span]


class LeadIns:
    """The sentences of an article read so far, with what is quoted in them."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._sentences: list[_Sentence] = []
        self._quotations: list[Span] = []
        self._known = coreference.Known()
        self._read = 0  # sentences whose names are among them
        self._section = 0  # the first sentence below the last heading
        self._after_colon = False
        self._after_quotation = False

    def forget(self) -> None:
        """What follows speaks of something else (comments stood in between)."""
        self._sentences.clear()
        self._read = self._section = 0

    def enter(self, group: Span, *, follows: bool, below_heading: bool = False) -> None:
        """Go on to the next paragraphs; ``follows`` if they stand directly below the ones before."""
        if below_heading:
            self._section = len(self._sentences)
        last = self._text[: self._sentences[-1].span.end][-3:] if self._sentences and follows else ""
        self._after_colon = last.rstrip("\"'“„«»”*_").endswith((":", "："))
        before = self._sentences[-1].span if self._sentences and follows else None
        self._after_quotation = before is not None and self._only_quoted(before)
        self._quotations = quoted(self._text, group.start, group.end)

    def add(self, sentences: tuple[Span, ...]) -> None:
        """The sentences of the passage that was asked for last."""
        self._sentences += [_Sentence(span, self._quotations) for span in sentences]
        self._after_colon = self._after_quotation = False

    def find(self, passage: Span, *, inside: bool) -> Span | None:
        """The lead-in of the passage; ``inside`` if it begins in the middle of a quotation."""
        if inside or self._after_colon:
            place = self._opening_before(passage.start) if inside else passage.start
            return self._nearest(Need.PERSON, place) or self._nearest(Need.THING, place)
        self._collect_names()
        need = coreference.needed(self._text[passage.start : min(passage.end, passage.start + 200)])
        if need is None or need is Need.THING:
            speaker = coreference.speaker_needed(self._opener(passage), self._known)
            found = None if speaker is None else self._nearest(speaker, passage.start)
            if found is not None:
                return found
        if need is None and self._only_quoted(passage) and not self._after_quotation:
            need = Need.PERSON
        return None if need is None else self._nearest(need, passage.start)

    def _opener(self, passage: Span) -> str:
        """The passage up to the end of the first sentence with words of its own, quoted words blank."""
        end = min(passage.end, passage.start + _OPENING)
        spans = _touching(self._quotations, Span(passage.start, end))
        own = coreference.without(self._text[passage.start : end], spans)
        for sentence in split_sentences(self._text, passage.start, end):
            stop = sentence.end - passage.start
            if not any(each.start < stop < each.end for each in spans) and any(map(str.isalpha, own[:stop])):
                return own[:stop]
        return own

    def _opening_before(self, at: int) -> int:
        """The offset just behind the mark that opens the quotation around ``at``, however long that has gone on."""
        index = bisect_left(self._quotations, Span(at, at)) - 1
        return self._quotations[index].start + 1 if index >= 0 else at

    def _nearest(self, need: Need, place: int) -> Span | None:
        """The nearest sentence that begins before ``place`` and names what is needed."""
        self._collect_names()
        stop = bisect_left(self._sentences, place, key=lambda each: each.span.start)
        first = max(stop - _DISTANCE, self._section if need is Need.THING else 0)
        for sentence in reversed(self._sentences[first:stop]):
            start, end = sentence.span
            if end - start > _LONGEST:
                continue
            words = self._text[start:end]
            if coreference.needed(words) is None and coreference.names(words, _within(sentence), need, self._known):
                return sentence.span
        return None

    def _collect_names(self) -> None:
        before = self._own(self._sentences[self._read - 1]) if self._read else ""
        for sentence in self._sentences[self._read :]:
            words = self._text[sentence.span.start : sentence.span.end]
            self._known.surnames |= coreference.surnames_in(words)
            self._known.names |= coreference.names_in(words)
            own = self._own(sentence)
            coreference.learn(own, before, self._known)
            before = own
        self._read = len(self._sentences)

    def _own(self, sentence: _Sentence) -> str:
        """A sentence's words with blanks for the quoted ones."""
        start, end = sentence.span
        return coreference.without(self._text[start : min(end, start + _OPENING)], _within(sentence))

    def _only_quoted(self, passage: Span) -> bool:
        """Whether the passage is nothing but somebody's words, so that it does not say whose."""
        spans = self._quotations
        at = bisect_left(spans, passage)
        return at < len(spans) and spans[at].start == passage.start and passage.end - spans[at].end <= 1


def _within(sentence: _Sentence) -> list[Span]:
    """The quotations that touch the sentence, as offsets relative to it."""
    return _touching(sentence.quotations, sentence.span)


def _touching(quotations: list[Span], within: Span) -> list[Span]:
    start, end = within
    at = max(bisect_left(quotations, Span(start, start)) - 1, 0)
    found: list[Span] = []
    while at < len(quotations) and quotations[at].start < end:
        span = quotations[at]
        if span.end > start:
            found.append(Span(max(span.start - start, 0), min(span.end, end) - start))
        at += 1
    return found
