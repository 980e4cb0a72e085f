"""Front matter: metadata at the top of a document, YAML between ``---`` or TOML between ``+++`` lines."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from retrieval.core.errors import CorpusFileError
from retrieval.ingest.parsers.text.metadata import MetadataError, is_web_address, one_line, parse_toml, parse_yaml

_LIMIT = 65_536  # characters; metadata is no longer than this, so a distant second rule closes nothing
_FIELDS = {
    **{name: name for name in ("title", "publisher", "author", "published", "url", "language")},
    "date": "published",
    "link": "url",
}
_YAML_CLOSE = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)
_TOML_CLOSE = re.compile(r"^\+\+\+[ \t]*$", re.MULTILINE)
_LOOKS_LIKE_YAML = re.compile(r"\s*(?:#.*\n\s*)*[\"']?[\w.-]+[\"']?[ \t]*:(?:\s|$)")


class FrontMatter(NamedTuple):
    """Recognised fields, and the offset in the text at which the body begins."""

    fields: dict[str, str]
    body_start: int


def read_front_matter(text: str, file: str, markup: str) -> FrontMatter:
    """Read what stands before the body; no front matter gives no fields and offset 0.

    Raises:
        CorpusFileError: if a block cannot be read; it has the line of the file.
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
    values = _parse(block, "YAML" if kind == "---" else "TOML", file)
    after = closing.end()
    return FrontMatter(_recognised(values, block, file), after + text.startswith("\n", after))


def _parse(block: str, kind: str, file: str) -> dict[Any, Any]:
    try:
        values = parse_yaml(block) if kind == "YAML" else parse_toml(block)
    except MetadataError as error:
        line = error.line or 1 + block.rstrip("\n").count("\n")
        problem = f"the {kind} front matter is broken ({error})"
        raise CorpusFileError(file, problem, "Correct it or remove it.", 1 + line) from error
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise CorpusFileError(
            file, "the front matter is no list of fields", "Write one field: value a line, like title: …", 2
        )
    return values


def _recognised(values: dict[Any, Any], block: str, file: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    for name, field in _FIELDS.items():
        if values.get(name) is None or field in fields:
            continue
        value = one_line(values[name], field)
        if value is None or (field == "url" and value and not is_web_address(value)):
            plain = ("plain text", "Write one line.")
            kind, remedy = plain if value is None else ("web address", "Start it with https://.")
            found = re.search(rf"^\W?{name}\b", block, re.MULTILINE)
            line = 2 + block.count("\n", 0, found.start()) if found else 2
            raise CorpusFileError(file, f"{name} in the front matter is no {kind}", remedy, line)
        if value:
            fields[field] = value
    return fields
