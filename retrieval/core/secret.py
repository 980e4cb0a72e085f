"""A text that must not be shown, such as a token."""

from __future__ import annotations


class Secret:
    """A text that does not show itself: ``repr`` and ``str`` are masked, ``reveal()`` is written out where used."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def __repr__(self) -> str:
        return "Secret('**********')"

    __str__ = __repr__

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def reveal(self) -> str:
        """The text itself."""
        return self._value
