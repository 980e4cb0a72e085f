"""Cleaning: titles, headings, repeats and boilerplate apart from body text."""
