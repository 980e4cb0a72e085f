"""Writer of drafts: the stored text of a document with its blocks."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from retrieval.ingest.parsers.blocks import BlockKind
from retrieval.ingest.parsers.builder import Run, TextBuilder
from retrieval.ingest.parsers.pdf.layout.hyphens import Vocabulary, join_lines
from retrieval.ingest.parsers.pdf.layout.paragraphs import Draft
from retrieval.text.sentences import split_sentences

_MAX_DEPTH = 4
_MIN_REST = 60  # characters of a paragraph's part that stands on its own
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
            for text, page in self._by_page(draft):
                self._builder.paragraph([Run(text)], kind=draft.kind, page=page)

    def _item(self, draft: Draft) -> None:
        self._list = self._list or self._builder.new_list()
        while self._lefts and draft.left < self._lefts[-1] - 3:
            self._lefts.pop()
        if not self._lefts or draft.left > self._lefts[-1] + 3:
            self._lefts.append(draft.left)
        depth = min(len(self._lefts) - 1, _MAX_DEPTH)
        ordinal = draft.marker.ordinal if draft.marker else ""
        (text, page), *further = self._by_page(draft)
        self._builder.item([Run(text)], list_id=self._list, depth=depth, ordinal=ordinal, page=page)
        for text, page in further:
            self._builder.paragraph([Run(text)], list_id=self._list, page=page)

    def _by_page(self, draft: Draft) -> list[tuple[str, int]]:
        """A paragraph's text, cut where the first sentence of a page begins, so that each sentence has its page.

        A sentence that runs over the page belongs to the page on which it starts; a short rest is not cut off.
        """
        text, starts = join_lines(draft.lines, self._vocabulary)
        if not draft.breaks:
            return [(text, draft.page)]
        sentences = [sentence.start for sentence in split_sentences(text)]
        parts: list[tuple[str, int]] = []
        begin, page = 0, draft.page
        for index, following in draft.breaks:
            cut = bisect_left(sentences, starts[index])
            if cut == len(sentences) or min(len(text) - sentences[cut], sentences[cut] - begin) < _MIN_REST:
                continue
            parts.append((text[begin : sentences[cut]], page))
            begin, page = sentences[cut], following
        return [*parts, (text[begin:], page)]

    def _runs(self, lines: Sequence[str]) -> list[Run]:
        return [Run(join_lines(lines, self._vocabulary)[0])]
