"""Hostile files: mutants of small samples of every format, and bombs."""
