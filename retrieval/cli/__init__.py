"""The command line."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

from retrieval.core.environment import variables
from retrieval.core.errors import SettingsError

__all__ = ["main"]


def _leave(_signal: int, _frame: FrameType | None) -> None:
    os._exit(130)


def main() -> None:
    """Run the command line. Ctrl-C ends it silently during the imports too, when nothing has been opened yet."""
    usual = signal.getsignal(signal.SIGINT)
    if usual is signal.default_int_handler:
        signal.signal(signal.SIGINT, _leave)
    try:
        variables()
        from retrieval.cli import app
    except SettingsError as error:
        sys.stderr.write(f"pullquote: {error}\n")
        sys.exit(2)
    finally:
        if usual is signal.default_int_handler:
            signal.signal(signal.SIGINT, usual)
    app.main()
