"""Commands, messages and buttons: each cog reads the event, calls a service and sends the reply."""
