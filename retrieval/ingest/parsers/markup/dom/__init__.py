"""Trees of HTML elements: decoding and parsing, what is text in them, and what a page states of itself."""
