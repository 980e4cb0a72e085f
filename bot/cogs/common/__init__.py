"""Shared by the cogs: the interaction flow, autocomplete, error messages."""
