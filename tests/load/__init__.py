"""The bot under load for as long as one likes: python -m tests.load --help."""
