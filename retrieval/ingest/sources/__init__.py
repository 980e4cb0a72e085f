"""Where documents come from: a folder, and the catalog that describes it."""
