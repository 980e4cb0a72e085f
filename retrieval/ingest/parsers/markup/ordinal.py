"""Ordinals of list items: numbers, letters and Roman numerals."""

from __future__ import annotations

_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
    (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip


def ordinal(number: int, style: str = "1") -> str:
    """The ordinal without its dot; ``style`` as HTML's ``type``: 1, a, A, i or I.

    Example:
        >>> ordinal(4, "i"), ordinal(28, "A")
        ('iv', 'AB')
    """
    if style in {"a", "A"} and number > 0:
        words = _letters(number)
    elif style in {"i", "I"} and 0 < number < 4000:
        words = _roman(number)
    else:
        return str(number)
    return words.upper() if style.isupper() else words


def whole_number(value: str | None, default: int) -> int:
    """An attribute's whole number of at most six digits, else ``default``."""
    digits = (value or "").strip()
    plain = digits.removeprefix("-")
    return int(digits) if plain.isascii() and plain.isdecimal() and len(plain) <= 6 else default


def _letters(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("a") + rest) + letters
    return letters


def _roman(number: int) -> str:
    words = ""
    for value, sign in _ROMAN:
        times, number = divmod(number, value)
        words += sign * times
    return words
