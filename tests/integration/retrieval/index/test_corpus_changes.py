"""What a run makes of files that come, go, move and change: ids stay put, and only what changed is parsed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from retrieval.core.findings import Finding, FindingKind
from retrieval.index.sync import run_indexing
from retrieval.ingest.isolation import InlineParser, Job
from retrieval.maintenance.doctor import run_checks
from retrieval.storage.articles import open_articles
from tests.conftest import Pullquote, Workspace, article_text

PIER = "The northern pier of the harbour town is open from May to October of every year.\n"


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Files that were given to the parsers, in order."""
    files: list[str] = []
    run = InlineParser.run

    def counted(pool: InlineParser, jobs: Iterable[Job]) -> Iterator[object]:
        def noted() -> Iterator[Job]:
            for job in jobs:
                files.append(job.file)
                yield job

        return run(pool, noted())

    monkeypatch.setattr(InlineParser, "run", counted)
    return files


def test_files_with_equal_names_are_articles_by_path(workspace: Workspace) -> None:
    """In five folders each, all are found and read by their paths, and none is dropped."""
    expected = {}
    for folder in ("business", "politics", "sport", "tech/phones", "tech/games"):
        for number in range(6):
            text = f"Report number {number} of the desk for {folder} came out on the first day of the month."
            workspace.write(f"{folder}/{number:03}.txt", text)
            expected[f"{folder}/{number:03}"] = text
    report = workspace.index()
    assert (report.articles, report.problems, report.findings) == (30, (), ())
    assert workspace.texts() == expected
    with open_articles(workspace.settings) as reader:
        assert reader.read("tech/games/003")[0].files == ("tech/games/003.txt",)
        assert reader.read("games/003")[0].article_id == "tech/games/003"


def test_nothing_unchanged_is_parsed(workspace: Workspace, parsed: list[str]) -> None:
    """A run parses new and changed files only, a catalog entry changes its own file, and copies cost one parse."""
    workspace.fill(3)
    workspace.write("sub/copy of a0.txt", article_text(0))
    workspace.index()
    assert sorted(parsed) == ["a0.txt", "a1.txt", "a2.txt"]
    parsed.clear()
    workspace.index()
    workspace.index(rebuild=True)
    assert parsed == []
    workspace.write("a1.txt", article_text(1, version=2))
    workspace.write("a3.txt", article_text(3))
    workspace.write("catalog.toml", '[articles.a2]\ntitle = "Towns"\n')
    workspace.index()
    assert sorted(parsed) == ["a1.txt", "a2.txt", "a3.txt"]


def test_ids_stay_put(workspace: Workspace) -> None:
    """Over runs, rebuilds and changes of other files an article keeps its id, its passages theirs."""
    workspace.write("guide/harbour.md", f"# Harbour\n\n{PIER}")
    workspace.index()
    for change in ("guide/orchard.md", "harbour.md", "guide/harbour/index.md"):
        workspace.write(change, f"# Another\n\n{article_text(len(change))}")
        workspace.index(rebuild=change == "harbour.md")
        with workspace.search() as searcher:
            (hit,) = searcher.find('"northern pier"').hits
            assert (hit.passage.article_id, hit.passage.passage_id) == ("guide/harbour", "guide/harbour:2")


def test_a_file_beside_one_of_the_same_name(workspace: Workspace) -> None:
    """Both keep their endings then, the first one's earlier id leads to it, and back again when the other is gone."""
    workspace.write("a.md", PIER)
    workspace.index()
    workspace.write("a.txt", article_text(1))
    report = workspace.index()
    assert set(workspace.texts()) == {"a.md", "a.txt"}
    assert (set(report.plan.add), report.plan.remove) == ({"a.md", "a.txt"}, ())
    with open_articles(workspace.settings) as reader:
        assert reader.read("a")[0].article_id == "a.md"
    (workspace.corpus / "a.txt").unlink()
    workspace.index()
    assert set(workspace.texts()) == {"a"}
    with open_articles(workspace.settings) as reader:
        assert reader.read("a")[0].article_id == "a"
        assert reader.read("a.md")[0].article_id == "a"


def test_a_file_that_gives_other_articles_than_before(workspace: Workspace) -> None:
    """Rows that are gone from a table leave the library, the others stay, and no search offers what is gone."""
    workspace.fill(2)
    rows = [f'{n},"Pier number {n} of the harbour town is open from May to October."' for n in range(1, 4)]
    workspace.write("piers.csv", "\n".join(["id,text", *rows]) + "\n")
    workspace.index()
    before = {each for each in workspace.texts() if each.startswith("piers/")}
    assert len(before) == 3
    workspace.write("piers.csv", "\n".join(["id,text", *rows[1:]]) + "\n")
    report = workspace.index()
    after = {each for each in workspace.texts() if each.startswith("piers/")}
    assert len(after) == 2
    assert set(report.plan.remove) == before - after
    with workspace.search() as searcher:
        assert searcher.find('"pier number 1"').total == 0
        assert searcher.find('"pier number 3"').total == 1


def test_a_copy_is_mentioned_once(workspace: Workspace) -> None:
    """Equal bytes are one article; when its first file goes, the copy is it, under its own path."""
    workspace.write("a.txt", PIER)
    workspace.write("b/c.txt", PIER)
    workspace.fill(2)
    report = workspace.index()
    assert report.findings == (Finding(FindingKind.DUPLICATE, "b/c.txt", "a.txt"),)
    with workspace.search() as searcher:
        assert searcher.find('"northern pier"').total == 1
    (workspace.corpus / "a.txt").unlink()
    report = workspace.index()
    assert (report.findings, report.problems) == ((), ())
    with workspace.search() as searcher:
        (hit,) = searcher.find('"northern pier"').hits
        assert hit.passage.article_id == "b/c"


def test_a_heading_is_searched_but_not_quoted(workspace: Workspace) -> None:
    """Words of a heading lead to the passage below it, by exact words and by question; the quote is the passage."""
    workspace.write(
        "law.md", f"# Civil code\n\n## Art. 87c Moorings\n\n{PIER}\n## Art. 88 Fishing\n\n{article_text(1)}\n"
    )
    workspace.index()
    with workspace.search() as searcher:
        (hit,) = searcher.find('"Art 87c"').hits
        assert hit.text == PIER.strip()
        assert hit.passage.context.headings == ("Art. 87c Moorings",)
        assert searcher.find('"Civil code" pier').total == 1
        answer = searcher.ask("Which moorings are open from May to October?")
        assert (answer.quotes or answer.closest)[0].text == PIER.strip()


def test_a_row_that_is_left_out_stays_listed(workspace: Workspace) -> None:
    """A broken row of a table is a finding of the run that reads it, and of later runs while the file stays."""
    rows = "title,text\n" + "\n".join(f'T{n},"{article_text(n)[:60]}"' for n in range(3)) + '\nLast,"The pier is closed'
    workspace.write("faq.csv", f"{rows}\n")
    first, second = workspace.index(), workspace.index()
    assert [(each.kind, each.file) for each in first.findings] == [(FindingKind.PARTLY_READ, "faq.csv")]
    assert second.findings == first.findings
    workspace.write("faq.csv", f'{rows} until spring, the mayor said."')
    assert workspace.index().findings == ()


def test_index_remembers_its_folder(workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the next run nor the doctor needs to be given it again, wherever they are started."""
    workspace.fill(2)
    workspace.index()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    bare = workspace.settings.model_copy(update={"corpus": None})
    workspace.fill(3)
    report = run_indexing(bare, open_embedder=workspace.embedder.opened)
    assert report.plan.add == ("a2",)
    (check,) = (check for check in run_checks(bare) if check.subject == "Corpus")
    assert (check.verdict.value, "3 articles" in check.finding) == ("good", True)


def test_harmless_findings_are_exit_code_0(
    pullquote: Pullquote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy, an empty file and a picture are no failure of the command, without a folder the second time."""
    corpus, home = tmp_path / "corpus", tmp_path / "home"
    corpus.mkdir()
    for name in ("a.txt", "b.txt"):
        (corpus / name).write_text(PIER)
    (corpus / "empty.md").write_text("---\ntitle: Draft\n---\n")
    (corpus / "photo.jpg").write_bytes(b"\xff\xd8")
    monkeypatch.chdir(tmp_path)
    for arguments in ((corpus,), ()):
        run = pullquote("index", *arguments, "--home", home)
        assert (run.code, run.out.startswith("1 article")) == (0, True)


def test_code_and_signs_are_found_as_written(workspace: Workspace) -> None:
    """The words of a flag or a section in another writing are no hit, and a heading's section sign counts."""
    workspace.write("pier.md", f"# Pier\n\n## § 3 Mooring\n\n{PIER}\n## Limits\n\nPass `--max-boats 3` to moor at 3.\n")
    workspace.write("town.md", f"# Town\n\nOn page 3 stand the max boats.\n\n{article_text(1)}")
    workspace.index()
    with workspace.search() as searcher:
        for words, text in (("§ 3", PIER.strip()), ("--max-boats", "Pass `--max-boats 3` to moor at 3.")):
            findings = searcher.find(words)
            assert (findings.total, [hit.text for hit in findings.hits]) == (1, [text])
        (hit,) = searcher.find("--max-boats").hits
        assert [hit.text[each.start : each.end] for each in hit.highlights] == ["--max-boats"]
