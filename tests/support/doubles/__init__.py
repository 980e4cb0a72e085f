"""Stand-ins: an embedder without a model, indexes in memory, articles and quotes made from words."""
