"""Metadata that people write in TOML or YAML: parsed within bounds, and turned into short lines of text."""

from __future__ import annotations

import datetime
import re
import tomllib
from typing import Any
from urllib.parse import urlsplit

import yaml

_MAX_LENGTH = {"title": 300, "url": 2_000}  # characters
_MAX_OTHER_LENGTH = 200
_MAX_BITS = 256  # of a whole number
_MAX_DEPTH = 20  # of YAML's lists and mappings
_OPENING = (
    yaml.BlockMappingStartToken, yaml.BlockSequenceStartToken, yaml.FlowMappingStartToken, yaml.FlowSequenceStartToken,
)  # fmt: skip
_CLOSING = (yaml.BlockEndToken, yaml.FlowMappingEndToken, yaml.FlowSequenceEndToken)
# What stands in quotation marks, or in a comment, is no structure. What is never closed ends the parsing there.
_UNSTRUCTURED = re.compile(
    r'''"""(?:[^\\"]++|\\[\s\S]|"(?!""))*+(?:"{3,5}|\\?\Z)'''
    r"""|'{3}(?:[^']++|'(?!''))*+(?:'{3,5}|\Z)"""
    r"""|"(?:[^"\\\n]++|\\[^\n])*+"?+"""
    r"""|'[^'\n]*+'?+"""
    r"|\#[^\n]*+"
)
_LONG_KEY = re.compile(r"(?<![\w-])[\w-]++(?:[ \t]*+\.[ \t]*+[\w-]++){8}")
_LONG_WORD = re.compile(r"(?<![\w.+-])[\w.+-]{400}")  # bare: a key or a number
# Bytes that the parser takes for each table, part of a key, or value, measured; a table's own are most.
_MEMORY = {"[": 900, "{": 900, ".": 900, "=": 150, ",": 50}
_MAX_MEMORY = 256 * 1024 * 1024
_MAX_YAML = 131_072  # characters; a node of one character takes the parser 30 µs and 1 kB
_NULLS = frozenset({"", "~", "null"})


class MetadataError(ValueError):
    """TOML or YAML that cannot be read. ``line`` counts from 1 in the parsed text, if the parser gives one."""

    def __init__(self, problem: str, line: int | None = None) -> None:
        self.line = line
        shown = "".join(char if char.isprintable() else " " for char in problem[:1_000])
        super().__init__(" ".join(shown.split())[:120] or "unreadable")


def parse_toml(text: str) -> dict[str, Any]:
    """Parse TOML.

    Raises:
        MetadataError: if it is not valid, nested too deeply, or would take too much memory.
    """
    _refuse_large(text)
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise MetadataError("it is nested too deeply") from error
    except (ValueError, OverflowError) as error:
        problem, _, place = str(error).partition(" (at line ")
        line = place.partition(",")[0]
        raise MetadataError(problem, int(line) if line.isdecimal() else None) from error


def _refuse_large(text: str) -> None:
    """Refuse what takes the parser memory or time out of proportion to its size."""
    bare = _UNSTRUCTURED.sub(lambda found: ("" if found[0][0] == "#" else "k") + "\n" * found[0].count("\n"), text)
    long_key = _LONG_KEY.search(bare)
    if long_key:  # the parser's memory grows with the square of a key's parts
        raise MetadataError("a key has too many parts", 1 + bare.count("\n", 0, long_key.start()))
    long_word = _LONG_WORD.search(bare)
    if long_word:
        raise MetadataError("a number or a key is too long", 1 + bare.count("\n", 0, long_word.start()))
    if sum(size * bare.count(mark) for mark, size in _MEMORY.items()) > _MAX_MEMORY:
        raise MetadataError("it has too many tables and values")


class _TextLoader(yaml.BaseLoader):
    """Leaves every scalar as it is written: a title such as ``No``, ``1.10`` or ``12:30`` is no other value."""

    def construct_scalar(self, node: yaml.ScalarNode) -> Any:
        """The text of a scalar, ``None`` for what is written for nothing."""
        value = super().construct_scalar(node)
        return None if node.style is None and value in _NULLS else value


def parse_yaml(text: str) -> object:
    """Parse YAML without aliases to mappings, lists and strings as they are written; tags and merge keys mean nothing.

    Raises:
        MetadataError: if it is not valid, too long, nested too deeply, or holds an alias.
    """
    if len(text) > _MAX_YAML:
        raise MetadataError("it is too long")
    try:
        _refuse_hostile(text)
        return yaml.load(text, _TextLoader)  # noqa: S506 - it makes strings, lists and dicts alone
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise MetadataError(error.problem or "", mark.line + 1 if mark else None) from error
    except OverflowError as error:
        raise MetadataError("it holds a character that does not exist") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        line = 1 + text.count("\n", 0, getattr(error, "position", 0))
        raise MetadataError(getattr(error, "reason", str(error)), line) from error


def _refuse_hostile(text: str) -> None:
    """Refuse aliases, which multiply when merged, and deep nesting, which takes the parser quadratic time."""
    depth = 0
    for token in yaml.scan(text):
        if isinstance(token, yaml.AliasToken):
            raise yaml.MarkedYAMLError(problem="aliases are not allowed", problem_mark=token.start_mark)
        depth += isinstance(token, _OPENING) - isinstance(token, _CLOSING)
        if depth > _MAX_DEPTH:
            raise yaml.MarkedYAMLError(problem="it is nested too deeply", problem_mark=token.start_mark)


def one_line(value: object, field: str) -> str | None:
    """Turn a scalar or a list of scalars into one bounded line, dates in ISO form; ``None`` if it is neither."""
    if isinstance(value, list) and value:
        parts = [one_line(item, field) for item in value if not isinstance(item, list)]
        known = [part for part in parts if part]
        return clipped(", ".join(known), field) if len(known) == len(value) else None
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    if isinstance(value, int) and value.bit_length() > _MAX_BITS:
        return None
    return clipped(str(value), field)


def clipped(value: str, field: str) -> str:
    """Clip to one line without control characters, at most as long as the field may be."""
    line = " ".join("".join(char if char.isprintable() or char.isspace() else " " for char in value).split())
    longest = _MAX_LENGTH.get(field, _MAX_OTHER_LENGTH)
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def is_web_address(value: str) -> bool:
    """Tell whether the value is an http or https address with a host, no spaces, short enough to keep whole."""
    if len(value) > _MAX_LENGTH["url"] or any(char.isspace() or char in '<>"' for char in value):
        return False
    try:
        parts = urlsplit(value)
        return parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return False
