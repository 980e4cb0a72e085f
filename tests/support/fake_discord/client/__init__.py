"""People: what the client lets them do, and what it shows them."""
