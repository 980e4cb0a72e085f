"""Parser for tables of texts: CSV, TSV and JSON Lines, a row an article or a passage."""

from retrieval.ingest.parsers.rows.columns import RowColumns
from retrieval.ingest.parsers.rows.parser import parse_rows

__all__ = ["RowColumns", "parse_rows"]
