"""Tables of texts: the columns are found, a row is an article or a passage, and a bad row costs that row."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.core.display import AnnotationKind
from retrieval.core.errors import CorpusFileError
from retrieval.ingest.parsers.blocks import BlockKind
from retrieval.ingest.parsers.rows import RowColumns, parse_rows
from tests.support.adversarial import TEXTS
from tests.support.growth import assert_linear

LEAVE = "Every employee has thirty days of leave a year, of which ten have to be taken in a row."
PAY = "The salary is paid on the last working day of a month; an advance is possible on request."


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("a.csv", f'title,text\nLeave,"{LEAVE}"\nPay,{PAY}\n'),
        ("a.csv", f'\ufeffTitle;Category;Text\r\nLeave;x;"{LEAVE}"\r\nPay;x;"{PAY}"\r\n'),
        ("a.csv", f"sep=|\nheadline|content\nLeave|{LEAVE}\nPay|{PAY}\n"),
        ("a.csv", f"no\tsubject\tbody\n1\tLeave\t{LEAVE}\n2\tPay\t{PAY}\n"),
        ("a.tsv", f"label\tname\tthe words\nx\tLeave\t{LEAVE}\ny\tPay\t{PAY}\n"),
        ("a.jsonl", f'{{"question": "Leave", "answer": "{LEAVE}"}}\n\n{{"question": "Pay", "answer": "{PAY}"}}'),
        ("a.ndjson", f'{{"n": 1, "title": "Leave", "x": "{LEAVE}"}}\n{{"x": "{PAY}", "title": "Pay", "n": 2}}\n'),
    ],
)
def test_title_and_text_are_found(file: str, source: str) -> None:
    """Any delimiter and any usual name, or the longest column, gives the same two articles."""
    leave, pay = parse_rows(source.encode(), file, RowColumns())

    assert [leave.text, pay.text] == [LEAVE, PAY]
    assert [leave.properties["title"], pay.properties["title"]] == ["Leave", "Pay"]
    assert [leave.part, pay.part] == ["1", "2"]


def test_named_columns_come_before_the_usual_names() -> None:
    """Columns of the configuration are used as named, and the metadata of a row is that row's own."""
    source = f"key,text,words,day,link\nA/1,x,{PAY},2024-05-06,https://example.org/1\nA/1,x,{PAY},,none\n"
    columns = RowColumns(text="Words", published="day", id="key")

    first, second = parse_rows(source.encode(), "a.csv", columns)

    assert first.text == PAY
    assert first.properties == {"published": "2024-05-06", "url": "https://example.org/1"}
    assert second.properties == {}
    assert [first.part, second.part] == ["A-1", "A-1-2"]


def test_a_cell_has_paragraphs() -> None:
    """Blank lines in a cell divide it into blocks, each a slice of the row's text."""
    (row,) = parse_rows(f'title,text\nA,"{LEAVE}\n\n{PAY}"\n'.encode(), "a.csv", RowColumns())

    assert [row.text[each.start : each.end] for each in row.blocks] == [LEAVE, PAY]


def test_a_cell_of_html_is_read_as_html() -> None:
    """The export of a content management system shows no tags."""
    line = json.dumps({"title": "Leave", "body": f"<p>{LEAVE}</p><ul><li><b>Ask</b> early</li></ul>"})

    (row,) = parse_rows(line.encode(), "a.jsonl", RowColumns())

    assert row.text == f"{LEAVE}\n\nAsk early"
    assert row.blocks[1].kind is BlockKind.ITEM
    assert AnnotationKind.BOLD in {each.kind for each in row.annotations}


def test_rows_can_be_passages_of_one_article() -> None:
    """A row a passage: one document, a question above each answer."""
    source = f'question,answer\nHow long is leave?,"{LEAVE}"\nPay,{PAY}\n'.encode()

    (table,) = parse_rows(source, "a.csv", RowColumns(each="passage"))

    assert table.text == f"How long is leave?\n\n{LEAVE}\n\nPay\n\n{PAY}"
    kinds = [BlockKind.QUESTION, BlockKind.TEXT, BlockKind.HEADING, BlockKind.TEXT]
    assert [each.kind for each in table.blocks] == kinds
    assert table.part == ""


@pytest.mark.parametrize(
    ("file", "source", "problem"),
    [
        ("a.jsonl", f'{{"text": "{LEAVE}"}}\n{{"text": \n{{"text": "{PAY}"}}', "line 2: it is no JSON"),
        ("a.jsonl", f'{{"text": "{LEAVE}"}}\n{"[" * 100_000}\n{{"text": "{PAY}"}}', "line 2: it is no JSON"),
        ("a.jsonl", f'{{"text": "{LEAVE}"}}\n{{"a": {"9" * 5_000}}}\n{{"text": "{PAY}"}}', "line 2: it is no JSON"),
        ("a.jsonl", f'{{"text": "{LEAVE}"}}\n[1]\n{{"text": "{PAY}"}}', "line 2: it is no JSON object"),
        ("a.csv", f'title,text\nA,"{LEAVE}"\nB,"never closed\nC,{PAY}\n', "line 3: a quotation mark is never closed"),
        ("a.csv", f'title,text\nA,"{LEAVE}"\nB,{"x" * 1_000_001}\nC,{PAY}\n', "line 3: field larger"),
        ("a.csv", f'title,text\nA,"{LEAVE}"\nB,\nC,{PAY}\n', "line 3: it has no text"),
        ("a.csv", f'title,text\nA,"{LEAVE}"\nB,one, two\nC,{PAY}\n', "line 3: it has more cells than the table has"),
    ],
)
def test_a_bad_row_costs_that_row(file: str, source: str, problem: str) -> None:
    """What cannot be read is left out with its line and the reason, the rows around it stay."""
    rows = parse_rows(source.encode(), file, RowColumns())

    assert [each.text for each in rows] == [LEAVE, PAY]
    assert len(rows[0].problems) == 1
    assert rows[0].problems[0].startswith(problem)


@pytest.mark.parametrize(
    ("file", "source", "columns", "problem"),
    [
        ("a.csv", "a,b\n1,2\n3,4\n", RowColumns(), "none of its columns .*pullquote.toml"),
        ("a.csv", f"title,text\nA,{PAY}\n", RowColumns(text="words"), "no column 'words' .*title, text.*"),
        ("a.csv", "title,text\n", RowColumns(), "no row with a text"),
        ("a.jsonl", "nothing\nof JSON", RowColumns(), r"no row with a text \(line 1: it is no JSON\)"),
        ("a.csv", "\x00\x01", RowColumns(), "no text"),
    ],
)
def test_a_table_without_texts_is_refused_with_a_remedy(
    file: str, source: str, columns: RowColumns, problem: str
) -> None:
    """One line says what is wrong with the table and what to write where."""
    with pytest.raises(CorpusFileError, match=problem) as caught:
        parse_rows(source.encode(), file, columns)

    assert "\n" not in str(caught.value)


@given(
    st.one_of(
        st.binary(),
        st.text().map(lambda text: text.encode("utf-8", "surrogatepass")),
        st.text(alphabet='ab ,;\t|"\n\r<>{}[]:').map(str.encode),
        st.lists(st.dictionaries(st.sampled_from(["text", "id", "title", "x"]), st.text())).map(
            lambda rows: "\n".join(map(json.dumps, rows)).encode()
        ),
    ),
    st.sampled_from(["a.csv", "a.tsv", "a.jsonl"]),
    st.sampled_from([RowColumns(), RowColumns(each="passage"), RowColumns(text="a"), RowColumns(text="column 1")]),
)
def test_any_bytes_are_rows_or_refused(source: bytes, file: str, columns: RowColumns) -> None:
    """Whatever the file holds, every word of a row's text is in one block of it, and parts differ."""
    try:
        rows = parse_rows(source, file, columns)
    except CorpusFileError:
        return

    assert len({each.part for each in rows}) == len(rows)
    for row in rows:
        row.text.encode()
        covered = "".join(row.text[each.start : each.end] for each in row.blocks)
        assert "".join(covered.split()) == "".join(row.text.split())


@pytest.mark.parametrize("file", ["a.csv", "a.jsonl"])
@pytest.mark.parametrize("text", [*TEXTS, "rows", "open quotes"])
def test_time_is_linear(file: str, text: str) -> None:
    """A table of twice the length takes about twice the time."""
    own: dict[str, Callable[[int], str]] = {
        "rows": lambda n: "a,b\n" * (n // 4),
        "open quotes": lambda n: 'a,"b\n' * (n // 5),
    }
    make = own.get(text) or TEXTS[text]

    def read(source: bytes) -> None:
        try:
            parse_rows(source, file, RowColumns(text="text"))
        except CorpusFileError:
            return

    def table(n: int) -> bytes:
        return (f"text,x\n{make(n)}" if file == "a.csv" else json.dumps({"text": make(n)})).encode()

    assert_linear(read, table, largest=16_000)
