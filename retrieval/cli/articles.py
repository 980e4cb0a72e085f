"""``pullquote sources`` and ``pullquote source``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.text import Text

from retrieval.cli.options import CorpusOption, HomeOption, JsonOption, print_json, settings_from, stdout
from retrieval.cli.output.json import article_document, omission_document
from retrieval.cli.output.quotation import quotation
from retrieval.cli.output.sanitising import sanitise
from retrieval.cli.output.text import MAX_WIDTH, article_heading, shortened
from retrieval.core.display import display
from retrieval.core.types import ArticleSummary
from retrieval.storage.articles import ArticleReader, Paragraph, open_articles


def sources(
    audit: Annotated[bool, typer.Option("--audit", help="List all text that is not indexed, with the reason.")] = False,
    as_json: JsonOption = False,
    home: HomeOption = None,
    corpus: CorpusOption = None,
) -> None:
    """List the articles.

    With --audit it lists every piece of their text that is not indexed.

    Example: pullquote sources --audit
    """
    with open_articles(settings_from(home, corpus)) as reader:
        articles = reader.articles()
        if audit:
            _audit(reader, articles, as_json=as_json)
        elif as_json:
            print_json([article_document(article) for article in articles])
        else:
            for article in articles:
                stdout.print(article_heading(article), width=min(stdout.width, MAX_WIDTH))
                for repair in article.repairs:
                    line = f"  repaired in line {repair.line}: {repair.before} → {repair.after}"
                    stdout.print(Text(sanitise(line), style="dim"))
                for name in article.files[1:]:
                    stdout.print(Text(f"  the same text as {sanitise(name)}", style="dim"))
                stdout.print()


def _audit(reader: ArticleReader, articles: list[ArticleSummary], *, as_json: bool) -> None:
    documents = [
        omission_document(article, omission, text)
        for article in articles
        for text, omissions in [reader.omissions(article.article_id)]
        for omission in omissions
    ]
    if as_json:
        print_json(documents)
        return
    for document in documents:
        place = f"{document['file']}:{document['line']}"
        detail = f" ({document['detail']})" if document["detail"] else ""
        stdout.print(Text(sanitise(f"{place}  {document['reason']}{detail}"), style="green"))
        stdout.print(Text(f"    {shortened(document['text'])}"), width=min(stdout.width, MAX_WIDTH))


def source(
    article_id: Annotated[str, typer.Argument(metavar="ID", help="The article's id, as `sources` lists it.")],
    as_json: JsonOption = False,
    home: HomeOption = None,
    corpus: CorpusOption = None,
) -> None:
    """Print an article with numbered paragraphs.

    Paragraphs that are not indexed are marked.

    Example: pullquote source 001_c89cddc9c1940466
    """
    with open_articles(settings_from(home, corpus)) as reader:
        summary, paragraphs = reader.read(article_id)
    if as_json:
        listed = [
            {
                "paragraph": p.number,
                "start": p.start,
                "end": p.end,
                "left_out": p.left_out,
                "text": p.text,
                "display": display(p.text, p.annotations).text,
            }
            for p in paragraphs
        ]
        print_json(article_document(summary) | {"text": listed})
        return
    width = min(stdout.width, MAX_WIDTH)
    stdout.print(article_heading(summary), width=width)
    for paragraph in paragraphs:
        stdout.print()
        _print_paragraph(paragraph, width)


def _print_paragraph(paragraph: Paragraph, width: int) -> None:
    number, margin = Text.assemble((f"{paragraph.number:>4} ", "cyan")), Text("     ")
    if paragraph.left_out:
        body = Text.assemble((f"[{paragraph.left_out}] ", "yellow"), (sanitise(paragraph.text), "dim"))
        lines: Iterable[RenderableType] = (margin + line for line in body.wrap(stdout, width - 5))
    else:
        lines = quotation(stdout, paragraph.text, paragraph.annotations, width=width, bar=margin)
    for index, line in enumerate(lines):
        if not isinstance(line, Text):
            stdout.print(line, width=width)
        elif index == 0:
            stdout.print(number + line[len(margin) :], soft_wrap=True)
        else:
            stdout.print(line, soft_wrap=True)
