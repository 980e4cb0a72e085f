"""The bot's own HTTP server."""
