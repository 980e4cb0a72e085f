"""Backups: one file of what cannot be derived, taken in use; a data folder made of it, all or not at all."""
