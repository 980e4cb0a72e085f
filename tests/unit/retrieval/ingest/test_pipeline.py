"""Loading a folder: one bad file never stops the rest, and no character is lost."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.core.errors import CorpusFileError
from retrieval.core.findings import Finding, FindingKind
from retrieval.core.types import Article, Reason, TitleSource
from retrieval.index.analysis import context_lines
from retrieval.ingest.parsers.document import parse_document
from retrieval.ingest.pipeline import (
    NoCorpusError,
    _article_ids,
    article_digest,
    build_article,
    build_articles,
    load_corpus,
    scan_corpus,
)
from retrieval.ingest.sources.config import CatalogEntry
from tests.support.growth import assert_linear

SEEDS = Path(__file__).parents[4] / "seeds"
PIECES = (
    "WORLD NEWS",
    "A headline",
    "He said so.",
    "“Open",
    "closed.” Then",
    "Read more",
    "# Head",
    "- item",
    "```",
    "<!--",
    "-->",
    "| a |",
    "|---|",
    "---",
    "===",
    "***",
    "No.",
    "中文。",
    "Mr. A. B.",
    "x" * 90,
    "The council agreed on Monday to rebuild the old pier before the autumn storms arrive.",
    "\u200b",
    "\u00a0",
    "",
    " ",
)


@given(
    st.one_of(
        st.text(),
        st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=30)), max_size=25).map("\n".join),
    ),
    st.sampled_from(["a.txt", "a.md"]),
    st.integers(3, 40),
    st.frozensets(st.integers(1, 12)),
)
def test_every_character_is_in_exactly_one_place(text: str, name: str, window: int, chosen: frozenset[int]) -> None:
    """For any text and catalog, passages and omissions hold each character that is not white space once."""
    keep = frozenset(number for number in chosen if number % 2)
    try:
        document = parse_document(text.encode("utf-8", "replace"), name)
        article = build_article(document, CatalogEntry(keep=keep, drop=chosen - keep), max_tokens=window)
    except CorpusFileError:
        return

    holders = [0] * len(article.text)
    spans = [(each.start, each.end) for each in article.passages]
    for start, end in spans + [(each.start, each.end) for each in article.omissions]:
        assert 0 <= start < end <= len(article.text)
        holders[start:end] = [count + 1 for count in holders[start:end]]
    assert all(count == 1 for char, count in zip(article.text, holders, strict=True) if not char.isspace())
    assert all(count <= 1 for count in holders)
    reached = 0
    for passage in article.passages:
        assert reached <= passage.start < passage.end
        reached = passage.start
        for span in passage.sentences:
            assert reached <= span.start < span.end <= passage.end
            reached = span.end
        assert passage.lead_in is None or passage.lead_in.end <= passage.start
        reached = passage.end
    assert len({passage.passage_id for passage in article.passages}) == len(article.passages)


@given(st.lists(st.sampled_from(PIECES), max_size=15).map("\n".join), st.sampled_from(["a.txt", "a.md"]))
def test_paragraph_numbers_do_not_move(text: str, name: str) -> None:
    """Bringing back everything that was left out changes no paragraph's number and no offset."""
    try:
        document = parse_document(text.encode(), name)
        before = build_article(document)
        after = build_article(document, CatalogEntry(keep=frozenset(range(1, 40))))
    except CorpusFileError:
        return

    kept = {each.paragraph: each.start for each in after.passages if each.paragraph == each.last_paragraph}
    stood = [(each.paragraph, each.start) for each in before.passages]
    stood += [(each.paragraph or 0, each.start) for each in before.omissions]
    assert all(kept.get(paragraph, start) == start for paragraph, start in stood)


def test_one_bad_file_does_not_stop_the_rest(tmp_path: Path) -> None:
    """Each useless file is one problem that names it, one without words a finding; the others become articles."""
    (tmp_path / "good.txt").write_text("The pier is open again.")
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "binary.txt").write_bytes(b"\x89PNG\0\0")
    (tmp_path / "broken.md").write_text("---\ntitle: [\n---\nText.")
    (tmp_path / "bare.md").write_text("---\ntitle: A\n---\n")
    (tmp_path / "stars.txt").write_text("* * *\n")
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8")
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nowhere")
    calls: list[tuple[int, int | None]] = []

    loaded = load_corpus(tmp_path, progress=lambda _, done, total: calls.append((done, total)))

    assert [article.article_id for article in loaded.articles] == ["good"]
    assert {problem.file for problem in loaded.problems} == {"binary.txt", "broken.md", "gone.txt"}
    assert {(finding.kind, finding.file) for finding in loaded.findings} == {
        (FindingKind.NO_TEXT, "empty.txt"),
        (FindingKind.NO_TEXT, "bare.md"),
        (FindingKind.NO_TEXT, "stars.txt"),
        (FindingKind.UNKNOWN_FORMAT, "photo.jpg"),
    }
    assert calls[-1] == (7, 7)


def test_files_that_cannot_be_read_are_not_gone(tmp_path: Path) -> None:
    """A scan names them, so that what was stored of them stays; a file that can be read is not among them."""
    (tmp_path / "good.txt").write_text("The pier is open again.")
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nowhere")
    (tmp_path / "folder.txt").mkdir()
    os.mkfifo(tmp_path / "pipe.txt")

    scan = scan_corpus(tmp_path)

    assert [each.file for each in scan.files] == ["good.txt"]
    assert scan.unread == {"gone.txt", "pipe.txt"}


def test_the_same_bytes_twice_are_one_article(tmp_path: Path) -> None:
    """Files with equal bytes are one article that lists all names; equal words in other bytes are another."""
    (tmp_path / "sub").mkdir()
    for name in ("b.txt", "a.md", "sub/a.md"):
        (tmp_path / name).write_bytes(b"The pier is open.\nAt last.\n")
    (tmp_path / "c.txt").write_bytes(b"The pier is open.\r\nAt last.\r\n")

    loaded = load_corpus(tmp_path)

    assert [(article.article_id, article.files) for article in loaded.articles] == [
        ("a", ("a.md", "b.txt", "sub/a.md")),
        ("c", ("c.txt",)),
    ]
    assert loaded.findings == (
        Finding(FindingKind.DUPLICATE, "b.txt", "a.md"),
        Finding(FindingKind.DUPLICATE, "sub/a.md", "a.md"),
    )
    assert loaded.problems == ()


def test_every_file_of_a_tree_is_an_article_of_its_own(tmp_path: Path) -> None:
    """Two thousand files in five folders, with the same names in each, are two thousand articles by path."""
    expected = set()
    for folder in ("business", "politics", "sport", "tech/phones", "tech/games"):
        (tmp_path / folder).mkdir(parents=True)
        for number in range(400):
            (tmp_path / folder / f"{number:03}.txt").write_text(f"Report {number} of {folder}.")
            expected.add(f"{folder}/{number:03}")

    loaded = load_corpus(tmp_path)

    assert len(loaded.articles) == 2_000
    assert {article.article_id for article in loaded.articles} == expected
    assert (loaded.problems, loaded.findings) == ((), ())


NAMES = st.tuples(st.sampled_from(["", "a/", "a.md/"]), st.sampled_from(["a", "b", "a.md", "a.b"]))
FILES = st.builds(lambda name, ending: "".join(name) + ending, NAMES, st.sampled_from([".md", ".txt", ".MD", ".rst"]))


@given(st.lists(FILES, unique=True, max_size=12))
def test_ids_are_unique_by_construction(files: list[str]) -> None:
    """Whatever the names, each file has its own id: its path, without the ending where no other file has the same."""
    ids = _article_ids(files)

    assert set(ids) == set(files)
    assert len(set(ids.values())) == len(files)
    stems = [str(PurePosixPath(file).with_suffix("")) for file in files]
    for file, stem in zip(files, stems, strict=True):
        assert ids[file] == (stem if stems.count(stem) == 1 and stem not in files else file)


@pytest.mark.parametrize("make", [False, True])
def test_a_missing_or_empty_folder_raises(tmp_path: Path, make: bool) -> None:
    """Nothing to read is an error of its own, so that nothing stored is wiped by it."""
    folder = tmp_path / "corpus"
    if make:
        folder.mkdir()
        (folder / "photo.jpg").write_bytes(b"No article.")

    with pytest.raises(NoCorpusError, match="corpus"):
        load_corpus(folder)


def test_a_broken_catalog_does_not_lose_the_corpus(tmp_path: Path) -> None:
    """The articles load without it, its mistake is a problem with a line, and the result says that it failed."""
    (tmp_path / "a.txt").write_text("The pier is open.")
    (tmp_path / "catalog.toml").write_text("x =\n")

    loaded, scan = load_corpus(tmp_path), scan_corpus(tmp_path)

    assert len(loaded.articles) == 1
    assert [(problem.file, problem.line) for problem in loaded.problems] == [("catalog.toml", 1)]
    assert not scan.config_read


def test_the_catalog_goes_before_the_front_matter(tmp_path: Path) -> None:
    """Catalog, front matter, the text's own headline, the file's name: in this order, and the source is recorded."""
    body = "The pier of the harbour town is open again, and the first ships have moored at it.\n"
    (tmp_path / "a.md").write_text(f"---\ntitle: Front\npublisher: P\nauthor: A\n---\n# Own\n\n{body}")
    (tmp_path / "b.md").write_text(f"---\ntitle: Front\n---\n# Own\n\n{body}x")
    (tmp_path / "c.md").write_text(f"# Own\n\n{body}y")
    (tmp_path / "d.md").write_text(f"{body}z")
    (tmp_path / "pier").mkdir()
    (tmp_path / "pier" / "index.md").write_text(f"{body}0")
    (tmp_path / "catalog.toml").write_text(
        '[articles."a"]\ntitle = "Ours"\ntitle_source = "assigned"\nauthor = "B"\n[articles."e"]\ntitle = "x"\n'
    )

    loaded = load_corpus(tmp_path)
    metadata = [article.metadata for article in loaded.articles]

    assert [(each.title, each.title_source) for each in metadata] == [
        ("Ours", TitleSource.ASSIGNED),
        ("Front", TitleSource.FRONT_MATTER),
        ("Own", TitleSource.DOCUMENT),
        ("d", TitleSource.FILE_NAME),
        ("pier", TitleSource.FILE_NAME),
    ]
    assert (metadata[0].publisher, metadata[0].author) == ("P", "B")
    assert [str(problem) for problem in loaded.problems] == [
        'catalog.toml: there is no article "e". Write a file\'s path, or remove the entry.'
    ]
    assert scan_corpus(tmp_path).config_read
    assert loaded.articles[0].omissions[0].reason is Reason.FRONT_MATTER


def test_repair_can_be_switched_off(tmp_path: Path) -> None:
    """An article whose odd spelling is meant keeps it."""
    (tmp_path / "a.txt").write_text("He met NausÄ—da in May.")
    assert load_corpus(tmp_path).articles[0].text == "He met Nausėda in May."

    (tmp_path / "catalog.toml").write_text('[articles."a"]\nrepair = false\n')
    assert load_corpus(tmp_path).articles[0].text == "He met NausÄ—da in May."


def digests(folder: Path, window: int = 256) -> dict[str, str]:
    """Digest of each file of a folder, by article id."""
    return {file.article_id: file.digest for file in scan_corpus(folder, max_tokens=window).files}


def test_the_digest_of_a_file_covers_all_that_its_articles_are_made_of(tmp_path: Path) -> None:
    """Bytes, names, id, catalog entry and window count, another file's do not."""
    (tmp_path / "a.txt").write_text("The pier is open.")
    (tmp_path / "b.txt").write_text("The ships are back.")
    first = digests(tmp_path)
    assert digests(tmp_path) == first

    seen = [first["a"], digests(tmp_path, 8)["a"]]
    (tmp_path / "catalog.toml").write_text('[articles."a"]\ntitle = "T"\nkeep = [1]\n')
    seen.append(digests(tmp_path)["a"])
    assert digests(tmp_path)["b"] == first["b"]
    (tmp_path / "catalog.toml").unlink()
    (tmp_path / "c.txt").write_text("The pier is open.")
    seen.append(digests(tmp_path)["a"])
    (tmp_path / "c.txt").unlink()
    (tmp_path / "a.md").write_text("Another.")
    seen.append(digests(tmp_path)["a.txt"])
    (tmp_path / "a.md").unlink()
    (tmp_path / "a.txt").write_text("The pier is open. ")
    seen.append(digests(tmp_path)["a"])
    assert len(set(seen)) == len(seen)


def test_options_of_a_job_are_json_and_enough(tmp_path: Path) -> None:
    """What a worker is given as JSON makes the very articles that this process makes."""
    (tmp_path / "sub").mkdir()
    for name in ("sub/a.md", "sub/b.md"):
        (tmp_path / name).write_text("One long sentence, NausÄ—da said. Another.\n\nA second paragraph of words.")
    (tmp_path / "catalog.toml").write_text('[articles."a"]\ntitle = "T"\ndrop = [2]\nrepair = false\n')
    (file,) = scan_corpus(tmp_path, max_tokens=9).files
    options = json.loads(json.dumps(file.options))

    made = build_articles(file.path.read_bytes(), file.file, options)

    assert tuple(replace(each, files=file.files) for each in made) == load_corpus(tmp_path, max_tokens=9).articles
    assert (made[0].article_id, file.files, made[0].metadata.title) == ("sub/a", ("sub/a.md", "sub/b.md"), "T")
    assert "NausÄ—da" in made[0].text


def test_the_digest_changes_with_everything_stored() -> None:
    """The same file gives the same digest; another name, title, text or window gives another."""
    document = parse_document(b"The pier is open. The ships are back.", "a.txt")
    article = build_article(document)

    others = [
        build_article(document, max_tokens=8),
        build_article(document, CatalogEntry(title="T")),
        replace(article, files=("a.txt", "b.txt")),
        replace(article, source=article.source + b"\n"),
    ]

    assert article_digest(build_article(document)) == article_digest(article)
    assert len({article_digest(each) for each in (article, *others)}) == 5


def test_the_seeds() -> None:
    """The corpus that comes with the project is read as a person reads it."""
    loaded = load_corpus(SEEDS)
    articles = {article.article_id[:3]: article for article in loaded.articles if article.article_id[0].isdigit()}

    assert loaded.problems == ()
    left_out = {
        name: [(each.paragraph, each.reason.value) for each in article.omissions] for name, article in articles.items()
    }
    assert left_out == {
        "000": [],
        "001": [(1, "title"), *[(number, "repeat") for number in range(9, 16)]],
        "002": [(24, "dropped by the catalog"), (25, "dropped by the catalog")],
        "003": [(3, "heading"), (6, "heading"), (9, "heading"), (12, "site furniture")],
        "004": [(1, "kicker")],
    }
    assert articles["001"].metadata.title_source is TitleSource.DOCUMENT
    assert [articles[name].metadata.title_source for name in ("000", "002", "003", "004")] == [TitleSource.ASSIGNED] * 4
    assert [(each.before, each.after) for each in articles["002"].repairs] == [("Ä—", "ė")]
    passages = {passage.paragraph: passage for passage in articles["002"].passages}
    assert (passages[5].last_paragraph, 6 in passages) == (6, False)
    for number, name in ((8, "Keir Starmer"), (10, "Mark Rutte"), (13, "Petr Fiala"), (23, "Mark Rutte")):
        lead_in = passages[number].lead_in
        assert lead_in is not None
        assert name in articles["002"].slice(lead_in)
    signed = next(each for each in articles["003"].passages if each.paragraph == 5)
    assert len(signed.sentences) == 1
    assert signed.section == "Rutte warns observers not to be naive about Russia"
    assert signed.lead_in is not None
    assert articles["003"].slice(signed.lead_in).startswith("NATO Secretary General Mark Rutte was clear")


@pytest.mark.parametrize("heading", ["# {}\n\n# Short\n\n", "# Title\n\n## {}\n\n"], ids=["title", "heading"])
def test_an_endless_heading_is_not_the_context_of_every_passage(heading: str) -> None:
    """A title or heading of many thousand words above many passages is kept to what can be shown above a quote."""
    text = heading.format("word " * 20_000) + "".join(
        f"Paragraph {n} says more than forty characters.\n\n" for n in range(50)
    )

    made = build_article(parse_document(text.encode(), "a.md"))

    assert len(made.passages) > 1
    assert max(len(line) for passage in made.passages for line in context_lines(made, passage)) <= 300


@pytest.mark.parametrize("name", ["a.txt", "a.md"])
@pytest.mark.parametrize(
    "unit", ["a{}\n\n", "# A{}\n\n", "Heading\n\nThe pier of {} is open, and ships moor at it.\n\n", "- a{}\n"]
)
def test_many_tiny_blocks_take_linear_time(name: str, unit: str) -> None:
    """Paragraphs, headings and items without number take time in proportion to it."""

    def build(source: bytes) -> Article:
        return build_article(parse_document(source, name))

    assert_linear(build, lambda n: "".join(unit.format(at) for at in range(n // 10)).encode())


def test_a_section_may_have_the_words_of_the_title() -> None:
    """Below another heading such a section keeps its place, as the steps of an installation do."""
    pier = "The pier of the harbour town is open again, and the first ships have moored at it."
    text = f"# Installation\n\n{pier}\n\n## By hand\n\n#### Installation\n\n{pier} All of them are large."
    article = build_article(parse_document(text.encode(), "a.md"))
    assert [each.context.headings for each in article.passages] == [(), ("By hand", "Installation")]
