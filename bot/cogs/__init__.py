"""Commands, messages and buttons: each reads what Discord sent, calls the desk and sends the reply."""
