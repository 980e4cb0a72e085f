"""Audit: the text and the files that are not indexed, each with the reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from rich.text import Text

from retrieval.cli.options import print_json, print_line, stdout
from retrieval.cli.output.json import finding_document, omission_document
from retrieval.cli.output.sanitising import sanitise
from retrieval.cli.output.text import MAX_WIDTH, shortened
from retrieval.storage.articles import ArticleReader


def show_audit(
    reader: ArticleReader, *, reason: str | None, article_id: str | None, summary: bool, as_json: bool
) -> None:
    """Print what is not indexed, or count it by reason.

    Raises:
        UnknownArticleError: when there is no such article.
    """
    wanted = (reason or "").casefold()
    documents = [each for each in _documents(reader, article_id) if each["reason"].casefold().startswith(wanted)]
    if summary:
        counts = Counter(each["reason"] for each in documents)
        if as_json:
            print_json(dict(counts.most_common()))
        for name, count in () if as_json else counts.most_common():
            print_line(f"{count:>7,}  {name}")
    elif as_json:
        print_json(documents)
    else:
        for each in documents:
            _show(each)


def _documents(reader: ArticleReader, article_id: str | None) -> Iterator[dict[str, Any]]:
    known = None if article_id is None else reader.known_id(article_id)
    for article in reader.articles():
        if known in {None, article.article_id}:
            text, omissions = reader.omissions(article.article_id)
            yield from (omission_document(article, omission, text) for omission in omissions)
    if known is None:
        yield from map(finding_document, reader.findings())


def _show(document: dict[str, Any]) -> None:
    place = f"{document['file']}:{document['line']}" if document["line"] else document["file"]
    detail = f" ({document['detail']})" if document["detail"] else ""
    stdout.print(Text(sanitise(f"{place}  {document['reason']}{detail}"), style="green"), soft_wrap=True)
    if document["text"]:
        stdout.print(Text(f"    {shortened(document['text'])}"), width=min(stdout.width, MAX_WIDTH))
