"""Validation, analysis and follow-ups of questions."""
