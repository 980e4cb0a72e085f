"""Properties that a page states: title, site, author, date, address, language."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from copy import deepcopy
from itertools import filterfalse, islice
from urllib.parse import urljoin

from lxml import etree
from lxml import html as lxml_html

from retrieval.ingest.parsers.text.metadata import is_web_address, one_line

_OLDEST = "1995-01-01"


def properties_of(source: str, root: etree._Element, headings: Sequence[str]) -> dict[str, str]:
    """The properties of a page, by what it states.

    Args:
        source: The text that ``root`` was parsed from.
        root: The page.
        headings: Those of its main text, in order.
    """
    from trafilatura.metadata import extract_metadata

    dates = {"extensive_search": False, "original_date": True}
    try:
        found = extract_metadata(source, date_config=dates, extensive=False)
    except Exception:  # noqa: BLE001 - it guesses at arbitrary markup; its failures are no reason to lose the text
        found = None
    url = address_of(root)
    stated = {
        "title": _title(root, (found and found.title) or "", headings),
        "publisher": (found and found.sitename) or "",
        "author": (found and found.author) or "",
        "published": _published(root),
        "url": url,
        "language": _language(root),
    }
    lines = {field: one_line(" ".join(value.split()), field) for field, value in stated.items() if value}
    return {field: line for field, line in lines.items() if line}


def address_of(root: etree._Element) -> str:
    """The canonical address of a page, empty if it states none."""
    named = [
        *root.iterfind(".//link[@rel='canonical'][@href]"),
        *root.iterfind(".//meta[@property='og:url'][@content]"),
    ]
    for element in islice(named, 4):
        url = (element.get("href") or element.get("content") or "").strip()
        if is_web_address(url):
            return url
    return ""


def base_of(root: etree._Element) -> str:
    """The address that a page's relative links start from."""
    url = address_of(root)
    for element in islice(root.iterfind(".//base[@href]"), 1):
        try:
            base = urljoin(url, (element.get("href") or "").strip())
        except ValueError:
            break
        return base if is_web_address(base) else url
    return url


def _title(root: etree._Element, found: str, headings: Sequence[str]) -> str:
    """The heading that the page's title holds, apart from the site's name; else the title."""
    title = " ".join((root.findtext(".//title") or found).split())
    known = [heading for heading in headings[:3] if heading.casefold() in title.casefold()]
    if known:
        return known[0]
    return found if found.casefold() in title.casefold() else title


def _published(root: etree._Element) -> str:
    """The date in the head, in JSON-LD, in the address or of the first ``time``: never one from the words."""
    from htmldate import find_date

    page = lxml_html.HtmlElement()
    page.tag = "html"
    head, body = etree.SubElement(page, "head"), etree.SubElement(page, "body")
    head.extend(deepcopy(each) for each in islice(root.iterfind(".//meta"), 200))
    head.extend(deepcopy(each) for each in islice(root.iterfind(".//link[@rel='canonical']"), 1))
    head.extend(deepcopy(each) for each in islice(root.iterfind(".//script[@type='application/ld+json']"), 10))
    dated = islice(root.iterfind(".//time[@datetime]"), 20)
    body.extend(deepcopy(each) for each in islice(filterfalse(_is_aside, dated), 1))
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    try:
        return find_date(page, extensive_search=False, original_date=True, min_date=_OLDEST, max_date=today) or ""
    except Exception:  # noqa: BLE001 - it guesses at arbitrary markup; its failures are no reason to lose the text
        return ""


def _is_aside(element: etree._Element) -> bool:
    return any(each.tag in {"nav", "aside", "footer"} for each in element.iterancestors())


def _language(root: etree._Element) -> str:
    """The page's language as it states it ("en", "pt-BR")."""
    xml = "{http://www.w3.org/XML/1998/namespace}lang"
    for element in islice(root.iter("html", "body"), 2):
        language = (element.get("lang") or element.get(xml) or "").strip().replace("_", "-")
        if language and len(language) <= 35 and language.replace("-", "").isalnum():
            return language
    return ""
