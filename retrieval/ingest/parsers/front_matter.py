"""The block of metadata that some documents open with: YAML between ``---`` or TOML between ``+++`` lines."""

from __future__ import annotations

import datetime
import re
import tomllib
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import yaml

from retrieval.core.errors import CorpusFileError

_LIMIT = 65_536  # characters; metadata is no longer than this, so a distant second rule closes nothing
_FIELDS = {
    "title": ("title",),
    "publisher": ("publisher",),
    "author": ("author",),
    "published": ("published", "date"),
    "url": ("url", "link"),
    "language": ("language",),
}
_LONGEST = {"title": 300, "url": 2_000}
_LONGEST_OTHER = 200
_YAML_CLOSE = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)
_TOML_CLOSE = re.compile(r"^\+\+\+[ \t]*$", re.MULTILINE)
_LOOKS_LIKE_YAML = re.compile(r"\s*(?:#.*\n\s*)*[\"']?[\w.-]+[\"']?[ \t]*:(?:\s|$)")
_TOML_LINE = re.compile(r"at line (\d+)")


class FrontMatter(NamedTuple):
    """The recognised fields, and the offset in the text at which the body begins."""

    fields: dict[str, str]
    body_start: int


def read_front_matter(text: str, file: str, markup: str) -> FrontMatter:
    """Read what stands before the body; no front matter gives no fields and offset 0.

    Raises ``CorpusFileError`` with the line of the file where a block cannot be read.
    """
    opening, newline, _ = text[:_LIMIT].partition("\n")
    kind = opening.rstrip()
    if not newline or kind not in {"---", "+++"}:
        return FrontMatter({}, 0)
    start = len(opening) + 1
    closing = (_YAML_CLOSE if kind == "---" else _TOML_CLOSE).search(text, start, start + _LIMIT)
    if closing is None:
        if markup == "markdown" and _LOOKS_LIKE_YAML.match(text, start) and kind == "---":
            raise CorpusFileError(file, "the front matter is never closed", "Close it with a line ---.", 1)
        return FrontMatter({}, 0)
    block = text[start : closing.start()]
    if kind == "---" and markup == "plain" and block.strip() and not _LOOKS_LIKE_YAML.match(block):
        return FrontMatter({}, 0)  # two rules around a piece of prose
    values = _yaml(block, file) if kind == "---" else _toml(block, file)
    after = closing.end()
    return FrontMatter(_recognised(values, block, file), after + text.startswith("\n", after))


def _yaml(block: str, file: str) -> dict[Any, Any]:
    try:
        values = yaml.safe_load(block)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _broken(file, "YAML", error.problem or "", mark.line + 2 if mark else 2) from error
    except (yaml.YAMLError, ValueError, RecursionError, OverflowError) as error:
        line = 2 + block.count("\n", 0, getattr(error, "position", 0))
        raise _broken(file, "YAML", getattr(error, "reason", str(error)), line) from error
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise CorpusFileError(
            file, "the front matter is no list of fields", "Write one field: value a line, like title: …", 2
        )
    return values


def _toml(block: str, file: str) -> dict[str, Any]:
    try:
        return tomllib.loads(block)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        found = _TOML_LINE.search(str(error))
        line = int(found[1]) + 1 if found else 1 + block.rstrip("\n").count("\n") + 1
        raise _broken(file, "TOML", re.sub(r" \(at .*\)$", "", str(error)), line) from error


def _broken(file: str, kind: str, problem: str, line: int) -> CorpusFileError:
    reason = " ".join(problem.split())[:120] or "unreadable"
    problem = f"the {kind} front matter is broken ({reason})"
    return CorpusFileError(file, problem, "Correct it or remove it.", line)


def _recognised(values: dict[Any, Any], block: str, file: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    for field, names in _FIELDS.items():
        for name in names:
            if values.get(name) is None or field in fields:
                continue
            found = re.search(rf"^\W?{name}\b", block, re.MULTILINE)
            line = 2 + block.count("\n", 0, found.start()) if found else 2
            value = one_line(values[name], field)
            if value is None:
                problem = f"{name} in the front matter is no plain text"
                raise CorpusFileError(file, problem, "Write one line.", line)
            if field == "url" and value and not is_web_address(value):
                raise CorpusFileError(
                    file, f"{name} in the front matter is no web address", "Start it with https://.", line
                )
            if value:
                fields[field] = value
    return fields


def one_line(value: object, field: str) -> str | None:
    """Turn a scalar, or a list of scalars, into one line of bounded length; ``None`` if it is neither.

    Dates become ISO strings.
    """
    if isinstance(value, list) and value:
        parts = [one_line(item, field) for item in value if not isinstance(item, list)]
        known = [part for part in parts if part]
        return clipped(", ".join(known), field) if len(known) == len(value) else None
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return clipped(str(value), field)


def clipped(value: str, field: str) -> str:
    """One line without control characters, at most as long as the field may be."""
    line = " ".join("".join(char if char.isprintable() or char.isspace() else " " for char in value).split())
    longest = _LONGEST.get(field, _LONGEST_OTHER)
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def is_web_address(value: str) -> bool:
    """Whether the value is an http or https address with a host, no spaces, short enough to keep whole."""
    if len(value) > _LONGEST["url"] or any(char.isspace() or char in '<>"' for char in value):
        return False
    try:
        parts = urlsplit(value)
        return parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return False
