"""Imports discord.py before warnings are errors: on Python 3.11 and 3.12 it imports a module on its way out."""

import warnings

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", message="'audioop' is deprecated", category=DeprecationWarning)
    import discord  # noqa: F401
