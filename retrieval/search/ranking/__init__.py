"""Scoring, answer types, selection and reranking of candidates."""
