"""What a question asks: validation, analysis, follow-ups."""
