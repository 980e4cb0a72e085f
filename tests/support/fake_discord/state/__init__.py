"""State of the Discord double, and its changes."""
