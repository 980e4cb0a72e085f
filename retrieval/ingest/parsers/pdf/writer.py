"""Writer of drafts: the stored text of a document with its blocks."""

from __future__ import annotations

from collections.abc import Sequence

from retrieval.ingest.parsers.blocks import BlockKind
from retrieval.ingest.parsers.builder import Run, TextBuilder
from retrieval.ingest.parsers.pdf.layout.hyphens import Vocabulary, join_lines
from retrieval.ingest.parsers.pdf.layout.paragraphs import Draft

_MAX_DEPTH = 4
_KEPT = frozenset({BlockKind.FURNITURE, BlockKind.FOOTNOTE})  # a list goes on across them


class Writer:
    """Writes drafts one below the other and tells which items make one list."""

    def __init__(self, builder: TextBuilder, vocabulary: Vocabulary) -> None:
        self._builder = builder
        self._vocabulary = vocabulary
        self._list = 0
        self._lefts: list[float] = []  # of the markers, by depth

    def write(self, draft: Draft) -> None:
        """Add a draft's block."""
        if draft.kind is not BlockKind.ITEM and draft.kind not in _KEPT:
            self._list, self._lefts = 0, []
        if draft.kind is BlockKind.TABLE:
            rows = [[self._runs(cell) for cell in row] for row in draft.rows]
            self._builder.table(rows, page=draft.page)
        elif draft.kind is BlockKind.CODE:
            self._builder.code("\n".join(draft.lines), page=draft.page)
        elif draft.kind is BlockKind.HEADING:
            self._builder.heading(draft.level, self._runs(draft.lines), page=draft.page)
        elif draft.kind is BlockKind.ITEM:
            self._item(draft)
        else:
            self._builder.paragraph(self._runs(draft.lines), kind=draft.kind, page=draft.page)

    def _item(self, draft: Draft) -> None:
        self._list = self._list or self._builder.new_list()
        while self._lefts and draft.left < self._lefts[-1] - 3:
            self._lefts.pop()
        if not self._lefts or draft.left > self._lefts[-1] + 3:
            self._lefts.append(draft.left)
        depth = min(len(self._lefts) - 1, _MAX_DEPTH)
        ordinal = draft.marker.ordinal if draft.marker else ""
        runs = self._runs(draft.lines)
        self._builder.item(runs, list_id=self._list, depth=depth, ordinal=ordinal, page=draft.page)

    def _runs(self, lines: Sequence[str]) -> list[Run]:
        return [Run(join_lines(lines, self._vocabulary))]
