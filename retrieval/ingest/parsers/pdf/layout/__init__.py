"""Layout of a document: which lines are furniture, headings, notes, tables and paragraphs."""
