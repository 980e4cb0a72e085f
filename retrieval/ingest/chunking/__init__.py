"""Chunking: body blocks to passages of bounded length, each with the sentence that gives its context."""
