"""discord.py imports a module that Python 3.13 no longer has, and says so once; that is no failure of a test."""

from __future__ import annotations

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import discord  # noqa: F401 - imported for the first time here
