"""Findings of an indexing run about files that are left out although nothing is wrong with them."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class FindingKind(StrEnum):
    """Kind of a finding."""

    DUPLICATE = "same content as another file"
    NO_TEXT = "no text"
    UNKNOWN_FORMAT = "format that is not read"
    EXCLUDED = "excluded"
    UNSAFE = "not taken out of its archive"
    PARTLY_READ = "a part of it"


class Finding(NamedTuple):
    """A file that is no article of its own, or is read in part, with the reason.

    ``file`` is relative to the corpus folder.
    """

    kind: FindingKind
    file: str
    detail: str = ""
