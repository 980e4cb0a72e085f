"""Result of a parser: text, blocks, annotations, and what the document says about itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from retrieval.core.display import Annotation
from retrieval.core.types import Repair
from retrieval.ingest.parsers.blocks import Block


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a parser read.

    ``blocks`` divide ``text[body_start:]``: every character of it that is not white space is in exactly one block.
    ``annotations`` are sorted by their start; of two that start together the longer one comes first. ``properties``
    have the names of ``Metadata``'s fields. ``part`` tells apart the documents of one file ("12"); empty for the only
    one. ``problems`` say, a line each, what of the file was left out.
    """

    text: str
    blocks: tuple[Block, ...]
    annotations: tuple[Annotation, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)
    body_start: int = 0
    encoding: str = ""
    repairs: tuple[Repair, ...] = ()
    part: str = ""
    problems: tuple[str, ...] = ()
