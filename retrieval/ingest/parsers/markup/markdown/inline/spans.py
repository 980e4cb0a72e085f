"""Inline constructs of the flavours of Markdown: MkDocs, Docusaurus (MDX), Obsidian, Jinja; bare addresses; tags."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import unescape
from typing import Any, NamedTuple

_ATTRIBUTE = r"(?:[#.][\w:.-]++|data-[\w-]++(?!=)|[\w:.-]++=(?:\"[^\"\n]{0,300}+\"|'[^'\n]{0,300}+'|[^\s{}\"']++))"
_ATTRIBUTES = re.compile(rf"\{{:?[ \t]*+{_ATTRIBUTE}(?:[ \t]++(?:{_ATTRIBUTE}|[a-z]++))*+[ \t]*+\}}")
_AFTER_ELEMENT = frozenset(")*_]`>:=~\"'+^")
_LINE_END = re.compile(r"[ \t]*+(?:#++[ \t]*+)?(?:\n|\Z)")
_ROLE = re.compile(r"\{[A-Za-z][\w:+-]*+\}(?=`)")
_EXPRESSION = re.compile(r"\{(?:[^{}\n]|\{[^{}\n]{0,300}+\}){0,500}+\}")
_SHORTCODE = re.compile(r":(?=[^:\s]*[a-z+-])[a-z0-9_+-]{2,60}+:(?![\w:`])")
_ADDRESS = re.compile(r"://(?:[^\s<>\[\]`\"{}|\\^&]|&(?!#?[A-Za-z0-9]{1,30};))++")
_WIKI_LINK = re.compile(r"\[\[(?!\s)([^\[\]\n|]{1,300}+)(?:\|([^\[\]\n]{1,300}+))?\]\](?!\()")
_LOOSE_TARGET = re.compile(r"\((?:https?:|mailto:|[./#<])[^()\n]{0,500}+\)|\[(?=[^\]]*[A-Za-z])[\w.:/#-]{2,200}+\]")
_CONTENTS = re.compile(r"_?TOC_?", re.IGNORECASE)
_FOOTNOTE = re.compile(r"\[\^([^\]\s]{1,100}+)\]")
_BLOCK_ID = re.compile(r"\^(?=[\w-]*[A-Za-z-])[A-Za-z0-9-]{2,60}+[ \t]*+\Z")
_ENCLOSED = {"{%": "%}", "{{": "}}", "{/*": "*/}", "{!": "!}", "{*": "*}", "{# ": "#}", "%%": "%%"}
_MARKS = frozenset({"==", "++", "^^"})
_MAX_MARKED = 500  # characters

_BRACED = r"\{(?:[^{}]|\{(?:[^{}]|\{[^{}]{0,300}+\}){0,500}+\}){0,1000}+\}"
#: A tag of MDX, whose attributes may be expressions.
JSX_TAG = re.compile(
    r"</?[A-Za-z][\w.-]*+"
    rf"(?:\s++[\w:.-]++(?:\s*+=\s*+(?:\"[^\"]{{0,1000}}+\"|'[^']{{0,1000}}+'|{_BRACED}))?|\s*+{_BRACED})*+\s*+/?>"
)
_TAG_NAME = re.compile(r"<(/?)([A-Za-z][\w.-]*)")
_HREF = re.compile(r"\shref\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'>]++))", re.IGNORECASE)
_PARTING = re.compile(
    r"</?(?:p|div|li|t[dhr]|h[1-6r]|[uod]l|d[td]|table|option|summary|details|section|article|blockquote|pre)[\s/>]",
    re.IGNORECASE,
)
_BREAK = re.compile(r"<br[\s/>]", re.IGNORECASE)


class Found(NamedTuple):
    """A construct up to ``end`` of which ``shown`` is shown; ``closing`` is where its closing mark stands,
    up to ``closed``.
    """

    end: int
    shown: tuple[int, int] | None = None
    href: str = ""
    shown_from: int = 0
    closing: int | None = None
    closed: int = 0


def tag_name(tag: str) -> tuple[str, bool]:
    """The name of a tag in small letters, and whether it closes an element."""
    found = _TAG_NAME.match(tag)
    return (found[2].lower(), bool(found[1])) if found else ("", False)


def href(tag: str) -> str:
    """The target that an ``<a>`` names."""
    found = _HREF.search(tag)
    return unescape(found[1] or found[2] or found[3] or "") if found else ""


def parting(tag: str) -> str:
    """The white space that a tag makes between two words."""
    if _BREAK.match(tag):
        return "\n"
    return " " if _PARTING.match(tag) else ""


def find(src: str, pos: int, end: int, env: Mapping[str, Any]) -> Found | None:
    """Find a construct that begins at ``src[pos]``."""
    finders = _FINDERS.get(src[pos], ())
    return next((found for finder in finders if (found := finder(src, pos, end, env)) is not None), None)


def _bracketed(src: str, pos: int, end: int, env: Mapping[str, Any]) -> Found | None:
    found = _FOOTNOTE.match(src, pos, end)
    if found and f":{found[1]}" in env.get("footnotes", {}).get("refs", {}):
        return Found(found.end())
    found = _WIKI_LINK.match(src, pos, end)
    if found is None:
        return None
    if _CONTENTS.fullmatch(found[1]):
        return Found(found.end())
    first, last = found.span(2 if found[2] else 1)
    while last - first > 2 and src[first] == src[last - 1] and src[first] in "`*":  # the whole of it is code or bold
        first, last = first + 1, last - 1
    return Found(found.end(), (first, last))


def _address(src: str, pos: int, end: int, _env: Mapping[str, Any]) -> Found | None:
    scheme = next((each for each in ("https", "http") if src[max(0, pos - len(each)) : pos].lower() == each), "")
    found = _ADDRESS.match(src, pos, end) if scheme else None
    start = pos - len(scheme)
    if found is None or (start > 0 and src[start - 1].isalnum()):
        return None
    last = found.end()
    opened, closed = found[0].count("("), found[0].count(")")
    while src[last - 1] in "?!.,:;*_~'\"" or (src[last - 1] == ")" and closed > opened):
        closed -= src[last - 1] == ")"
        last -= 1
    if last <= pos + 3:
        return None
    whole = src[last : last + 1] != "&"
    return Found(last, (pos, last), src[start:last] if whole else "", start)


def _shortcode(src: str, pos: int, end: int, _env: Mapping[str, Any]) -> Found | None:
    if pos > 0 and (src[pos - 1].isalnum() or src[pos - 1] in ":_`"):
        return None
    found = _SHORTCODE.match(src, pos, end)
    return Found(found.end()) if found else None


def _braced(src: str, pos: int, end: int, env: Mapping[str, Any]) -> Found | None:
    found = _ATTRIBUTES.match(src, pos, end)
    if found:
        after = pos > 0 and src[pos - 1] in _AFTER_ELEMENT
        if after or src.startswith("{:", pos) or _LINE_END.match(src, found.end(), end):
            return Found(found.end())
    enclosed = _enclosed(src, pos, end, env)
    if enclosed:
        return enclosed
    found = _ROLE.match(src, pos, end) or (_EXPRESSION.match(src, pos, end) if env.get("mdx") else None)
    return Found(found.end()) if found else None


def _enclosed(src: str, pos: int, end: int, _env: Mapping[str, Any]) -> Found | None:
    for opening, closing in _ENCLOSED.items():
        if src.startswith(opening, pos):
            at = src.find(closing, pos + len(opening), end)
            if at >= 0:
                return Found(at + len(closing))
    return None


def _marked(src: str, pos: int, end: int, _env: Mapping[str, Any]) -> Found | None:
    """A pair of marks around words, such as ``==`` for highlighted ones."""
    mark = src[pos : pos + 2]
    if mark not in _MARKS or (pos > 0 and (src[pos - 1].isalnum() or src[pos - 1] == mark[0])):
        return None
    if src[pos + 2 : pos + 3].isspace() or src[pos + 2 : pos + 3] == mark[0]:
        return None
    at = src.find(mark, pos + 3, min(end, pos + _MAX_MARKED))
    if at < 0 or src[at - 1].isspace() or src[at + 2 : at + 3].isalnum():
        return None
    return Found(pos + 2, closing=at, closed=at + 2)


def find_loose_link(src: str, pos: int, end: int) -> Found | None:
    """A link that CommonMark does not take for one: with a blank in its target, or to an anchor of another page."""
    at = src.find("]", pos + 1, min(end, pos + _MAX_MARKED))
    if at < 0 or (pos > 0 and (src[pos - 1].isalnum() or src[pos - 1] in "]!")):
        return None
    found = None if "[" in src[pos + 1 : at] or not src[pos + 1 : at].strip() else _LOOSE_TARGET.match(src, at + 1, end)
    return Found(pos + 1, closing=at, closed=found.end()) if found else None


def _embedded(src: str, pos: int, end: int, _env: Mapping[str, Any]) -> Found | None:
    found = _WIKI_LINK.match(src, pos + 1, end)
    return Found(found.end()) if found else None


def _block_id(src: str, pos: int, end: int, _env: Mapping[str, Any]) -> Found | None:
    found = _BLOCK_ID.match(src, pos, end) if pos == 0 or src[pos - 1].isspace() else None
    return Found(found.end()) if found else None


_FINDERS: dict[str, tuple[Callable[[str, int, int, Mapping[str, Any]], Found | None], ...]] = {
    "[": (_bracketed,), "!": (_embedded,), ":": (_address, _shortcode), "{": (_braced,), "%": (_enclosed,),
    "^": (_block_id, _marked), "=": (_marked,), "+": (_marked,),
}  # fmt: skip
