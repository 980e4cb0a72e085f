"""What a Discord consists of, and how it changes."""
