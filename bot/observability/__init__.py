"""Logs, metrics, health and the request log: what operators see."""
