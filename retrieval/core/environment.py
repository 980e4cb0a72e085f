"""The variables that a program is started with; for the command lines only."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values

from retrieval.core.errors import SettingsError


def variables(environ: Mapping[str, str] = os.environ, file: Path = Path(".env")) -> dict[str, str]:
    """The variables of ``file`` and of the environment; the latter go before the former. Raises SettingsError.

    A program asks for them before it imports anything large: a library reads a file of that name too when it is
    imported, and fails with a traceback where that cannot be read.
    """
    try:
        found = {name: value for name, value in dotenv_values(file).items() if value is not None}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(str(file), "it cannot be read; save it as UTF-8 text that this user may read") from error
    return {**found, **environ}
