"""The articles are opened beside everything else: that takes seconds, and the first time, with indexing, far longer."""

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


class Opening:
    """Use as a context manager: articles that were opened are closed at its end."""

    def __init__(self, articles: Articles) -> None:
        self.articles = articles
        self._opened = False

    def __enter__(self) -> Opening:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._opened:
            self.articles.__exit__(kind, error, trace)

    async def run(self) -> None:
        """Open the articles in a thread of their own. Raises RetrievalError, OSError."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()

        def tell(error: BaseException | None) -> None:
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
                # What has been loaded stays: half a million objects, which took 0.27 s to look through for garbage each
                # time, with every question waiting. From here on the collector passes them over.
                gc.collect()
                gc.freeze()
            except BaseException as caught:  # noqa: BLE001 - raised where it is waited for
                error = caught
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(tell, error)

        _log.info("Opening the articles")
        # A daemon: nobody who ends the bot waits for it.
        threading.Thread(target=work, name=_NAME, daemon=True).start()
        await done
