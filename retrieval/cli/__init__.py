"""The command line."""

from retrieval.cli.app import app, main

__all__ = ["app", "main"]
