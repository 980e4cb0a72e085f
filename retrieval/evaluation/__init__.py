"""Measures finding and declining on questions with known answers."""
