"""Trees of docutils: directives and roles for reStructuredText of any origin, and the blocks of a tree."""
