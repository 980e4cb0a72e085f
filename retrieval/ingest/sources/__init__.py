"""Sources of documents: a folder, and the catalog that describes it."""
