"""The small checks that limits are made of; each adds to a list of problems."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.support.fake_discord.rest.errors import Problem

Path = tuple[str | int, ...]
REQUIRED = ("BASE_TYPE_REQUIRED", "This field is required")


class Problems(list[Problem]):
    """Everything that is wrong with one body."""

    def at(self, path: Path, name: str, message: str) -> None:
        """One more problem."""
        self.append((path, name, message))

    def required(self, path: Path) -> None:
        """A field is missing."""
        self.at(path, *REQUIRED)

    def text(self, path: Path, value: Any, longest: int, shortest: int = 0) -> int:
        """The length of an optional text, after it was held against its limits. In code points, as Discord counts."""
        if value is None:
            if shortest:
                self.required(path)
            return 0
        if not isinstance(value, str):
            self.at(path, "STRING_TYPE_CONVERT", f"Could not interpret {value!r} as string.")
            return 0
        if shortest and not value:
            self.required(path)
        elif len(value) > longest or len(value) < shortest:
            self._length(path, shortest, longest)
        return len(value)

    def number_of(self, path: Path, values: Sequence[Any], most: int, fewest: int = 0) -> None:
        """The number of entries of a list."""
        if not fewest <= len(values) <= most:
            self._length(path, fewest, most)

    def choice(self, path: Path, value: Any, choices: Sequence[Any]) -> None:
        """One of the values that are known."""
        if value not in choices:
            listed = ", ".join(repr(each) for each in choices)
            self.at(path, "BASE_TYPE_CHOICES", f"Value must be one of ({listed}).")

    def url(self, path: Path, value: Any, schemes: tuple[str, ...] = ("http", "https")) -> None:
        """An optional web address."""
        if value is None:
            return
        self.text(path, value, 2048)
        scheme, _, rest = str(value).partition("://")
        if scheme not in schemes:
            message = f'Scheme "{scheme}" is not supported. Scheme must be one of {schemes!r}.'
            self.at(path, "URL_TYPE_INVALID_SCHEME", message)
        elif not rest or any(character.isspace() for character in rest):
            self.at(path, "URL_TYPE_INVALID_URL", "Not a well formed URL.")

    def _length(self, path: Path, shortest: int, longest: int) -> None:
        if shortest:
            self.at(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {shortest} and {longest} in length.")
        else:
            self.at(path, "BASE_TYPE_MAX_LENGTH", f"Must be {longest} or fewer in length.")
