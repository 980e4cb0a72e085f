"""The bot as a process: built, connected, monitored, stopped."""
