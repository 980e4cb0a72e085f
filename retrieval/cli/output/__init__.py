"""Terminal text and JSON of every command."""
