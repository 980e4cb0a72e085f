"""The bot under test: its process, a session with it, and what its messages show."""
