"""Times indexing and asking on synthetic corpora, beside the plain pipeline."""
