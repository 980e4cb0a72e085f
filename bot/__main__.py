"""``pullquote-bot``: what has to be in order before the bot itself, with all its libraries, is imported."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from types import FrameType

from retrieval.core.environment import variables
from retrieval.core.errors import SettingsError

__all__ = ["main"]


def _leave(_signal: int, _frame: FrameType | None) -> None:
    os._exit(0)


def main() -> None:
    """Run until SIGTERM or Ctrl-C. Exit codes: 0 ended, 1 failed, 2 unusable settings or articles, 3 turned away."""
    # Until the event loop listens to them. The first process of a container is not even sent a signal that it does
    # not handle, and the imports take seconds on a cold disk.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)
    try:
        environ = variables()
    except SettingsError as error:
        sys.stderr.write(f"pullquote-bot: {error}\n")
        sys.exit(2)
    from bot.observability.logging import thread_failed
    from bot.runtime.app import run

    threading.excepthook = thread_failed
    code = run(environ)
    logging.shutdown()
    sys.stderr.flush()
    # Everything is closed and written. To take all libraries down in good order would take seconds more, and an opening
    # that is under way cannot be called off: the data folder stands that.
    os._exit(code)


if __name__ == "__main__":
    main()
