"""Which version of the program this is."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed


@cache
def version() -> str:
    """As installed; "unknown" where it runs without being installed."""
    try:
        return installed("pullquote")
    except PackageNotFoundError:
        return "unknown"
