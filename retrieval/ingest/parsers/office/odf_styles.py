"""Styles of an OpenDocument text: what a paragraph is by its style, how words look, how lists are numbered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from lxml import etree

from retrieval.core.display import AnnotationKind
from retrieval.ingest.parsers.markup.ordinal import ordinal, whole_number

_NS = "urn:oasis:names:tc:opendocument:xmlns:"
TEXT = f"{{{_NS}text:1.0}}"
STYLE = f"{{{_NS}style:1.0}}"
_FO = f"{{{_NS}xsl-fo-compatible:1.0}}"
_MAX_PARENTS = 20  # of a style; two styles can be each other's
_CODE = frozenset({"Source_20_Text", "Teletype", "Example", "User_20_Entry"})
_BOLD = frozenset({"bold", "600", "700", "800", "900"})

Look = tuple[tuple[AnnotationKind, str], ...]


class Level(NamedTuple):
    """How the items of a list are numbered at one depth; bullets have no ``format``."""

    format: str = ""
    prefix: str = ""
    suffix: str = ""
    shown: int = 1  # levels of which the number is made, this one included: "3.1"
    start: int = 1


class Styles:
    """Styles by their names; an automatic style comes before a named one."""

    def __init__(self, *roots: etree._Element) -> None:
        self._styles: dict[tuple[str, str], etree._Element] = {}
        self._lists: dict[str, dict[int, Level]] = {}
        self._looks: dict[tuple[str, str], Look] = {}
        self.language = ""
        for root in roots:
            for style in root.iter(f"{STYLE}style"):
                key = style.get(f"{STYLE}family", ""), style.get(f"{STYLE}name", "")
                self._styles.setdefault(key, style)
            for found in root.iter(f"{TEXT}list-style"):
                self._lists.setdefault(found.get(f"{STYLE}name", ""), _levels(found))
            for default in root.iter(f"{STYLE}default-style"):
                if default.get(f"{STYLE}family") == "paragraph" and not self.language:
                    self.language = _language(default)

    def names(self, family: str, name: str) -> Iterator[str]:
        """The style's name and those that it is derived from."""
        for _ in range(_MAX_PARENTS):
            if not name:
                return
            yield name
            style = self._styles.get((family, name))
            name = "" if style is None else style.get(f"{STYLE}parent-style-name", "")

    def look(self, family: str, name: str) -> Look:
        """How words of a style look, where they differ from the others."""
        key = family, name
        if key not in self._looks:
            self._looks[key] = self._find_look(family, name)
        return self._looks[key]

    def level(self, name: str, depth: int) -> Level:
        """Numbering of a list style at a depth from 0."""
        return self._lists.get(name, {}).get(depth, Level())

    def _find_look(self, family: str, name: str) -> Look:
        bold = italic = strike = ""
        code = False
        for each in self.names(family, name):
            code = code or each in _CODE
            style = self._styles.get((family, each))
            properties = None if style is None else style.find(f"{STYLE}text-properties")
            if properties is not None:
                bold = bold or properties.get(f"{_FO}font-weight", "")
                italic = italic or properties.get(f"{_FO}font-style", "")
                strike = strike or properties.get(f"{STYLE}text-line-through-style", "")
        found = (
            (AnnotationKind.BOLD, bold in _BOLD),
            (AnnotationKind.ITALIC, italic in {"italic", "oblique"}),
            (AnnotationKind.STRIKE, strike not in {"", "none"}),
            (AnnotationKind.CODE, code),
        )
        return tuple((kind, "") for kind, holds in found if holds)


def numbered(style: Level, counts: list[int], above: list[Level]) -> str:
    """The number of an item as it is shown ("3.1."), by the counts of its list and of those around it."""
    if not style.format:
        return ""
    first = max(0, len(counts) - style.shown)
    levels = [*above, style]
    shown = (ordinal(counts[at], levels[at].format or "1") for at in range(first, len(counts)))
    number = f"{style.prefix}{'.'.join(shown)}{style.suffix}"
    return number if number[-1:] in {".", ")"} else f"{number}."


def _levels(style: etree._Element) -> dict[int, Level]:
    levels: dict[int, Level] = {}
    for each in style:
        depth = whole_number(each.get(f"{TEXT}level"), 1) - 1
        if each.tag == f"{TEXT}list-level-style-number":
            levels[depth] = Level(
                each.get(f"{STYLE}num-format", ""), each.get(f"{STYLE}num-prefix", "")[:10],
                each.get(f"{STYLE}num-suffix", "")[:10], max(1, whole_number(each.get(f"{TEXT}display-levels"), 1)),
                whole_number(each.get(f"{TEXT}start-value"), 1),
            )  # fmt: skip
    return levels


def _language(style: etree._Element) -> str:
    properties = style.find(f"{STYLE}text-properties")
    if properties is None:
        return ""
    language, country = properties.get(f"{_FO}language", ""), properties.get(f"{_FO}country", "")
    if not 2 <= len(language) <= 3 or not language.isalpha() or language == "zxx":
        return ""
    return f"{language}-{country}" if len(country) == 2 and country.isalpha() else language
