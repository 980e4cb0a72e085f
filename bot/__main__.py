"""``pullquote-bot``: handle signals and read the environment before the large imports, then run."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading

from retrieval.core.system import exit_on

__all__ = ["main"]


def main() -> None:
    """Run until SIGTERM or Ctrl-C. Exit codes: 0 ended, 1 failed, 2 unusable settings or articles, 3 turned away."""
    # Until the event loop handles them: the first process of a container gets no signal that it does not handle, and
    # the imports take seconds on a cold disk.
    exit_on(0, signal.SIGTERM, signal.SIGINT)
    from retrieval.core.settings.environment import variables_or_exit

    environ = variables_or_exit("pullquote-bot")
    from bot.observability.logging import thread_failed
    from bot.runtime.app import run

    threading.excepthook = thread_failed
    code = run(environ)
    logging.shutdown()
    sys.stderr.flush()
    # Everything is closed and written. An orderly shutdown of all libraries would take seconds more, and a load that is
    # under way cannot be cancelled; the data folder survives that.
    os._exit(code)


if __name__ == "__main__":
    main()
