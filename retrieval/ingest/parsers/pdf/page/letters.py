"""Letters of a word as they come from the page: ligatures, accents drawn apart, line-end hyphens, raised numbers."""

from __future__ import annotations

import unicodedata

Box = tuple[float, float, float, float]  # left, bottom, right, top

_LINE_END_HYPHEN = 2  # PDFium's sign for a hyphen at the end of a line
_UNKNOWN = frozenset({0xFFFE, 0xFFFF, 0xFFFD})
#: Accents that old fonts draw before the letter they belong to.
_ACCENTS = {"\xa8": "\u0308", "\xb4": "\u0301", "`": "\u0300", "\u02c6": "\u0302", "\u02dc": "\u0303",
            "\u02c7": "\u030c", "\xb8": "\u0327", "\u02da": "\u030a", "\xaf": "\u0304"}  # fmt: skip
#: Ligatures in the places that TeX's fonts have them, where a font does not say what its characters mean.
_TEX = {0x1B: "ff", 0x1C: "fi", 0x1D: "fl", 0x1E: "ffi", 0x1F: "ffl"}
#: What a code stands for other than its own character: those above, ligatures, Windows' code page, bullets of symbol
#: fonts in the private use area.
_MEANT = {
    **{code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)},
    **{code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)},
    **_TEX,
    _LINE_END_HYPHEN: "-",
    0x88: "\u2022",
    0xF02D: "\u2013",
    0xF0FC: "\u2713",
    0xF0A7: "\u25aa",
    **dict.fromkeys((0xF0B7, 0xF0A8, 0xF0D8), "\u2022"),
}
_SPACES = {code for code in range(0x80, 0x3001) if chr(code).isspace()}
#: Codes of white space and of control characters.
BLANKS = frozenset(range(0x21)) - {_LINE_END_HYPHEN} - set(_TEX) | {0x7F, 0x200B, 0xFEFF} | _SPACES


class Letters:
    """Collects the letters of one word after the other."""

    def __init__(self) -> None:
        self._letters: list[str] = []
        self._first = 0
        self._box: Box = (0.0, 0.0, 0.0, 0.0)
        self._last: Box = (0.0, 0.0, 0.0, 0.0)
        self._own_glued = self._glued = False  # this word, the next word follows without a blank
        self._accent = ""
        self._high = 0  # first half of a character outside the basic plane
        #: Characters that the fonts give no meaning, and all.
        self.unknown = self.all = 0

    def breaks(self, left: float, bottom: float, right: float, top: float) -> bool:
        """True if a letter in this box cannot belong to the word so far; says whether it follows closely."""
        if not self._letters or self._accent:
            return False
        last, box = self._last, (left, bottom, right, top)
        if _follows(last, box) or _follows(_mirrored(last), _mirrored(box)):
            return False
        height = max(top - bottom, last[3] - last[1])
        beside = max(left - last[2], last[0] - right) < 0.15 * height
        self._glued = beside and bottom < last[3] and last[1] < top
        return True

    def add(self, code: int, index: int, left: float, bottom: float, right: float, top: float) -> None:
        """Add the character of that code, the ``index``-th of the page."""
        char = self._char(code)
        if not char:
            return
        box = (left, bottom, right, top)
        if not self._letters:
            self._first, self._box = index, box
            self._own_glued, self._glued = self._glued, False
        if char in _ACCENTS:
            self._accent = char
        elif self._accent:
            overlap = min(right, self._last[2]) - max(left, self._last[0])
            if char.isalpha() and overlap > 0.3 * (self._last[2] - self._last[0]):
                self._letters.pop()
                char = unicodedata.normalize("NFC", char + _ACCENTS[self._accent])
            self._accent = ""
        self._letters.append(char)
        self._last = box
        own = self._box
        self._box = (min(own[0], left), min(own[1], bottom), max(own[2], right), max(own[3], top))

    def blank(self) -> None:
        """The next word follows after white space."""
        self._glued = False

    def take(self) -> tuple[str, int, Box, bool] | None:
        """The word so far, the index of its first character, its box, and if it follows the one before closely."""
        if not self._letters:
            return None
        word = "".join(self._letters)
        taken = (word, self._first, self._box, self._own_glued)
        self._letters = []
        self._accent = ""
        return taken

    def _char(self, code: int) -> str:
        """The character of a code, empty where it has no meaning."""
        self.all += 1
        high, self._high = self._high, code if 0xD800 <= code < 0xDC00 else 0
        if 0xD800 <= code < 0xE000:
            return chr(0x10000 + ((high - 0xD800) << 10) + code - 0xDC00) if high and code >= 0xDC00 else ""
        if (meant := _MEANT.get(code)) is not None:
            return meant
        if code < 0x7F:
            return chr(code)
        char = chr(code) if code < 0x110000 else ""
        if not char or code in _UNKNOWN or unicodedata.category(char) in ("Cc", "Cn", "Co"):
            self.unknown += 1
            return ""
        return char


def _follows(before: Box, after: Box) -> bool:
    """True if ``after`` stands beside ``before`` on the same line, at most a little apart."""
    height = max(after[3] - after[1], before[3] - before[1])
    edge = 0.02 * height
    if abs(after[1] - before[1]) > edge or abs(after[3] - before[3]) > edge:
        return False
    return -0.6 * height < after[0] - before[2] < 0.3 * height or -0.1 * height < before[0] - after[2] < 0.3 * height


def _mirrored(box: Box) -> Box:
    """The box with its axes exchanged."""
    return (box[1], box[0], box[3], box[2])
