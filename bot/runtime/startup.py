"""Loads the articles in the background: that takes seconds, and far longer at the first start, which indexes them."""

from __future__ import annotations

import asyncio
import gc
import logging
import threading
from concurrent.futures import Future

from bot.services.article_source import Articles

_log = logging.getLogger(__name__)


async def open_in_background(articles: Articles) -> None:
    """Open the articles in a daemon thread, for which the end of the bot does not wait.

    Raises:
        RetrievalError, OSError: when they cannot be opened or indexed.
    """
    opened: Future[None] = Future()
    opened.set_running_or_notify_cancel()  # so that a cancellation of the caller does not reach the thread

    def work() -> None:
        try:
            articles.__enter__()
            # A full collection of the half million loaded objects took 0.27 s, with every question waiting.
            # Frozen objects are skipped.
            gc.collect()
            gc.freeze()
        except BaseException as error:  # noqa: BLE001 - raised in the event loop
            opened.set_exception(error)
        else:
            opened.set_result(None)

    _log.info("Opening the articles")
    threading.Thread(target=work, name="opening", daemon=True).start()
    await asyncio.wrap_future(opened)
