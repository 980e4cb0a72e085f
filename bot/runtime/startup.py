"""Loads the articles in the background: that takes seconds, and far longer at the first start, which indexes them."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import threading
from types import TracebackType

from bot.services.library import Articles

_log = logging.getLogger(__name__)
_NAME = "opening"


class BackgroundLoad:
    """Opens the articles in a thread. Use as a context manager, which closes them if they were opened."""

    def __init__(self, articles: Articles) -> None:
        self.articles = articles
        self._opened = False

    def __enter__(self) -> BackgroundLoad:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._opened:
            self.articles.__exit__(kind, error, trace)

    async def run(self) -> None:
        """Open the articles in a thread of their own.

        Raises:
            RetrievalError, OSError: when they cannot be opened or indexed.
        """
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()

        def finish(error: BaseException | None) -> None:
            if done.done():
                return
            if error is None:
                done.set_result(None)
            else:
                done.set_exception(error)

        def work() -> None:
            error: BaseException | None = None
            try:
                self.articles.__enter__()
                self._opened = True
                # A full collection of the half million loaded objects took 0.27 s, with every question waiting.
                # Frozen objects are skipped.
                gc.collect()
                gc.freeze()
            except BaseException as caught:  # noqa: BLE001 - raised in the event loop
                error = caught
            with contextlib.suppress(RuntimeError):  # the loop is closed
                loop.call_soon_threadsafe(finish, error)

        _log.info("Opening the articles")
        # A daemon thread, so that the end of the bot does not wait for it.
        threading.Thread(target=work, name=_NAME, daemon=True).start()
        await done
