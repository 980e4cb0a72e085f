"""Command line of pullquote."""

from __future__ import annotations

import signal

from retrieval.core.system import exit_on

__all__ = ["main"]


def main() -> None:
    """Run the command line. Ctrl-C ends it silently also during the imports, when nothing is open yet."""
    previous = signal.getsignal(signal.SIGINT)
    if previous is signal.default_int_handler:
        exit_on(130, signal.SIGINT)
    try:
        from retrieval.core.settings.environment import variables_or_exit

        variables_or_exit("pullquote")
        from retrieval.cli import app
    finally:
        if previous is signal.default_int_handler:
            signal.signal(signal.SIGINT, previous)
    app.main()
