"""Blocks to passages of a bounded length, each with the sentence that gives its context."""
