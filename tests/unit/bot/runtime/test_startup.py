"""The articles are loaded in the background of the start."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

import pytest

from bot.runtime.startup import BackgroundLoad


class Shelf:
    """Articles that open at once, or not at all."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.closed = False

    def __enter__(self) -> Shelf:
        if self.error is not None:
            raise self.error
        return self

    def __exit__(self, *_: object) -> None:
        self.closed = True


def opened(shelf: Any) -> None:
    """Open, and close again."""

    async def scene() -> None:
        with BackgroundLoad(shelf) as load:
            await load.run()

    asyncio.run(scene())


def test_what_is_loaded_is_not_searched_for_garbage_again() -> None:
    """A collection of everything, model and libraries too, would let all questions wait."""
    shelf = Shelf()
    gc.unfreeze()
    try:
        opened(shelf)
        assert gc.get_freeze_count() > 1000
    finally:
        gc.unfreeze()
    assert shelf.closed


def test_what_cannot_be_opened_is_raised_where_it_is_waited_for() -> None:
    """And nothing is closed that was not opened."""
    shelf = Shelf(ValueError("broken"))
    with pytest.raises(ValueError, match="broken"):
        opened(shelf)
    assert not shelf.closed
