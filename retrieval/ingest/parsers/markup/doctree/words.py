"""Running words of a tree of docutils: text with the styles of the elements around it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest

from docutils import nodes

from retrieval.core.display import AnnotationKind
from retrieval.ingest.parsers.builder import Run

_Styles = tuple[tuple[AnnotationKind, str], ...]
_STYLES = {
    "emphasis": AnnotationKind.ITALIC, "title_reference": AnnotationKind.ITALIC, "strong": AnnotationKind.BOLD,
    "literal": AnnotationKind.CODE, "math": AnnotationKind.CODE,
}  # fmt: skip
_UNSHOWN = (
    nodes.footnote_reference, nodes.image, nodes.raw, nodes.system_message, nodes.comment, nodes.pending,
    nodes.substitution_definition, nodes.generated,
)  # fmt: skip
_MAX_TARGET = 2_000  # characters of a link
# An unresolved reference or substitution, as it stands in the source.
_UNRESOLVED = re.compile(
    r"(?s)\|(?P<name>[^|]+)\|_{0,2}|`(?P<words>[^`<]+?)\s*(?:<[^>`]*>)?`_{1,2}|(?P<word>.*?)_{1,2}"
)


def runs_of(children: Sequence[nodes.Node], labels: Mapping[str, str], styles: _Styles = ()) -> Iterator[Run]:
    """Yield the words of inline elements; ``labels`` are the titles of sections by their labels."""
    for child, after in zip_longest(children, children[1:]):
        if isinstance(child, nodes.Text):
            text = child.astext().replace("\0", "")
            # A footnote's number is left out with the blank that the markup needs before it.
            yield Run(text.rstrip() if isinstance(after, nodes.footnote_reference) else text, styles)
        elif isinstance(child, nodes.problematic):
            yield Run(_readable(child.astext()), styles)
        elif isinstance(child, _UNSHOWN):
            continue
        elif isinstance(child, nodes.inline) and child.get("label"):
            yield Run(labels.get(child["label"]) or child.astext(), styles)
        else:
            yield from runs_of(child.children, labels, _with(child, styles))


def _with(element: nodes.Node, styles: _Styles) -> _Styles:
    if isinstance(element, nodes.reference):
        target = element.get("refuri") or ""
        style = (AnnotationKind.LINK, target) if 0 < len(target) <= _MAX_TARGET else None
    else:
        kind = _STYLES.get(type(element).__name__)
        style = (kind, "") if kind else None
    return styles if style is None or any(kind is style[0] for kind, _ in styles) else (*styles, style)


def _readable(source: str) -> str:
    """The words of what docutils could not resolve."""
    found = _UNRESOLVED.fullmatch(source)
    if found is None:
        return source
    return found["name"] or found["words"] or found["word"] or source
