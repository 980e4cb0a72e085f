"""Ranked passages to an answer: confidence, quotes, highlights, conflicts."""
