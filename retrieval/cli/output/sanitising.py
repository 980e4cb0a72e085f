"""Texts of articles made harmless for a terminal."""

from __future__ import annotations

# Control, direction and invisible characters are replaced by visible signs: an article must not steer the terminal.
_CONTROLS = {code: chr(0x2400 + code) for code in range(32) if chr(code) not in "\n\t"}
_CONTROLS |= {0x7F: "\u2421"} | dict.fromkeys(range(0x80, 0xA0), "\ufffd")
_CONTROLS |= dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C], "\ufffd")
_CONTROLS |= dict.fromkeys([*range(0x200B, 0x200E), 0x2028, 0x2029, 0x2060, 0xFEFF], "\ufffd")
_CONTROLS |= dict.fromkeys([*range(0xD800, 0xE000), 0xFFFE, 0xFFFF], "\ufffd")  # no characters at all


def sanitise(text: str) -> str:
    """Replace control characters one for one, so that offsets stay valid."""
    return text.translate(_CONTROLS)
