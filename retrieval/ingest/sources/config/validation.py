"""Validation of ``pullquote.toml``: each mistake costs its own key and is one problem with its line."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from retrieval.core.errors import CorpusFileError
from retrieval.ingest.parsers.text.metadata import MetadataError, clipped, parse_toml
from retrieval.ingest.sources.config.key_lines import KeyPath, key_lines, line_of
from retrieval.ingest.sources.config.schema import CatalogEntry, ConfigFile, Defaults, Rows, Section

_MAX_PROBLEMS = 50
_TABLES: dict[str, type[BaseModel]] = {
    "articles": CatalogEntry,
    "folders": Section,
    "defaults": Defaults,
    "rows": Rows,
}
_PARAGRAPHS = ("is no list of paragraph numbers", "Write {key} = [1, 2].")
_GLOBS = ("is no list of globs", 'Write {key} = ["CHANGELOG*", "drafts/**"].')
_MISTAKES = {
    "links": ("is unknown", 'Write "mkdocs", "docusaurus", "sphinx" or "plain".'),
    "each": ("is unknown", 'Write "article" or "passage".'),
    "keep": _PARAGRAPHS,
    "drop": _PARAGRAPHS,
    "include": _GLOBS,
    "exclude": _GLOBS,
    "repair": ("is neither true nor false", "Write repair = false."),
}
_EXAMPLES = {"articles": '[articles."ID"]', "folders": '[folders."blog/**"]'}


def parse_config(source: bytes, file: str) -> tuple[dict[str, Any], list[CorpusFileError]]:
    """Read a configuration file; what remains without its wrong keys, and one problem for each of these."""
    try:
        text = source.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = 1 + source.count(b"\n", 0, error.start)
        return {}, [CorpusFileError(file, "it is not in UTF-8", "Save it as UTF-8.", line)]
    try:
        values = parse_toml(text)
    except MetadataError as error:
        return {}, [CorpusFileError(file, f"it is no valid TOML ({error})", "Correct it.", error.line)]
    problems = remove_mistakes(values, file, text)
    return values, problems


def remove_mistakes(values: dict[str, Any], file: str, text: str = "") -> list[CorpusFileError]:
    """Remove from ``values`` what the schema does not allow; one problem for each key removed."""
    removed: dict[KeyPath, tuple[str, str]] = {}
    while found := _mistakes(values):
        for path, detail in found.items():
            _remove(values, path, detail)
            removed.setdefault(path, _explained(path, detail))
    lines = key_lines(text) if removed else {}
    problems = [
        CorpusFileError(file, f"{_shown(path)} {what}", remedy, line_of(lines, path))
        for path, (what, remedy) in removed.items()
    ]
    rest = len(problems) - _MAX_PROBLEMS
    if rest > 0:
        problems[_MAX_PROBLEMS:] = [CorpusFileError(file, f"it has {rest} more mistakes", "Correct it.")]
    return sorted(problems, key=lambda problem: (problem.line is None, problem.line))


def _mistakes(values: dict[str, Any]) -> dict[KeyPath, ErrorDetails]:
    """The first mistake of each wrong key; none if the schema allows all."""
    found: dict[KeyPath, ErrorDetails] = {}
    try:
        ConfigFile.model_validate(values)
    except ValidationError as error:
        for detail in error.errors(include_url=False, include_input=False):
            found.setdefault(_existing(values, tuple(map(str, detail["loc"]))), detail)
    return found


def _existing(values: dict[str, Any], path: KeyPath) -> KeyPath:
    """The part of an error's path that leads through tables: positions in lists are cut off."""
    here: Any = values
    for length, key in enumerate(path):
        if not isinstance(here, dict) or key not in here:
            return path[:length]
        here = here[key]
    return path


def _remove(values: dict[str, Any], path: KeyPath, detail: ErrorDetails) -> None:
    """Remove the key, or those keys of a table that disagree with one another."""
    table: Any = values
    for key in path[:-1]:
        table = table[key]
    disagreeing = _own_message(detail)[2:]
    for key in disagreeing:
        del table[path[-1]][key]
    if not disagreeing:
        del table[path[-1]]


def _own_message(detail: ErrorDetails) -> tuple[str, ...]:
    """What a validator of the schema says: what is wrong, what to do, which keys of the table to remove."""
    return tuple(detail["ctx"]["error"].args) if detail["type"] == "value_error" else ()


def _explained(path: KeyPath, detail: ErrorDetails) -> tuple[str, str]:
    """What is wrong with the key, and what to do."""
    if detail["type"] == "extra_forbidden":
        return "is unknown", f"Known are {', '.join(_schema(path).model_fields)}."
    if own := _own_message(detail):
        return own[0], own[1]
    if path[-1] in _MISTAKES and path[0] not in _EXAMPLES:
        what, remedy = _MISTAKES[path[-1]]
    else:
        what, remedy = _MISTAKES.get(path[-1] if len(path) > 2 else "", ("is no table", f"Write {_header(path)}."))
    return what, remedy.replace("{key}", path[-1])


def _header(path: KeyPath) -> str:
    return _EXAMPLES.get(path[0], "") if len(path) == 1 and path[0] in _EXAMPLES else f"[{_shown(path)}]"


def _schema(path: KeyPath) -> type[BaseModel]:
    """Schema of the table that holds the key."""
    if len(path) == 1:
        return ConfigFile
    return _TABLES[path[0] if len(path) == 3 else path[-2]]


def _shown(path: KeyPath) -> str:
    """The key as the file writes it, on one line."""
    names = [clipped(name, "title") for name in path]
    if len(names) > 1 and path[0] in _EXAMPLES:
        names[1] = f'"{names[1]}"'
    return ".".join(names)
