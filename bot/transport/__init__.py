"""Requests to Discord: delivery, retries, gateway, tracing."""
