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
_PART = r"""(?:[\w-]++|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+')"""
_LONG_KEY = re.compile(rf"(?<![\w\\-]){_PART}(?:[ \t]*+\.[ \t]*+{_PART}){{32}}")


class MetadataError(ValueError):
    """TOML or YAML that cannot be read. ``line`` counts from 1 in the parsed text, if the parser gives one."""

    def __init__(self, problem: str, line: int | None = None) -> None:
        self.line = line
        super().__init__(" ".join(problem.split())[:120] or "unreadable")


def parse_toml(text: str) -> dict[str, Any]:
    """Parse TOML.

    Raises:
        MetadataError: if it is not valid, nested too deeply, or holds a number or a key beyond all bounds.
    """
    long_key = _LONG_KEY.search(text)
    if long_key:  # the parser's time grows with the square of a key's parts
        raise MetadataError("a key has too many parts", 1 + text.count("\n", 0, long_key.start()))
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        problem, _, place = str(error).partition(" (at line ")
        line = place.partition(",")[0]
        raise MetadataError(problem, int(line) if line.isdecimal() else None) from error


def parse_yaml(text: str) -> object:
    """Parse YAML without aliases.

    Raises:
        MetadataError: if it is not valid, nested too deeply, or holds an alias or a number beyond all bounds.
    """
    try:
        _refuse_hostile(text)
        return yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise MetadataError(error.problem or "", mark.line + 1 if mark else None) from error
    except (yaml.YAMLError, ValueError, RecursionError, OverflowError) as error:
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
