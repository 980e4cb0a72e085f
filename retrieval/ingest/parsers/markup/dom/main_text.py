"""Main text of a page: which of its blocks trafilatura takes for text, the rest being furniture of the site."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from retrieval.core.display import Annotation, AnnotationKind
from retrieval.ingest.parsers.blocks import Block, BlockKind

_WORD = re.compile(r"\w{1,20}")
_WINDOW = 3  # words
_SHARE = 0.5  # of a block's windows that stand in the main text
_MAX_PAGE = 5_000_000  # characters; beyond it all blocks are text
_MAX_TAGS = 5_000  # up to which trafilatura may compare with jusText, whose time grows with their square
_LINKED = 0.5  # share of links above which a block is no prose
_STRUCTURED = 0.1  # share of code, tables and definitions that makes a page one of documentation
_TOO_LITTLE = 0.7  # of the text of a page of documentation
_FAR_TOO_LITTLE = 0.15  # of the text of any page
_STRUCTURES = frozenset({BlockKind.CODE, BlockKind.TABLE, BlockKind.TERM, BlockKind.DEFINITION, BlockKind.FOOTNOTE})


def main_text(source: str) -> str:
    """What trafilatura takes for the main text of a page; empty if it finds none."""
    from trafilatura import bare_extraction

    if len(source) > _MAX_PAGE:
        return ""
    try:
        found = bare_extraction(source, include_comments=False, fast=source.count("<") > 2 * _MAX_TAGS)
    except Exception:  # noqa: BLE001 - it guesses at arbitrary markup; the page's own blocks are the way out
        return ""
    return getattr(found, "text", None) or ""


def without_furniture(
    text: str, blocks: Sequence[Block], annotations: Iterable[Annotation], main: str, central: range
) -> tuple[Block, ...]:
    """Mark as furniture the blocks that are not in the main text.

    Args:
        text: The text of the blocks.
        blocks: All blocks of the page.
        annotations: Of the text; the links among them tell lists of links from prose.
        main: What trafilatura takes for the main text. If that is too little, all blocks of ``central`` are text.
        central: Numbers of the blocks in the element that holds the page's text by its own word.
    """
    sizes = _unlinked(blocks, annotations)
    kept = _in_main(text, blocks, main)
    inner = [block.number in central for block in blocks]
    whole = sum(size for size, within in zip(sizes, inner, strict=True) if within)
    taken = sum(size for size, is_kept in zip(sizes, kept, strict=True) if is_kept)
    structures = sum(size for block, size in zip(blocks, sizes, strict=True) if block.kind in _STRUCTURES)
    documentation = len(central) < len(blocks) and structures > _STRUCTURED * whole
    share = _TOO_LITTLE if documentation else _FAR_TOO_LITTLE
    too_little = taken < share * whole or not any(kept)
    kept = inner if too_little else _with_structures(blocks, sizes, kept)
    kept = _with_headings(blocks, kept)
    return tuple(
        block if is_kept else block._replace(kind=BlockKind.FURNITURE, label="")
        for block, is_kept in zip(blocks, kept, strict=True)
    )


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _in_main(text: str, blocks: Sequence[Block], main: str) -> list[bool]:
    words = _words(main)
    windows = set(zip(*(words[at:] for at in range(_WINDOW)), strict=False))
    lines = {tuple(_words(line)) for line in main.split("\n")}
    kept: list[bool] = []
    for block in blocks:
        own = _words(text[block.start : block.end])
        if len(own) < _WINDOW:
            kept.append(tuple(own) in lines)
            continue
        found = sum(tuple(own[at : at + _WINDOW]) in windows for at in range(len(own) - _WINDOW + 1))
        kept.append(found >= _SHARE * (len(own) - _WINDOW + 1))
    return kept


def _unlinked(blocks: Sequence[Block], annotations: Iterable[Annotation]) -> list[int]:
    """The characters of each block; 0 of a block that is links for the most part."""
    sizes: list[int] = []
    links = iter([each for each in annotations if each.kind is AnnotationKind.LINK])
    link = next(links, None)
    for block in blocks:
        linked = 0
        while link is not None and link.start < block.end:
            linked += min(link.end, block.end) - link.start
            link = next(links, None)
        size = block.end - block.start
        sizes.append(size if linked < _LINKED * size else 0)
    return sizes


def _with_structures(blocks: Sequence[Block], sizes: Sequence[int], kept: list[bool]) -> list[bool]:
    """Keep code, tables and definitions that stand between blocks of the main text."""
    numbers = [at for at, is_kept in enumerate(kept) if is_kept]
    first, last = (numbers[0], numbers[-1]) if numbers else (0, -1)
    return [
        is_kept or (first < at < last + 2 and size > 0 and block.kind in _STRUCTURES)
        for at, (block, size, is_kept) in enumerate(zip(blocks, sizes, kept, strict=True))
    ]


def _with_headings(blocks: Sequence[Block], kept: list[bool]) -> list[bool]:
    """Keep the headings of sections that hold text, and no others."""
    result = kept.copy()
    holds = [False] * 7  # by level: whether text follows before the next heading of that level or above
    for at in range(len(blocks) - 1, -1, -1):
        block = blocks[at]
        if block.kind is not BlockKind.HEADING:
            if kept[at]:
                holds = [True] * 7
            continue
        level = min(block.level, 6)
        result[at] = holds[level]
        holds[level:] = [False] * (7 - level)
    return result
