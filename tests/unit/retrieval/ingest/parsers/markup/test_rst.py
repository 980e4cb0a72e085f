"""reStructuredText, plain and of Sphinx: blocks, words, properties, and no markup left in either."""

from __future__ import annotations

import textwrap
from contextlib import suppress

import pytest
from docutils.parsers.rst import directives, roles
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.core.display import AnnotationKind
from retrieval.core.errors import CorpusFileError
from retrieval.ingest.parsers.blocks import BlockKind
from retrieval.ingest.parsers.markup.rst import parse_rst
from tests.support.growth import assert_linear
from tests.unit.retrieval.ingest.parsers.markup.reading import assert_divided, pairs, styled


def read(source: str) -> list[tuple[BlockKind, str]]:
    parsed = parse_rst(textwrap.dedent(source).lstrip("\n"), "page.rst")
    return pairs(parsed.text, parsed.blocks)


def test_sections_are_headings_and_the_top_of_a_file_gives_its_properties() -> None:
    source = ":orphan:\n\nGuide\n=====\n\n:Author: Ann Doe\n:Date: 2024-05-01\n\nWords.\n\nPart\n----\n\nMore.\n"
    parsed = parse_rst(source, "page.rst")
    assert parsed.properties == {"title": "Guide", "author": "Ann Doe", "published": "2024-05-01"}
    assert [(block.kind, block.level) for block in parsed.blocks] == [
        (BlockKind.HEADING, 1),
        (BlockKind.TEXT, 0),
        (BlockKind.HEADING, 2),
        (BlockKind.TEXT, 0),
    ]


def test_roles_show_their_words_and_links_keep_their_targets() -> None:
    source = (
        ":ref:`end` and :ref:`that <end>`, :class:`~a.b.C`, :doc:`guide </x>`, :menuselection:`File --> Open`, "
        "|release|, `page <https://x.example>`_ and `lost`_ [1]_.\n\n.. [1] Aside.\n\n"
        ".. _end:\n\nThe end\n=======\n\nBye.\n"
    )
    parsed = parse_rst(source, "page.rst")
    words = parsed.text.split("\n")[0]
    assert words == "The end and that, C, guide, File ‣ Open, release, page and lost."
    assert (AnnotationKind.LINK, "https://x.example", "page") in styled(parsed.text, parsed.annotations)
    assert (BlockKind.FOOTNOTE, "Aside.") in pairs(parsed.text, parsed.blocks)


def test_notes_changes_and_objects_read_as_sphinx_shows_them() -> None:
    assert read(
        """
        .. note:: Mind
           this.

        .. seealso::

           - That page

        .. versionadded:: 3.2
           The *x* argument.

        .. deprecated:: 4.0

        .. function:: open(path)
                      open(path, mode)
           :module: x

           Opens it.

        .. tab:: Linux

           Install it.
        """
    ) == [
        (BlockKind.TEXT, "Note Mind this."),
        (BlockKind.TEXT, "See also"),
        (BlockKind.ITEM, "That page"),
        (BlockKind.TEXT, "Added in version 3.2: The x argument."),
        (BlockKind.TEXT, "Deprecated since version 4.0."),
        (BlockKind.TERM, "open(path)"),
        (BlockKind.TERM, "open(path, mode)"),
        (BlockKind.DEFINITION, "Opens it."),
        (BlockKind.TEXT, "Linux"),
        (BlockKind.TEXT, "Install it."),
    ]


def test_lists_code_tables_and_quotations_keep_their_kinds() -> None:
    assert read(
        """
        b) two

           a. inner

        term : kind
           meaning

        -o FILE  where to

        .. code-block:: python

           def f():
               return 1

        .. list-table:: Fees
           :header-rows: 1
           :unheard-of: x

           * - A
             - B
           * - 1
             - 2

        | line one
        | line two

        .. epigraph::

           Said.

           -- Ann
        """
    ) == [
        (BlockKind.ITEM, "b) two"),
        (BlockKind.ITEM, "a. inner"),
        (BlockKind.TERM, "term : kind"),
        (BlockKind.DEFINITION, "meaning"),
        (BlockKind.TERM, "-o FILE"),
        (BlockKind.DEFINITION, "where to"),
        (BlockKind.CODE, "def f():\n    return 1"),
        (BlockKind.TEXT, "Fees"),
        (BlockKind.TABLE, "A\tB\n1\t2"),
        (BlockKind.TEXT, "line one\nline two"),
        (BlockKind.TEXT, "Said."),
        (BlockKind.TEXT, "— Ann"),
    ]


def test_comments_targets_indexes_files_and_raw_markup_are_no_text() -> None:
    source = """
        Words.

        .. a comment
        .. _target: https://x.example
        .. |name| replace:: x
        .. toctree::

           page
        .. include:: /etc/hostname
        .. literalinclude:: /etc/hostname
        .. csv-table::
           :file: /etc/hostname
        .. raw:: html

           <b>x</b>
        .. image:: x.png
        .. |today| date::
        """
    assert read(source) == [(BlockKind.TEXT, "Words.")]


def test_docutils_keeps_its_own_names_and_says_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    own = directives.directive, roles.role
    read(
        ".. role:: mine\n.. default-role:: mine\n\n`a` :mine:`b` **c `d`_ |e|\n\n"
        ".. list-table:: x\n\n   bad\n\n==\n\n=\n"
    )
    assert (directives.directive, roles.role) == own
    assert "mine" not in vars(roles)["_roles"]
    assert tuple(capfd.readouterr()) == ("", "")


def test_a_file_without_words_is_refused() -> None:
    with pytest.raises(CorpusFileError, match="it holds no text"):
        parse_rst(".. nothing\n", "page.rst")


def test_the_title_of_a_note_is_not_the_documents() -> None:
    """A file that opens with a note has the title of its first section."""
    parsed = parse_rst(".. note::\n\n   Read this.\n\nPiers\n=====\n\nOpen.\n\nShips\n=====\n\nMoored.\n", "page.rst")

    assert parsed.properties == {"title": "Piers"}


_PIECES = [
    "\n",
    "\n\n",
    "   ",
    "- ",
    "1. ",
    ".. ",
    "::",
    ".. note::",
    "*",
    "**",
    "``",
    "`",
    "`_",
    "|",
    ":a:`",
    "==",
    "+--+",
    "[1]_",
]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(_PIECES), st.text(max_size=6)), max_size=40))
def test_arbitrary_text_is_divided_into_blocks_or_refused(pieces: list[str]) -> None:
    try:
        parsed = parse_rst("".join(pieces), "page.rst")
    except CorpusFileError:
        return
    assert_divided(parsed.text, parsed.blocks, parsed.annotations)


@pytest.mark.parametrize(
    "source", ["- " * 50_000, ".. note:: " * 20_000, "*a " * 100_000, ">" * 100_000, "----\n\n" * 50_000]
)
def test_what_would_take_docutils_without_end_is_read_as_plain_text_or_refused(source: str) -> None:
    with suppress(CorpusFileError):
        assert len(parse_rst(source + "end", "page.rst").blocks) <= 50_001


@pytest.mark.parametrize(
    "unit", ["word *word* word\n\n", "- item ``x``\n", "Head\n====\n\nx\n\n", "==  ==\na   b\n==  ==\n\n"]
)
def test_time_grows_with_the_length_of_a_file(unit: str) -> None:
    assert_linear(lambda text: parse_rst(text, "page.rst"), lambda n: unit * n, start=400, largest=3_200)
