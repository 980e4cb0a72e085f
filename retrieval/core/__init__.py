"""Shared by every other package: types, errors, settings, timing. Imports nothing of the project."""
