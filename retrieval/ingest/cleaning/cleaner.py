"""Tells what each block of a document is: body, or something that is no passage, with the reason.

The rules go by kind (position, size, punctuation, neighbours), never by an article. When in doubt a block
is body: a stray link among the passages costs little, a lost sentence cannot be found again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from statistics import median

from retrieval.core.types import Reason
from retrieval.ingest.cleaning.boilerplate import (
    announces_links,
    invites,
    is_byline,
    is_furniture,
    is_link,
    is_section_name,
    may_be_furniture,
)
from retrieval.ingest.cleaning.comments import comments_from
from retrieval.ingest.cleaning.features import Traits, folded, look
from retrieval.ingest.cleaning.headings import is_kicker, is_name, is_title, states_a_fact
from retrieval.ingest.parsers.markdown import Block, Kind, divide

_LONGEST_HEADING = 90  # columns
_SMALL = re.compile(r"(?<!\w)[^\W\d_A-Z][^\W\d_]*")
_OPENING = 4  # blocks in which a kicker, a title or a byline can stand


@dataclass(frozen=True, slots=True)
class Judged:
    """A block and what it is; ``reason`` is ``None`` for body, ``section`` the heading above it."""

    block: Block
    reason: Reason | None
    section: str | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """The title that the document itself shows, if it does, and all its blocks in order."""

    title: str | None
    blocks: tuple[Judged, ...]


@dataclass(slots=True)
class _Draft:
    """The state of one judgement; ``reasons[i] is None`` means body."""

    blocks: tuple[Block, ...]
    looks: list[Traits]
    reasons: list[Reason | None]
    details: list[str]
    labels: dict[int, str] = field(default_factory=dict)
    title: int | None = None

    def mark(self, at: int, reason: Reason, detail: str = "") -> None:
        self.reasons[at], self.details[at] = reason, detail

    def body(self, first: int = 0) -> list[int]:
        return [at for at in range(first, len(self.blocks)) if self.reasons[at] is None]


def clean(
    text: str,
    body_start: int = 0,
    markup: str = "plain",
    *,
    known_title: str | None = None,
    keep: frozenset[int] = frozenset(),
    drop: frozenset[int] = frozenset(),
) -> Cleaned:
    """Judge every block of ``text[body_start:]``.

    ``known_title`` is one that front matter or catalog give; a first block with the same words repeats it.
    ``keep`` and ``drop`` are paragraph numbers that override everything else.
    """
    blocks = divide(text, body_start, markup)
    looks = [look(text[block.start : block.end]) for block in blocks]
    draft = _Draft(blocks, looks, [None] * len(blocks), [""] * len(blocks))
    _mark_wordless(draft)
    _mark_furniture(draft)
    _mark_repeats(draft)
    _mark_comments(draft)
    _mark_opening(draft, known_title)
    _mark_headings(draft, markup)
    _mark_loose_end(draft)
    if not draft.body() and not drop:  # better a thin passage than an article in which nothing can be found
        draft.reasons = [Reason.MARKUP if reason is Reason.MARKUP else None for reason in draft.reasons]
    title = None if draft.title is None else _label(draft, draft.title)
    for at, block in enumerate(blocks):
        if block.number in drop:
            draft.mark(at, Reason.DROPPED)
        elif block.number in keep:
            draft.reasons[at] = None
    return Cleaned(title, tuple(_with_sections(draft)))


def _label(draft: _Draft, at: int) -> str:
    return draft.blocks[at].label or " ".join(draft.looks[at].text.split())


def _mark_wordless(draft: _Draft) -> None:
    for at, block in enumerate(draft.blocks):
        if block.kind is Kind.MARKUP or draft.looks[at].wordless:
            draft.mark(at, Reason.MARKUP)


def _mark_repeats(draft: _Draft) -> None:
    """A block with the words of an earlier one; a short one ("No.", a refrain) only beside another repeat."""
    first: dict[str, int] = {}
    twins: dict[int, int] = {}
    for at in draft.body():
        twin = first.setdefault(draft.looks[at].key, at)
        if twin != at:
            twins[at] = twin
    long = {at for at in twins if draft.looks[at].size >= 40 and draft.looks[at].words != 1}
    for order in (sorted(twins), sorted(twins, reverse=True)):
        step = 1 if order and order[0] == min(twins) else -1
        for at in order:
            if at - step in long and twins.get(at - step) == twins[at] - step:
                long.add(at)
    for at in long:
        draft.mark(at, Reason.REPEAT, f"same words as paragraph {draft.blocks[twins[at]].number}")


def _mark_furniture(draft: _Draft) -> None:
    """Lines of the site, and the links that one of them announces, if they end the article."""
    announced: int | None = None
    links = len(draft.blocks)  # from here on every line can be a link
    while links > 0 and is_link(draft.looks[links - 1]):
        links -= 1
    plain = [at for at in draft.body() if draft.blocks[at].kind in {Kind.TEXT, Kind.ITEM, Kind.HEADING}]
    shown = {at: look(draft.blocks[at].label) if draft.blocks[at].label else draft.looks[at] for at in plain}
    for at in plain:
        if is_furniture(shown[at]):
            draft.mark(at, Reason.FURNITURE)
    _mark_invitations(draft, {at: words for at, words in shown.items() if may_be_furniture(words)})
    for at in plain:
        words = shown[at]
        if draft.reasons[at] is not Reason.FURNITURE:
            continue
        if announces_links(words) and announced is None and at > 0 and links <= at + 1:
            announced = at
    for at in [] if announced is None else draft.body(announced + 1):
        draft.mark(at, Reason.FURNITURE, "a link below such a line")


def _mark_invitations(draft: _Draft, shown: dict[int, Traits]) -> None:
    """Lines that a site or an article can say: the site does at the edges and beside other furniture.

    An article that has one in its middle speaks of such things itself, so its sentences stay at the edges too.
    """
    left = {at: words for at, words in shown.items() if draft.reasons[at] is None}
    edges: set[int] = set()
    for order in (range(len(draft.blocks)), range(len(draft.blocks) - 1, -1, -1)):
        for at in order:
            if draft.reasons[at] is None and not (at in left and invites(left[at])):
                break
            edges.add(at)
    speaks_of_them = any(at not in edges for at in left)
    furniture = [reason is Reason.FURNITURE for reason in draft.reasons]
    for at, words in left.items():
        beside = any(0 <= near < len(furniture) and furniture[near] for near in (at - 1, at + 1))
        if (at in edges and not speaks_of_them) or (beside and invites(words) and not words.ends_sentence):
            draft.mark(at, Reason.FURNITURE)


def _mark_comments(draft: _Draft) -> None:
    left = [at for at in range(len(draft.blocks)) if draft.reasons[at] is not Reason.MARKUP]
    aside = [draft.reasons[at] is not None for at in left]
    first = comments_from([draft.looks[at] for at in left], aside)
    for at in left[first:]:
        if draft.reasons[at] is None:
            draft.mark(at, Reason.COMMENT)


def _mark_opening(draft: _Draft, known_title: str | None) -> None:
    """Kicker, title and byline stand before the first sentence."""
    for at in draft.body()[:_OPENING]:
        block, words = draft.blocks[at], draft.looks[at]
        following = [draft.looks[below] for below in draft.body(at + 1) if not is_byline(draft.looks[below])]
        same = known_title is not None and folded(block.label or words.text) == folded(known_title)
        if same or (block.kind is Kind.HEADING and block.level == 1 and draft.title is None):
            draft.mark(at, Reason.TITLE)
            draft.title = at
        elif block.kind is not Kind.TEXT or not following:
            return
        elif is_byline(words):
            draft.mark(at, Reason.FURNITURE, "byline")
        elif is_section_name(words) or (draft.title is None and is_kicker(words, following)):
            draft.mark(at, Reason.KICKER)
        elif draft.title is None and is_title(words, following):
            draft.mark(at, Reason.TITLE)
            draft.title = at
        else:
            return


def _mark_headings(draft: _Draft, markup: str) -> None:
    for at in draft.body():
        block = draft.blocks[at]
        if block.kind is Kind.HEADING:
            draft.mark(at, Reason.HEADING)
        elif block.kind is Kind.TEXT and block.label and at + 1 < len(draft.blocks) and not states_a_fact(block.label):
            draft.mark(at, Reason.HEADING)  # a line all in bold above other text
    if markup == "plain" and _ends_its_sentences(draft):
        headings = [at for at in draft.body() if _is_heading(draft, at)]
        small = _small_letters(draft) if headings else frozenset()
        for at in headings:
            if is_name(draft.looks[at].text, small):
                continue
            draft.mark(at, Reason.HEADING)


def _small_letters(draft: _Draft) -> frozenset[str]:
    """The words that this text writes with a small letter somewhere."""
    return frozenset(word for words in draft.looks for word in _SMALL.findall(words.text))


def _ends_its_sentences(draft: _Draft) -> bool:
    """Whether this text ends its paragraphs with a mark, so that a line without one means something."""
    long = [draft.looks[at] for at in draft.body() if draft.looks[at].size > 50]
    return bool(long) and sum(each.ends_sentence or each.ends_open for each in long) >= 0.7 * len(long)


def _is_heading(draft: _Draft, at: int) -> bool:
    words = draft.looks[at]
    if words.size > _LONGEST_HEADING or words.words > 12 or not words.starts_big:
        return False
    if not words.unpunctuated or words.opens_quote or at + 1 >= len(draft.blocks) or states_a_fact(words.text):
        return False
    if may_be_furniture(words):  # "Get the newsletter at the front desk" tells the reader something
        return False
    after = draft.looks[at + 1]
    if draft.reasons[at + 1] not in {None, Reason.REPEAT} or not (after.starts_big or after.opens_quote):
        return False
    if not (after.ends_sentence or after.ends_open) or after.size < max(50, 1.5 * words.size):
        return False
    return at == 0 or _may_precede_heading(draft, at)


def _may_precede_heading(draft: _Draft, at: int) -> bool:
    """Not after a colon (a list), half a sentence (a broken line) or a quotation (whoever said it)."""
    if draft.reasons[at - 1] is not None:
        return True
    before = draft.looks[at - 1]
    apart = draft.blocks[at].line - draft.blocks[at - 1].line > 1 + draft.looks[at - 1].text.count("\n")
    complete = before.ends_sentence or (apart and before.size > _LONGEST_HEADING and not before.ends_open)
    return complete and not (before.opens_quote and before.closes_quote)


def _mark_loose_end(draft: _Draft) -> None:
    """A heading with nothing under it at the end is a link or a caption of the site."""
    body = draft.body()
    if len(body) < 4 or not _ends_its_sentences(draft):
        return
    words = draft.looks[body[-1]]
    others = [draft.looks[at] for at in body[:-1]]
    alone = all(other.ends_sentence for other in others)
    usual = median(other.size for other in others)
    short = words.words <= 6 and words.size <= min(50, 0.4 * usual)
    plain = draft.blocks[body[-1]].kind is Kind.TEXT and words.starts_big and words.unpunctuated
    first = words.text.partition(",")[0]
    name = first.istitle() and len(first.split()) <= 4  # who wrote it, perhaps
    if alone and short and plain and not (words.opens_quote or name or states_a_fact(words.text)):
        draft.mark(body[-1], Reason.FURNITURE, "a heading with nothing under it")


def _with_sections(draft: _Draft) -> list[Judged]:
    section: str | None = None
    judged: list[Judged] = []
    for at, block in enumerate(draft.blocks):
        reason = draft.reasons[at]
        if reason is Reason.HEADING:
            section = _label(draft, at) or None
        judged.append(Judged(block, reason, section if reason is None else None, draft.details[at]))
    return judged
