"""What is shown of Markdown is what a reader of the rendered page sees; everything else is an annotation."""

from __future__ import annotations

import html
import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from retrieval.core.display import AnnotationKind, display, within
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
        ("a\\\nb  \nc", "a\nb\nc"),
        ("https://a.org/b_c_d (https://e.org/f).", "https://a.org/b_c_d (https://e.org/f)."),
        ("a[^1] b [^2]\n\n[^1]: c", "a b [^2]"),
        ("*a [b](c) **d*", "*a b *d"),
        ("[a](b){ .button } [c](d){target=_blank}", "a c"),
        ("a {% if b %}c{% endif %} {{ d }} {# e #}", "a c"),
        (":material-home: a ==b== ++ctrl+c++ 10:30:45 c++", "a b ctrl+c 10:30:45 c++"),
        ("[[a]] [[b#c|d]] ![[e.png]] %% f %% g ^h1", "a d g"),
        ("[[a#b|`c_d`]] [[e|**f**]]", "c_d f"),
        ("[a *b*](https://e.org/c d) [e][f.g] h[1][22]", "a b e h[1][22]"),
        ("a<Icon name={`b`} on={() => c} /> d", "a d"),
    ],
)  # fmt: skip
def test_marks_within_a_paragraph_are_hidden(text: str, words: str) -> None:
    """A paragraph shows its words, without the marks of CommonMark, GFM and the flavours."""
    assert shown(text)[0] == (BlockKind.TEXT, words)


MKDOCS = """\
# Backups { #backups }

[TOC]

!!! warning "Before *you* start"
    Stop the server.

    - Copy `data`.

??? question "Can it run twice?"

    No.

=== "Linux"

    ```bash title="shell"
    make backup
    ```

/// note | Good to know
    attrs: {class: wide}

It takes **a minute**.

///

{! notes.md !}

--8<-- "more.md"

Kept{ .term }
:   Not deleted.

Last words.
{: .small }

*[API]: An interface
"""
SETTINGS = """\
#### [`SIZE=<num>`](#SIZE) {#SIZE}

: Sets the **size**.
In bytes.

    [None](https://example.org) is `5`.

    !!! warning

        Takes memory.

: Once more.

#### `RATE=<num>`

: One line.

: Another.
"""
DOCUSAURUS = """\
import Tabs from '@theme/Tabs';
import {
  One,
} from './one';

export const toc = [];

:::tip[Know this]

Set a **limit**.

:::

<Tabs groupId="os">
  <TabItem value="mac" label={`Mac`}>
    Open *the* app.
  </TabItem>
</Tabs>

{/* not
yet */}

Up to {props.limit} people.

<details>
<summary>Who pays?</summary>

The company.

</details>
"""
OBSIDIAN = """\
> [!info]- On leave
> See [[Leave|the rules]].

![[plan.png]]

%%
a note to self

and more
%%

Ask ==early== #leave ^ask-early
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            MKDOCS,
            [
                (BlockKind.HEADING, "Backups"),
                (BlockKind.TEXT, "Before you start"),
                (BlockKind.TEXT, "Stop the server."),
                (BlockKind.ITEM, "Copy data."),
                (BlockKind.QUESTION, "Can it run twice?"),
                (BlockKind.TEXT, "No."),
                (BlockKind.TEXT, "Linux"),
                (BlockKind.CODE, "make backup"),
                (BlockKind.TEXT, "Good to know"),
                (BlockKind.TEXT, "It takes a minute."),
                (BlockKind.TERM, "Kept"),
                (BlockKind.DEFINITION, "Not deleted."),
                (BlockKind.TEXT, "Last words."),
            ],
        ),
        (
            SETTINGS,
            [
                (BlockKind.HEADING, "SIZE=<num>"),
                (BlockKind.TEXT, "Sets the size.\nIn bytes."),
                (BlockKind.TEXT, "None is 5."),
                (BlockKind.TEXT, "Takes memory."),
                (BlockKind.TEXT, "Once more."),
                (BlockKind.HEADING, "RATE=<num>"),
                (BlockKind.TEXT, "One line."),
                (BlockKind.TEXT, "Another."),
            ],
        ),
        (
            DOCUSAURUS,
            [
                (BlockKind.TEXT, "Know this"),
                (BlockKind.TEXT, "Set a limit."),
                (BlockKind.TEXT, "Open the app."),
                (BlockKind.TEXT, "Up to people."),
                (BlockKind.QUESTION, "Who pays?"),
                (BlockKind.TEXT, "The company."),
            ],
        ),
        (
            OBSIDIAN,
            [
                (BlockKind.TEXT, "On leave"),
                (BlockKind.TEXT, "See the rules."),
                (BlockKind.TEXT, "Ask early #leave"),
            ],
        ),
    ],
)
def test_a_page_of_a_flavour_shows_only_its_words(text: str, expected: list[tuple[BlockKind, str]]) -> None:
    """Pages of MkDocs, Docusaurus and Obsidian show no mark of theirs, and indented bodies are not code."""
    assert shown(text) == expected


def annotated(text: str, *kinds: AnnotationKind) -> list[tuple[AnnotationKind, str, str]]:
    """Kind, words and value of the annotations of some kinds."""
    return [
        (each.kind, text[each.start : each.end], each.value) for each in parse_markdown(text)[1] if each.kind in kinds
    ]


def test_lists_keep_their_depth_number_and_state() -> None:
    """Each item is annotated by its kind and depth; all blocks of one outermost list have its number."""
    text = "- a\n  1. b\n\n     c\n- [x] d\n- [ ] e\n\nf\n\n- g"

    kinds = (AnnotationKind.BULLET, AnnotationKind.NUMBER, AnnotationKind.TASK, AnnotationKind.DONE)
    assert annotated(text, *kinds) == [
        (AnnotationKind.BULLET, "a", "0"),
        (AnnotationKind.NUMBER, "1. b", "1"),
        (AnnotationKind.DONE, "d", "0"),
        (AnnotationKind.TASK, "e", "0"),
        (AnnotationKind.BULLET, "g", "0"),
    ]
    assert [(each.level, each.list_id) for each in parse_markdown(text)[0]] == [
        (0, 1), (1, 1), (0, 1), (0, 1), (0, 1), (0, 0), (0, 2),
    ]  # fmt: skip


def test_styles_cover_the_words_that_are_shown() -> None:
    """Styles and the targets that a reader can follow are annotated; a target that runs a script is not."""
    text = "**a** *b* `c` ~~d~~ [e](f.md) [g](javascript:h) <https://i.org> https://j.org."

    kinds = ("bold", "italic", "code", "strike", "link")
    assert annotated(text, *map(AnnotationKind, kinds)) == [
        (AnnotationKind.BOLD, "a", ""),
        (AnnotationKind.ITALIC, "b", ""),
        (AnnotationKind.CODE, "c", ""),
        (AnnotationKind.STRIKE, "d", ""),
        (AnnotationKind.LINK, "e", "f.md"),
        (AnnotationKind.LINK, "https://i.org", "https://i.org"),
        (AnnotationKind.LINK, "https://j.org", "https://j.org"),
    ]


def test_a_table_has_rows_and_cells() -> None:
    """Rows are those with words, cells are trimmed, and a pipe stays where nothing else would part two cells."""
    text = "> | *a* | b |\n> |---|---|\n> | `c\\|d` | |\n> |e|f|"

    ((table,), _) = parse_markdown(text)

    assert shown(text) == [(BlockKind.TABLE, "a b\nc|d\ne|f")]
    assert [text[row.start : row.end] for row in table.rows] == ["| *a* | b |", "| `c\\|d` | |", "|e|f|"]
    assert (table.header_rows, annotated(text, AnnotationKind.CELL)) == (
        1,
        [(AnnotationKind.CELL, cell, value) for cell, value in (("*a*", "header"), ("b", "header"), ("`c\\|d`", ""),
                                                                ("e", ""), ("f", ""))],
    )  # fmt: skip


def test_code_is_annotated_without_fences_and_margin() -> None:
    """The lines of code are annotated with their language; fences and the indentation of a list are hidden."""
    text = "1. a\n\n   ``` { .python .annotate }\n   def b():\n\n       c\n   ```"

    assert shown(text)[1] == (BlockKind.CODE, "def b():\n\n    c")
    assert annotated(text, AnnotationKind.CODE_BLOCK) == [(AnnotationKind.CODE_BLOCK, "def b():\n\n       c", "python")]


@pytest.mark.parametrize(
    ("language", "words"),
    [("console", "$ run\n OK  List<T>"), ("html", '$ run\n<span style="color:red"><b> OK </b></span> List<T>')],
)
def test_colours_of_a_terminals_output_are_hidden(language: str, words: str) -> None:
    """Tags are colours in the output of a terminal, and code in any other block."""
    text = f'```{language}\n$ run\n<span style="color:red"><b> OK </b></span> List<T>\n```\n'
    assert shown(text) == [(BlockKind.CODE, words)]


_MARKS = st.sampled_from(
    "a|b c|\n|\n\n|*|**|_|__|`|``|```\n|~~|[|]|](u)|![|\\|\\*|&lt;|<b>|</b>|<br>|<!--|-->"
    "|<http://a.b>|- |1. |> |# |    "
    "|\t|---\n|===\n|: |{#a}|{: .b}|{%|%}|{{|}}|{/*|*/}|%%|^a|:::|/// a\n|!!! a\n|=== \"a\"\n"
    "|[[|]]|[^1]|[^1]: |[a]: b\n"
    "|<A>\n|<summary>a?</summary>\n|import a from 'b'\n|- [x] |\x0c|\u00a0|\x00".split("|")
) | st.sampled_from(["|", "a | b\n-|-\n", "\\|", " | "])  # fmt: skip


@given(st.lists(_MARKS, max_size=40).map("".join), st.sampled_from(["", "---\na: b\n---\n"]))
def test_any_text_keeps_its_promises(body: str, front_matter: str) -> None:
    """Blocks hold every character once, annotations are sorted and within one block, and a display is a selection."""
    text = front_matter + body
    blocks, annotations = parse_markdown(text, len(front_matter))

    edges = [
        (len(front_matter), len(front_matter)),
        *((each.start, each.end) for each in blocks),
        (len(text), len(text)),
    ]
    assert not any(text[one[1] : two[0]].strip() or one[1] > two[0] for one, two in pairwise(edges))
    assert list(annotations) == sorted(annotations, key=lambda each: (each.start, -each.end))
    assert all(any(one <= each.start < each.end <= two for one, two in edges) for each in annotations)
    for block in blocks:
        inside = within(annotations, block.start, block.end)
        replaced = {each.start for each in inside if each.kind is AnnotationKind.REPLACED}
        result = display(text[block.start : block.end], inside)
        for start, length, at, size in result.pieces:
            words = text[block.start + start : block.start + start + length]
            assert start in replaced or result.text[at : at + size] == words


_INLINE = st.sampled_from(
    'a|b |c d| |*|**|_|__|`|``|~~|[|](u)|](<v w>)|](x "t")|]|\\|\\*|&lt;|&amp;|&|<b>|</b>|<http://a.b>|é|!|(|)|.|\nx'.split(
        "|"
    )
)


@given(st.lists(_INLINE, max_size=20).map(lambda parts: "x" + "".join(parts)))
def test_a_paragraph_shows_what_markdown_it_renders(text: str) -> None:
    """The display of a paragraph has the words of its HTML, whatever marks it is made of."""
    rendered = MarkdownIt("commonmark").enable("strikethrough").render(text)
    rendered = html.unescape(re.sub(r"</?[a-z]+(?: [^<>]*)?/?>", "", re.sub(r"<img[^>]*>", "", rendered)))

    assert "".join("".join(words.split()) for _, words in shown(text)) == "".join(rendered.split())
