"""Lines of MDX and HTML in Markdown: imports, exports, and tags between which stands Markdown."""

from __future__ import annotations

import re

from markdown_it.rules_block import StateBlock

from retrieval.ingest.parsers.markup.markdown.admonitions import (
    Lines,
    titled,
)
from retrieval.ingest.parsers.markup.markdown.inline.spans import JSX_TAG

_IMPORT = re.compile(r"import\s(?:[^'\"\n]{0,500}\sfrom\s+)?['\"][^'\"\n]*['\"];?\s*")
_EXPORT = re.compile(r"export\s+(?:const|let|var|default|function|async|class|\*|\{)")
_OPENING_TAG = re.compile(
    r"</?(?:details|summary|[A-Z][\w.]*+)(?=[\s/>])|<[a-z]++\s[^<>\n]{0,200}?\bmarkdown\b|</?>", re.ASCII
)
_MAX_TAG = 5_000  # characters
_SUMMARY = re.compile(r"<summary\b[^<>]{0,200}+>(?P<title>.*)</summary>\s*+(?:</?[a-z]++>\s*+)*+", re.IGNORECASE)


def find_module_line(state: StateBlock, line: int, start: int, stop: int) -> Lines | None:
    """Imports and exports of MDX."""
    if not state.env.get("mdx"):
        return None
    after = line + 1
    if state.src.startswith("import", start):
        if _IMPORT.fullmatch(state.src, start, stop):
            return Lines(after)
        while after < min(line + 30, state.lineMax) and not state.isEmpty(after):
            after += 1
            if _IMPORT.fullmatch(" ".join(state.src[start : state.eMarks[after - 1]].split())):
                return Lines(after)
        return None
    if not _EXPORT.match(state.src, start, stop):
        return None
    while after < state.lineMax and not state.isEmpty(after):
        after += 1
    return Lines(after)


def find_tags(state: StateBlock, line: int, start: int, stop: int) -> Lines | None:
    """Lines of nothing but tags, between which stands Markdown; and a summary."""
    if not _OPENING_TAG.match(state.src, start, stop):
        return None
    at = state.src.find("<summary", start, stop)
    summary = _SUMMARY.match(state.src, at, stop) if at >= 0 else None
    if summary is not None and summary.end() == stop and _only_tags(state.src, start, summary.start()):
        return Lines(line + 1, titled(summary, "title"), "summary")
    at = start
    limit = min(len(state.src), start + _MAX_TAG)
    while True:
        found = JSX_TAG.match(state.src, at, limit)
        if found is None:
            if not state.src.startswith(("<>", "</>"), at):
                return None
            at = state.src.index(">", at) + 1
        else:
            at = found.end()
        while at < limit and state.src[at] in " \t":
            at += 1
        if at >= len(state.src) or state.src[at] == "\n":
            break
    after = line
    while after < state.lineMax and state.eMarks[after] < at:
        after += 1
    return Lines(after + 1) if after < state.lineMax else None


def _only_tags(src: str, start: int, end: int) -> bool:
    while start < end:
        found = JSX_TAG.match(src, start, end)
        if found is None:
            return not src[start:end].strip()
        start = found.end()
    return True
