"""Backup, restore and health checks of a data folder."""
