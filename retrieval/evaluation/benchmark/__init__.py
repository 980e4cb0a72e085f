"""Benchmarks of indexing and asking on synthetic corpora, against a plain pipeline."""
