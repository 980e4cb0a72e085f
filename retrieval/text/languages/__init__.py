"""Word lists and tables of single languages."""
