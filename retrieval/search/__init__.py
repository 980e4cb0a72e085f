"""Questions to answers: query analysis, ranking, confidence, quotes."""
