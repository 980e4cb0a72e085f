"""Language processing: tokens, stems, sentences, quotation marks, encoding repair. Pure functions of text."""
