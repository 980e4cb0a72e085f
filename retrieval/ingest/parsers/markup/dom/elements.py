"""Elements of an HTML tree: which are blocks, which hold no text of the document, which are footnotes."""

from __future__ import annotations

import re
from itertools import islice

from lxml import etree

BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol p pre search section summary table "
    "tbody td tfoot th thead tr ul xmp listing".split()
)
HEADINGS = {f"h{level}": level for level in range(1, 7)}
_NO_TEXT = frozenset(
    "annotation area audio base button canvas col colgroup datalist embed head iframe img link map meta noembed "
    "noframes noscript object optgroup option param progress rp rt script select source style svg template textarea "
    "track video".split()
)
#: Roles and tags of what stands around the text of a page.
_AROUND = frozenset({"nav", "footer", "menu", "search", "dialog"})
_AROUND_ROLES = frozenset({"navigation", "banner", "contentinfo", "complementary", "search", "dialog", "menu"})
_NO_TEXT_CLASSES = frozenset({"headerlink", "linenos", "lineno", "fn-backref", "skip-link"})
_NOTE_ROLES = frozenset({"doc-footnote", "doc-endnote", "doc-footnotes", "doc-endnotes"})
_NOTE_TYPES = frozenset({"footnote", "footnotes", "endnote", "endnotes", "rearnote", "rearnotes"})
_NOTE_ID = re.compile(r"(?:fn|(?:foot|end)note)[-:_]?\d+")
_EPUB_TYPE = "{http://www.idpf.org/2007/ops}type"
_UNDISPLAYED = re.compile(r"(?:^|;)\s*display\s*:\s*none", re.IGNORECASE)


def tag_of(element: etree._Element) -> str:
    """The element's name in lower case, without a namespace; empty for what is no element."""
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def classes_of(element: etree._Element) -> frozenset[str]:
    """The names of its ``class`` attribute."""
    return frozenset((element.get("class") or "").split())


def holds_no_text(element: etree._Element, tag: str) -> bool:
    """Tell whether a reader sees nothing of the element, or a mark only: a button, an anchor, a footnote's number."""
    if tag in _NO_TEXT or "hidden" in element.attrib or element.get("aria-hidden") == "true":
        return True
    if "class" in element.attrib and classes_of(element) & _NO_TEXT_CLASSES:
        return True
    if "style" in element.attrib and _UNDISPLAYED.search(element.get("style") or ""):
        return True
    return tag in {"a", "sup"} and (_is_anchor(element) or _is_note_reference(element, tag))


def stands_around(element: etree._Element, tag: str, *, within_text: bool) -> bool:
    """Tell whether the element is navigation, a page's head or foot, or an aside that is no note of the text."""
    if tag in _AROUND or element.get("role") in _AROUND_ROLES:
        return True
    if tag == "aside":
        names = (element.get("class") or "") + (element.get("aria-label") or "").lower()
        return not (is_note(element, tag) or any(word in names for word in ("note", "admonition", "callout", "tip")))
    return tag in {"header", "form"} and not within_text


def is_note(element: etree._Element, tag: str) -> bool:
    """Tell whether the element is a footnote or a list of them."""
    if element.get("role") in _NOTE_ROLES:
        return True
    kinds = element.get(_EPUB_TYPE) or element.get("epub:type")
    if kinds and not _NOTE_TYPES.isdisjoint(kinds.split()):
        return True
    if tag == "li":
        return _NOTE_ID.fullmatch(element.get("id") or "") is not None
    return tag in {"div", "aside", "dl", "section", "ol"} and not _NOTE_TYPES.isdisjoint(classes_of(element))


def _is_anchor(element: etree._Element) -> bool:
    """A link into the page itself without words, such as a pilcrow or an arrow."""
    if not (element.get("href") or "").startswith("#") or len(element):
        return False
    return not any(map(str.isalnum, element.text or ""))


def _is_note_reference(element: etree._Element, tag: str) -> bool:
    if tag == "sup":
        return any(tag_of(child) == "a" and (child.get("href") or "").startswith("#") for child in islice(element, 3))
    if element.get("role") == "doc-noteref" or "noteref" in (element.get(_EPUB_TYPE) or "").split():
        return True
    return bool(classes_of(element) & {"footnote-reference", "footnote-ref", "footnote-backref"})
