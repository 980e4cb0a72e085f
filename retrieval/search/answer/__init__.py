"""Decision, quotes, highlights and conflicts of an answer."""
