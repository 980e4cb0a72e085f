"""Shared by the cogs: the interaction flow, checks, autocomplete, error messages."""
