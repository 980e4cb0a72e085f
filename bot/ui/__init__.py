"""Rendering of answers, articles and reports as messages within Discord's limits. Pure."""
