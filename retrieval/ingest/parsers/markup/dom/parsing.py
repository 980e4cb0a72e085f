"""HTML and XHTML as trees of lxml, without entities, files or network."""

from __future__ import annotations

import re
from html import unescape

from lxml import etree

_NAMED = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)[A-Za-z][A-Za-z0-9]{0,40};")
# What XML does not allow in a text, and lone surrogates, which cannot be encoded.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class NestingError(ValueError):
    """Elements that are nested too deeply (over 2,000 levels) to be read whole."""


def html_tree(source: str) -> etree._Element | None:
    """Parse HTML of any kind, a whole page or a piece of one; ``None`` if it holds nothing.

    Raises:
        NestingError: if it is nested too deeply.
    """
    parser = etree.HTMLParser(huge_tree=True, remove_pis=True, remove_comments=True, no_network=True, encoding="utf-8")
    return _parsed(source, parser)


def xhtml_tree(source: str) -> etree._Element | None:
    """Parse XHTML as XML, where an empty element may close itself, else as HTML.

    Raises:
        NestingError: if it is nested too deeply.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_pis=True, remove_comments=True,
        encoding="utf-8",
    )  # fmt: skip
    root = _parsed(_NAMED.sub(_character, source), parser)
    return html_tree(source) if root is None else root


def _parsed(source: str, parser: etree.HTMLParser | etree.XMLParser) -> etree._Element | None:
    clean = _FORBIDDEN.sub(" ", source).strip()
    if not clean:
        return None
    try:
        root: etree._Element | None = etree.fromstring(clean.encode(), parser)
    except etree.LxmlError:
        root = None
    if any(entry.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for entry in parser.error_log):
        raise NestingError("it is nested too deeply")
    return root


def _character(reference: re.Match[str]) -> str:
    """HTML's named character, which XML does not know; the name itself where HTML does not know it either."""
    character = unescape(reference[0])
    return f"&amp;{reference[0][1:]}" if character == reference[0] else character
