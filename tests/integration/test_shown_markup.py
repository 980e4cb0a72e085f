"""A Markdown file of every construct, parsed and shown in every place: no mark of it can be seen anywhere."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console

from bot.ui.articles import article_pages
from bot.ui.markup.pages import Form, paged
from bot.ui.quotes import quote_panel
from retrieval.cli.output.json import quote_document
from retrieval.cli.output.text import print_quote
from retrieval.core.display import within
from retrieval.core.types import Quote
from retrieval.ingest.parsers.markup.markdown import parse_markdown
from retrieval.storage.articles import Paragraph
from tests.support.doubles.builders import quote
from tests.support.doubles.fake_articles import summary

SOURCE = """\
# Leave **policy** { #leave .x }

Ask for **ten** days, *early*, ~~late~~, with `ask_now()` or [the form](https://forms.example/a_b) or
[the guide](../guide.md#part "Guide") &amp; wait <br> a day.[^1] ![A picture](picture.png)

!!! tip "Hint"
    Read the **list**{: .note } first.

:::note
Inside a fence of colons.
:::

- First point
  goes on
  - Nested `point`
- [x] Done
- [ ] To do

1. One
2. Two

```python hl_lines="1 2"
def leave(days):
    return days
```

> Said in a *quotation*
> over two lines.

| Name | Days |
|:-----|-----:|
| `sick` | **30** |
| unpaid |  |

Term
: Its ==meaning== in {{ "words" }}

<div class="x">

Within a block.

</div>

<!-- a remark -->

[^1]: A note below.
"""
#: What only the source has.
RAW = re.compile(
    r"\*\*|~~|\]\(|\[\^|!\[|\{[:#%]|\{\{|:::|!!!|^#|^> |^\|?[:| -]*---|&amp;|</?\w|<!--|hl_lines|==|^: |\[[ x]\]",
    re.MULTILINE,
)


def quotes() -> list[Quote]:
    """A quote of each block, and one of the whole."""
    blocks, annotations = parse_markdown(SOURCE)
    spans = [(block.start, block.end) for block in blocks] + [(0, len(SOURCE))]
    return [
        quote(
            SOURCE[start:end],
            annotations=tuple(each.moved(100) for each in within(annotations, start, end)),
            highlights=((0, (end - start) // 2),),
        )
        for start, end in spans
    ]


@pytest.mark.parametrize("found", quotes(), ids=lambda each: each.text[:20])
def test_no_mark_is_shown(found: Quote) -> None:
    """Neither JSON's display nor the terminal nor Discord shows a mark of the file."""
    assert RAW.findall(quote_document(found)["display"]) == []
    console = Console(file=io.StringIO(), width=100)
    print_quote(console, found, 100)
    assert isinstance(console.file, io.StringIO)
    assert RAW.findall(re.sub(r"(?m)^▌ ", "", console.file.getvalue())) == []
    for form in Form:
        for page in paged([quote_panel(found, {}, 0)], form):
            for markup in (page.content or "", *(embed.description or "" for embed in page.embeds)):
                assert RAW.findall(_without_own_marks(markup)) == []


def test_an_article_s_paragraphs_show_no_mark() -> None:
    """Nor do the numbered paragraphs of an article."""
    blocks, annotations = parse_markdown(SOURCE)
    paragraphs = [
        Paragraph(each.number, each.start, each.end, SOURCE[each.start : each.end], None,
                  within(annotations, each.start, each.end))
        for each in blocks
    ]  # fmt: skip
    pages = article_pages(summary("a"), paragraphs)
    shown = "\n".join(embed.description or "" for page in pages for embed in page.embeds)
    assert RAW.findall(_without_own_marks(shown)) == []


def _without_own_marks(markup: str) -> str:
    """Markup without what Discord renders: quotes, bold, strike, links, fences."""
    plain = re.sub(r"(?m)^> (?:│ )?", "", markup)
    plain = re.sub(r"\[([^\[\]]*)\]\(https://forms\.example/a_b\)", r"\1", plain)
    plain = re.sub(r"(?<!\\)(?:\*\*|__|~~)", "", plain)
    return re.sub(r"\\([^0-9A-Za-z\s])", r"\1", plain)
