"""Finding what cleaning leaves out: boilerplate, comments, headings, repeats."""
