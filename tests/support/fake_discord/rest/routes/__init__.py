"""The HTTP routes, a module for each corner of the API."""
