"""Cleaning: classifies each block of a document as body, or as no passage, with the reason.

The rules go by kind (position, size, punctuation, neighbours), never by an article. When in doubt a block
is body: a stray link among the passages costs little, a lost sentence cannot be found again.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from retrieval.core.types import Format, Reason
from retrieval.ingest.cleaning.boilerplate import (
    is_boilerplate,
    is_byline,
    is_related_links_header,
    is_section_name,
    may_be_link,
)
from retrieval.ingest.cleaning.features import BlockFeatures, block_features, normalised
from retrieval.ingest.cleaning.headings import is_kicker, is_name, is_title, states_a_fact
from retrieval.ingest.parsers.blocks import Block, BlockKind

_MAX_HEADING_SIZE = 90  # columns
_SMALL_WORD = re.compile(r"(?<!\w)[^\W\d_A-Z][^\W\d_]*+")
_MIN_REPEAT_SIZE = 80  # columns
_UNMARKED_LEVEL = 7  # of a heading without a mark: below all others
#: Formats of news sites' pages and dumps; documentation says "See also" and "Home" in earnest.
_WEB_PAGES = frozenset({Format.TEXT, Format.HTML, Format.MARKDOWN})
_LINES = frozenset({BlockKind.TEXT, BlockKind.ITEM, BlockKind.HEADING})
_NEVER_TEXT = frozenset({Reason.MARKUP, Reason.FURNITURE})
_OPENING = 4  # blocks in which a kicker, a title or a byline can stand
_BELOW_OPENING = 8  # blocks below one of these that tell which it is


class ClassifiedBlock(NamedTuple):
    """A block and its class: ``reason`` is ``None`` for body; ``headings`` are those above it, the outermost first."""

    block: Block
    reason: Reason | None
    headings: tuple[str, ...] = ()
    detail: str = ""


class CleanedDocument(NamedTuple):
    """Title that the document itself states, if it does, and all its blocks in order."""

    title: str | None
    blocks: tuple[ClassifiedBlock, ...]


@dataclass(slots=True)
class _Draft:
    """Classes found so far, by the blocks' indexes; a reason of ``None`` means body."""

    blocks: tuple[Block, ...]
    features: list[BlockFeatures]
    reasons: list[Reason | None]
    details: list[str]
    title: int | None = None

    def mark(self, at: int, reason: Reason, detail: str = "") -> None:
        self.reasons[at], self.details[at] = reason, detail

    def body(self, first: int = 0) -> list[int]:
        return [at for at in range(first, len(self.blocks)) if self.reasons[at] is None]

    def label(self, at: int) -> str:
        return self.blocks[at].label or " ".join(self.features[at].text.split())


def clean(
    text: str,
    blocks: tuple[Block, ...],
    *,
    kind: Format = Format.TEXT,
    known_title: str | None = None,
    keep: frozenset[int] = frozenset(),
    drop: frozenset[int] = frozenset(),
) -> CleanedDocument:
    """Classify the blocks of ``text``.

    ``known_title`` is one that front matter or catalog give; a first block with the same words repeats it.
    ``keep`` and ``drop`` are paragraph numbers that override every rule.
    """
    features = [block_features(text[block.start : block.end]) for block in blocks]
    reasons = [_by_kind(block, line) for block, line in zip(blocks, features, strict=True)]
    draft = _Draft(blocks, features, reasons, [""] * len(blocks))
    if kind in _WEB_PAGES:
        _mark_boilerplate(draft, {BlockKind.TEXT} if kind is Format.MARKDOWN else _LINES)
    _mark_opening(draft, known_title)
    _mark_headings(draft, kind)
    _mark_repeats(draft)
    if not draft.body() and not drop:  # better a thin passage than an article in which nothing can be found
        draft.reasons = [reason if reason in _NEVER_TEXT else None for reason in draft.reasons]
    title = None if draft.title is None else draft.label(draft.title)
    for at, block in enumerate(blocks):
        if block.number in drop:
            draft.mark(at, Reason.DROPPED)
        elif block.number in keep:
            draft.reasons[at] = None
    return CleanedDocument(title, tuple(_with_headings(draft)))


def _by_kind(block: Block, line: BlockFeatures) -> Reason | None:
    if block.kind is BlockKind.FURNITURE:
        return Reason.FURNITURE
    return Reason.MARKUP if block.kind is BlockKind.MARKUP or not line.first else None


def _mark_repeats(draft: _Draft) -> None:
    """Mark a long block with the words of an earlier one under the same headings; short ones may stand twice."""
    first: dict[tuple[str, tuple[str, ...]], int] = {}
    for at, (_, reason, headings, _) in enumerate(_with_headings(draft)):
        line = draft.features[at]
        if reason is None and line.size >= _MIN_REPEAT_SIZE:
            twin = first.setdefault((line.key, headings), at)
            if twin != at:
                draft.mark(at, Reason.REPEAT, f"same words as paragraph {draft.blocks[twin].number}")


def _mark_boilerplate(draft: _Draft, kinds: Collection[BlockKind]) -> None:
    """Mark lines of the site, and the links below one that announces them, if they end the article."""
    plain = [at for at in draft.body() if draft.blocks[at].kind in kinds]
    labels = {at: draft.blocks[at].label for at in plain}
    lines = {at: block_features(label) if label else draft.features[at] for at, label in labels.items()}
    for at in plain:
        if is_boilerplate(lines[at]):
            draft.mark(at, Reason.BOILERPLATE)
    links = len(draft.blocks)  # from here on every line can be a link
    while links > 0 and may_be_link(draft.features[links - 1]):
        links -= 1
    for at in plain:
        header = draft.reasons[at] is Reason.BOILERPLATE and is_related_links_header(lines[at])
        if header and at > 0 and links <= at + 1:
            for link in draft.body(at + 1):
                draft.mark(link, Reason.BOILERPLATE, "a link below such a line")
            return


def _mark_opening(draft: _Draft, known_title: str | None) -> None:
    """Mark kicker, title and byline, which stand before the first sentence."""
    for at in draft.body()[:_OPENING]:
        block, line = draft.blocks[at], draft.features[at]
        lines = (draft.features[below] for below in draft.body(at + 1))
        following = list(islice((each for each in lines if not is_byline(each)), _BELOW_OPENING))
        same = known_title is not None and normalised(block.label or line.text) == normalised(known_title)
        if same or (block.kind is BlockKind.HEADING and block.level == 1 and draft.title is None):
            draft.mark(at, Reason.TITLE)
            draft.title = at
        elif block.kind is not BlockKind.TEXT or not following:
            return
        elif is_byline(line):
            draft.mark(at, Reason.BOILERPLATE, "byline")
        elif is_section_name(line) or (draft.title is None and is_kicker(line, following)):
            draft.mark(at, Reason.KICKER)
        elif draft.title is None and is_title(line, following):
            draft.mark(at, Reason.TITLE)
            draft.title = at
        else:
            return


def _mark_headings(draft: _Draft, kind: Format) -> None:
    for at in draft.body():
        block = draft.blocks[at]
        bold = block.kind is BlockKind.TEXT and block.label and at + 1 < len(draft.blocks)  # above other text
        if block.kind is BlockKind.HEADING or (bold and not states_a_fact(block.label)):
            draft.mark(at, Reason.HEADING)
    if kind is Format.TEXT and _ends_its_sentences(draft):
        headings = [at for at in draft.body() if _is_heading(draft, at)]
        small = _small_letters(draft) if headings else frozenset()
        for at in headings:
            if not is_name(draft.features[at].text, small):
                draft.mark(at, Reason.HEADING)


def _small_letters(draft: _Draft) -> frozenset[str]:
    """Collect the words that this text writes with a small letter somewhere."""
    return frozenset(word for line in draft.features for word in _SMALL_WORD.findall(line.text))


def _ends_its_sentences(draft: _Draft) -> bool:
    """Tell whether this text ends its paragraphs with a mark, so that a line without one means something."""
    long = [draft.features[at] for at in draft.body() if draft.features[at].size > 50]
    return bool(long) and sum(each.ends_sentence or each.ends_unfinished for each in long) >= 0.7 * len(long)


def _is_heading(draft: _Draft, at: int) -> bool:
    line = draft.features[at]
    if line.size > _MAX_HEADING_SIZE or line.words > 12 or not line.starts_upper:
        return False
    if not line.unpunctuated or line.opens_quote or at + 1 >= len(draft.blocks) or states_a_fact(line.text):
        return False
    after = draft.features[at + 1]
    if draft.reasons[at + 1] not in {None, Reason.REPEAT} or not (after.starts_upper or after.opens_quote):
        return False
    if not (after.ends_sentence or after.ends_unfinished) or after.size < max(50, 1.5 * line.size):
        return False
    return at == 0 or _may_precede_heading(draft, at)


def _may_precede_heading(draft: _Draft, at: int) -> bool:
    """Tell whether the line before is no colon (a list), half a sentence (a broken line) or quotation (its speaker)."""
    if draft.reasons[at - 1] is not None:
        return True
    before = draft.features[at - 1]
    apart = draft.blocks[at].line - draft.blocks[at - 1].line > 1 + before.text.count("\n")
    complete = before.ends_sentence or (apart and before.size > _MAX_HEADING_SIZE and not before.ends_unfinished)
    return complete and not (before.opens_quote and before.closes_quote)


def _with_headings(draft: _Draft) -> Iterator[ClassifiedBlock]:
    path: list[tuple[int, str]] = []  # level and label
    title = None if draft.title is None else normalised(draft.label(draft.title))
    for at, block in enumerate(draft.blocks):
        reason = draft.reasons[at]
        if reason is Reason.HEADING:
            level = block.level if block.kind is BlockKind.HEADING else _UNMARKED_LEVEL
            while path and path[-1][0] >= level:
                path.pop()
            label = draft.label(at)
            again = normalised(label) == title and not path  # below a heading the same words name a section
            if label and not again:
                path.append((level, label))
        headings = tuple(label for _, label in path) if reason is None else ()
        yield ClassifiedBlock(block, reason, headings, draft.details[at])
