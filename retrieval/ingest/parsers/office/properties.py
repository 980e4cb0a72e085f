"""Properties of a document in an archive: title, author, date and language in the terms of Dublin Core."""

from __future__ import annotations

import re

from lxml import etree

from retrieval.ingest.parsers.text.metadata import one_line

_DC = "{http://purl.org/dc/elements/1.1/}"
_TERMS = "{http://purl.org/dc/terms/}"
_META = "{urn:oasis:names:tc:opendocument:xmlns:meta:1.0}"
_TAGS = {
    "title": (f"{_DC}title",),
    "author": (f"{_DC}creator", f"{_META}initial-creator"),
    "published": (f"{_TERMS}modified", f"{_DC}date", f"{_TERMS}created", f"{_META}creation-date"),
    "language": (f"{_DC}language",),
}
_DATE = re.compile(r"(?:19[89]|[2-9]\d\d)\d-[01]\d-[0-3]\d(?=T|$)")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
# What programs write where nobody has written anything.
_NO_TITLE = re.compile(
    r"(?:microsoft word - .*|(?:word )?document ?\d*|untitled ?\d*|title|.*\.(?:docx?|odt|dotx?|rtf))", re.IGNORECASE
)
_NO_AUTHOR = frozenset({"python-docx", "un-named", "unknown", "user", "administrator", "microsoft office user"})


def document_properties(root: etree._Element) -> dict[str, str]:
    """Read what the document says about itself, under the names of ``Metadata``'s fields."""
    found: dict[str, str] = {}
    for field, tags in _TAGS.items():
        values = (one_line(element.text or "", field) for tag in tags for element in root.iter(tag))
        value = next((value for value in values if value and _states(field, value)), None)
        if value:
            found[field] = value[:10] if field == "published" else value
    return found


def _states(field: str, value: str) -> bool:
    if field == "published":
        return _DATE.match(value) is not None
    if field == "language":
        return _LANGUAGE.fullmatch(value) is not None
    if field == "title":
        return _NO_TITLE.fullmatch(value) is None
    return value.casefold() not in _NO_AUTHOR
