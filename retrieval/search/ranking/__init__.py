"""Candidates to an order: scoring, answer types, reranking, selection."""
