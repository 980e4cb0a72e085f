"""The articles are loaded in the background of the start."""

from __future__ import annotations

import gc
from typing import Any

import pytest

from bot.runtime.startup import open_in_background


class OpeningArticles:
    """Articles that open at once, or fail to."""

    def __init__(self, error: Exception | None = None) -> None:
        self._error = error

    def __enter__(self) -> OpeningArticles:
        if self._error is not None:
            raise self._error
        return self


async def test_loaded_objects_are_left_out_of_garbage_collections() -> None:
    """A full collection, model and libraries included, would let all questions wait."""
    articles: Any = OpeningArticles()
    gc.unfreeze()
    try:
        await open_in_background(articles)
        assert gc.get_freeze_count() > 1000
    finally:
        gc.unfreeze()


async def test_an_error_of_the_thread_is_raised_to_the_caller() -> None:
    """The start fails with the error by which the articles could not be opened."""
    articles: Any = OpeningArticles(ValueError("broken"))
    with pytest.raises(ValueError, match="broken"):
        await open_in_background(articles)
