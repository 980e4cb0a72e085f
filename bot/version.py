"""Which version of the program this is."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed


@cache
def version() -> str:
    """As installed; "not installed" where it runs without being installed."""
    try:
        return installed("pullquote")
    except PackageNotFoundError:
        return "not installed"
