"""What is shown of Markdown is what a reader of the rendered page sees; everything else is an annotation."""

from __future__ import annotations

import pytest

from retrieval.core.display import display, within
from retrieval.ingest.parsers.blocks import BlockKind
from retrieval.ingest.parsers.markup.markdown import parse_markdown


def shown(text: str) -> list[tuple[BlockKind, str]]:
    """Kind and display of each block that shows something."""
    blocks, annotations = parse_markdown(text)
    displays = [display(text[each.start : each.end], within(annotations, each.start, each.end)) for each in blocks]
    return [(block.kind, each.text) for block, each in zip(blocks, displays, strict=True) if each.text]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a **b *c*** ~~d~~ __e__ f_g_h", "a b c d e f_g_h"),
        ("`` a`b `` and `c  d`", "a`b and c  d"),
        ("[a *b*](c.md \"d\") <https://e.org> [f][g]\n\n[g]: h", "a b https://e.org f"),
        ("a ![b](c) d", "a d"),
        ("a <b>c</b><!-- d --> e<br>f", "a c e\nf"),
        (r"\*a\* 1 &lt; 2 &amp;&#33;", "*a* 1 < 2 &!"),
        ("a\\\nb  \nc", "a\nb  \nc"),
        ("https://a.org/b_c_d (https://e.org/f).", "https://a.org/b_c_d (https://e.org/f)."),
        ("a[^1] b [^2]\n\n[^1]: c", "a b [^2]"),
        ("*a [b](c) **d*", "*a b *d"),
        ("[a](b){ .button } [c](d){target=_blank}", "a c"),
        ("a {% if b %}c{% endif %} {{ d }} {# e #}", "a c"),
        (":material-home: a ==b== ++ctrl+c++ 10:30:45 c++", "a b ctrl+c 10:30:45 c++"),
        ("[[a]] [[b#c|d]] ![[e.png]] %% f %% g ^h1", "a d g"),
        ("a<Icon name={`b`} on={() => c} /> d", "a d"),
    ],
)  # fmt: skip
def test_marks_within_a_paragraph_are_hidden(text: str, words: str) -> None:
    """A paragraph shows its words, without the marks of CommonMark, GFM and the flavours."""
    assert shown(text)[0] == (BlockKind.TEXT, words)
