"""Properties of a PDF: title, author, date and language, where its information is worth keeping."""

from __future__ import annotations

import re
from collections.abc import Mapping

_JUNK = re.compile(
    r"untitled|unbenannt|sans (?:nom|titre)|sin t[ií]tulo|document\d*|dokument\d*|title|slide \d+"
    r"|powerpoint presentation|(?:microsoft )?(?:word|excel|powerpoint) ?-.*"
    r"|.*\.(?:docx?|odt|rtf|pdf|tex|dvi|indd|qxd|xlsx?|pptx?|html?|p65|fm)"
    r"|[\W\d_]*|about:blank|https?://\S*|print|layout \d+",
    re.IGNORECASE,
)
_NO_AUTHOR = re.compile(
    r"(?:admin(?:istrator)?|user|owner|unknown|author|anonymous|root|\w*user\d*|[\W\d_]*|microsoft.*|.*\\.*)",
    re.IGNORECASE,
)
_DATE = re.compile(r"(?:D:)?(\d{4})(\d\d)?(\d\d)?")
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_]\w{1,8})*")
_MAX_LENGTH = 300


def properties_of(info: Mapping[str, str], language: str) -> dict[str, str]:
    """Properties by the names of an article's metadata.

    Example:
        >>> properties_of({"Title": "Microsoft Word - a.doc", "CreationDate": "D:20240105120000"}, "en-GB")
        {'published': '2024-01-05', 'language': 'en'}
    """
    found = {
        "title": _worth(info.get("Title", ""), _JUNK),
        "author": _worth(info.get("Author", ""), _NO_AUTHOR),
        "published": _date(info.get("CreationDate", "")),
    }
    if match := _LANGUAGE.fullmatch(language.strip()):
        found["language"] = match[1].lower()
    return {name: value for name, value in found.items() if value}


def _worth(value: str, junk: re.Pattern[str]) -> str:
    value = " ".join(value.replace("\x00", " ").split())
    return "" if len(value) > _MAX_LENGTH or not value.isprintable() or junk.fullmatch(value) else value


def _date(value: str) -> str:
    match = _DATE.match(value.strip())
    if match is None or not 1900 <= int(match[1]) <= 2100:
        return ""
    month, day = match[2] or "", match[3] or ""
    if not month or not 1 <= int(month) <= 12:
        return match[1]
    return f"{match[1]}-{month}-{day}" if day and 1 <= int(day) <= 31 else f"{match[1]}-{month}"
