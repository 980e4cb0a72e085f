"""Reader of a PDF's words, document information and bookmarks, by PDFium."""

from __future__ import annotations

import ctypes
import math
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from functools import lru_cache
from typing import NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium

from retrieval.core.errors import CorpusFileError
from retrieval.ingest.parsers.pdf.page.boxes import Style, Word
from retrieval.ingest.parsers.pdf.page.letters import BLANKS, Letters

MAX_PAGES = 10_000
MAX_GLYPHS_OF_A_PAGE = 1_200_000  # blanks between them included
_MAX_BOOKMARKS = 20_000
_MAX_TITLE = 500  # characters of a bookmark
_INFO = ("Title", "Author", "CreationDate")
_MAX_NAME = 128  # bytes of a font's name
_FORCE_BOLD = 1 << 18
_FIXED_PITCH = 1
_BOLD_NAMES = ("bold", "black", "heavy", "demi", "cmbx", "sfbx", "ecbx", "-bd")
_MONO_NAMES = ("courier", "mono", "consolas", "cmtt", "sftt", "ectt", "menlo", "typewriter")


class Bookmark(NamedTuple):
    """Entry of the outline; ``level`` and ``page`` count from 1."""

    title: str
    level: int
    page: int


class PdfFile:
    """An open PDF; pages are loaded one at a time.

    Raises:
        CorpusFileError: if it cannot be opened, wants a password or has too many pages.
    """

    def __init__(self, source: bytes, file: str) -> None:
        self._file = file
        try:
            self._pdf = pypdfium2.PdfDocument(source)
        except pypdfium2.PdfiumError as exc:
            if exc.err_code == pdfium.FPDF_ERR_PASSWORD:
                remedy = "Save it without one, for example with: qpdf --decrypt"
                raise CorpusFileError(file, "it needs a password", remedy) from exc
            if exc.err_code == pdfium.FPDF_ERR_SECURITY:
                remedy = "Save it without protection."
                raise CorpusFileError(file, "its protection is of a kind that cannot be read", remedy) from exc
            remedy = "Open it in a viewer and save it again, or remove it."
            raise CorpusFileError(file, "it is no PDF that can be read (damaged or cut off)", remedy) from exc
        self.pages = len(self._pdf)
        #: Characters read so far, and those among them that the fonts give no meaning.
        self.letters = self.unknown = 0
        if self.pages > MAX_PAGES:
            self.close()
            problem = f"it has {self.pages:,} pages, more than {MAX_PAGES:,}"
            raise CorpusFileError(file, problem, "Split it into parts.")

    def close(self) -> None:
        """Free PDFium's memory."""
        self._pdf.close()

    def info(self) -> dict[str, str]:
        """Title, author and creation date, as the file states them."""
        return {key: self._pdf.get_metadata_value(key) for key in _INFO}

    def language(self) -> str:
        """Language of the document's catalog ("de-DE"), or nothing."""
        size = pdfium.FPDFCatalog_GetLanguage(self._pdf, None, 0)
        if not 2 < size < 100:
            return ""
        buffer = (ctypes.c_ushort * (size // 2))()
        pdfium.FPDFCatalog_GetLanguage(self._pdf, buffer, size)
        return bytes(buffer)[: size - 2].decode("utf-16-le", "replace")

    def bookmarks(self) -> list[Bookmark]:
        """The outline, as far as its entries lead to pages of this file."""
        found = []
        for count, entry in enumerate(self._pdf.get_toc(max_depth=6)):
            if count == _MAX_BOOKMARKS:
                break
            destination = entry.get_dest()
            page = destination.get_index() if destination else None
            title = " ".join(entry.get_title()[:_MAX_TITLE].split())
            if page is not None and title:
                found.append(Bookmark(title, entry.level + 1, page + 1))
        return found

    def words(self, page: int) -> list[Word]:
        """Words of a page (from 1) in the file's order; none of a page that cannot be read.

        Raises:
            CorpusFileError: if the page has too many characters.
        """
        try:
            with closing(self._pdf.get_page(page - 1)) as opened, closing(opened.get_textpage()) as text:
                count = text.count_chars()
                if count > MAX_GLYPHS_OF_A_PAGE:
                    problem = f"page {page} has {count:,} characters, more than {MAX_GLYPHS_OF_A_PAGE:,}"
                    raise CorpusFileError(self._file, problem, "Split that page or remove it.")
                letters = Letters()
                placed = list(_words(text.raw, count, letters))
                self.letters += letters.all
                self.unknown += letters.unknown
                return _upright(placed)
        except pypdfium2.PdfiumError:
            return []


class _Placed(NamedTuple):
    word: Word
    quarter: int  # turns by 90 degrees, counterclockwise; -1 if at another angle
    box: tuple[float, float, float, float]  # left, bottom, right, top
    origin: tuple[float, float]


def _words(text: object, count: int, letters: Letters) -> Iterator[_Placed]:
    """Words of a text page: characters between white space whose boxes follow each other."""
    look = _Look(text)
    box = pdfium.FS_RECTF()
    code_of, box_of = pdfium.FPDFText_GetUnicode, pdfium.FPDFText_GetLooseCharBox
    for index in range(count):
        code = code_of(text, index)
        if code in BLANKS:
            if (word := letters.take()) is not None:
                yield look.place(*word)
            letters.blank()
            continue
        if not box_of(text, index, box):
            continue
        left, bottom, right, top = box.left, box.bottom, box.right, box.top
        if letters.breaks(left, bottom, right, top) and (word := letters.take()) is not None:
            yield look.place(*word)
        letters.add(code, index, left, bottom, right, top)
    if (word := letters.take()) is not None:
        yield look.place(*word)


class _Look:
    """Style, base line and direction of the character that a word starts with."""

    def __init__(self, text: object) -> None:
        self._text = text
        self._matrix = pdfium.FS_MATRIX()
        self._x, self._y = ctypes.c_double(), ctypes.c_double()
        self._name = ctypes.create_string_buffer(_MAX_NAME)
        self._flags = ctypes.c_int()

    def place(self, word: str, index: int, box: tuple[float, float, float, float], glued: bool) -> _Placed:
        pdfium.FPDFText_GetMatrix(self._text, index, self._matrix)
        pdfium.FPDFText_GetCharOrigin(self._text, index, self._x, self._y)
        matrix = self._matrix
        size = pdfium.FPDFText_GetFontSize(self._text, index) * math.hypot(matrix.c, matrix.d)
        size = round(min(max(size, 1.0), 1000.0), 1) if math.isfinite(size) else 1.0
        length = pdfium.FPDFText_GetFontInfo(self._text, index, self._name, _MAX_NAME, self._flags)
        name = self._name.value if 0 < length <= _MAX_NAME else b""
        bold, mono = _face(name, self._flags.value)
        angle = math.degrees(math.atan2(matrix.b, matrix.a)) if matrix.a or matrix.b else 0.0
        turns = angle / 90
        quarter = round(turns) % 4 if abs(turns - round(turns)) < 0.05 else -1
        plain = Word(word, box[0], box[2], self._y.value, Style(size, bold, mono), glued)
        return _Placed(plain, quarter, box, (self._x.value, self._y.value))


@lru_cache(maxsize=256)
def _face(name: bytes, flags: int) -> tuple[bool, bool]:
    """If a font is bold, and if all its characters have the same width."""
    lower = name.decode("latin-1").lower()
    bold = bool(flags & _FORCE_BOLD) or lower.endswith("medi") or any(part in lower for part in _BOLD_NAMES)
    return bold, bool(flags & _FIXED_PITCH) or any(part in lower for part in _MONO_NAMES)


def _upright(placed: list[_Placed]) -> list[Word]:
    """Words in the coordinates in which most of them run from left to right; the others last, each as a line."""
    turns = Counter[int]()
    for each in placed:
        turns[each.quarter] += len(each.word.text)
    main = turns.most_common(1)[0][0] if turns else 0
    upright = [_turned(each, main) for each in placed if each.quarter == main]
    floor = min((word.y for word in upright), default=0.0)
    strays = [each.word for each in placed if each.quarter != main]
    x = 0.0
    for index, word in enumerate(strays):  # words of a slanted or turned text in one line below all others
        if index % 200 == 0:
            x, floor = 0.0, floor - 3 * word.style.size
        width = 0.5 * word.style.size * len(word.text)
        upright.append(word._replace(x0=x, x1=x + width, y=floor))
        x += width + 0.25 * word.style.size
    return upright


def _turned(placed: _Placed, quarter: int) -> Word:
    left, bottom, right, top = placed.box
    x, y = placed.origin
    if quarter == 1:
        return placed.word._replace(x0=bottom, x1=top, y=-x)
    if quarter == 2:
        return placed.word._replace(x0=-right, x1=-left, y=-y)
    if quarter == 3:
        return placed.word._replace(x0=-top, x1=-bottom, y=x)
    return placed.word
