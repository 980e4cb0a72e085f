"""What the tests of office documents read in a parser's result."""

from __future__ import annotations

from pathlib import Path

from retrieval.core.display import AnnotationKind
from retrieval.ingest.parsers.blocks import BlockKind
from retrieval.ingest.parsers.parsed import Parsed

DOCUMENTS = Path(__file__).parents[5] / "fixtures" / "documents"


def of_kind(parsed: Parsed, kind: BlockKind) -> list[str]:
    """The texts of the blocks of a kind."""
    return [parsed.text[each.start : each.end] for each in parsed.blocks if each.kind is kind]


def styled(parsed: Parsed, kind: AnnotationKind) -> list[tuple[str, str]]:
    """The texts of the annotations of a kind, with their values."""
    return [(parsed.text[each.start : each.end], each.value) for each in parsed.annotations if each.kind is kind]
