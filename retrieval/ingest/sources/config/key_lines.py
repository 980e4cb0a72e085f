"""Lines of a TOML document's keys, which its parser does not give."""

from __future__ import annotations

import re
from collections.abc import Iterator

KeyPath = tuple[str, ...]
_PART = re.compile(r"""[ \t]*+(?:([\w-]++)|"((?:[^"\\\n]|\\.)*+)"|'([^'\n]*+)')[ \t]*+""")
_MULTILINE = re.compile(r'"""|\'\'\'')


def key_lines(text: str) -> dict[KeyPath, int]:
    """Line of each table and key, by its path; of a key that stands twice, the first.

    Multi-line strings are passed over by their quotation marks. It serves messages only: what it misses costs a line
    number.
    """
    found: dict[KeyPath, int] = {}
    table: KeyPath = ()
    closing = ""
    for number, line in enumerate(text.split("\n"), start=1):
        opened = closing
        closing = _open_string(line, closing)
        if opened:
            continue
        stripped = line.strip()
        if stripped.startswith("["):
            table = key = _key(stripped.lstrip("["), "]") or table
            above: KeyPath = ()
        else:
            key, above = _key(stripped, "="), table
        for length in range(1, len(key) + 1):
            found.setdefault(above + key[:length], number)
    return found


def line_of(lines: dict[KeyPath, int], path: KeyPath) -> int | None:
    """Line of the key, or of the nearest table or key that holds it."""
    return next((lines[path[:length]] for length in range(len(path), 0, -1) if path[:length] in lines), None)


def _key(text: str, end: str) -> KeyPath:
    """The dotted key that begins the text and is followed by ``end``; empty if there is none."""
    parts = []
    for part, position in _parts(text):
        parts.append(part)
        if text.startswith(end, position):
            return tuple(parts)
    return ()


def _parts(text: str) -> Iterator[tuple[str, int]]:
    position = 0
    while match := _PART.match(text, position):
        yield next(group for group in match.groups() if group is not None), match.end()
        if not text.startswith(".", match.end()):
            return
        position = match.end() + 1


def _open_string(line: str, closing: str) -> str:
    """The quotation marks that still have to close a multi-line string after this line."""
    comment = line.find("#")
    for match in _MULTILINE.finditer(line):
        if not closing:
            if 0 <= comment < match.start():
                break
            closing = match[0]
        elif match[0] == closing:
            closing = ""
    return closing
