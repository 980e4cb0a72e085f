"""Shared by the cogs: the interaction flow, rendering, error messages."""
