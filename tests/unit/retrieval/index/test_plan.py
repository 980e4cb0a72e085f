"""Plans of indexing runs: which files are read, which articles stay, which go."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.core.errors import CorpusFileError, RemovalRefusedError
from retrieval.index.plan import FilePlan, aliases_of, plan_files, stored_digest
from retrieval.ingest import Scan, SourceFile
from retrieval.ingest.sources.config import CorpusConfig
from retrieval.storage.library import StoredVersion

ANALYSIS = "2"
NAMES = st.sampled_from("abcdefgh")
DIGESTS = st.dictionaries(NAMES, st.sampled_from("123"), max_size=8)


def source_file(name: str, digest: str, *others: str) -> SourceFile:
    """A file whose bytes and digest are told apart by ``digest``."""
    files = (f"{name}.txt", *(f"{other}.txt" for other in others))
    return SourceFile(Path(files[0]), files, name, f"bytes {digest}", digest, {})


def scan(
    *files: SourceFile, unread: tuple[str, ...] = (), unlisted: tuple[str, ...] = (), catalog_read: bool = True
) -> Scan:
    """A corpus of these files."""
    problems = () if catalog_read else (CorpusFileError("catalog.toml", "it is broken", "Correct it."),)
    return Scan(files, (), (), frozenset(unread), unlisted, CorpusConfig(problems=problems))


def version(name: str, digest: str, *, analysis: str = ANALYSIS) -> StoredVersion:
    """The version of an article that ``source_file`` gave."""
    return StoredVersion((f"{name}.txt",), stored_digest(digest, analysis), f"bytes {digest}")


def corpus(digests: dict[str, str]) -> Scan:
    """A corpus of a file an article."""
    return scan(*(source_file(name, digest) for name, digest in digests.items()))


def library(digests: dict[str, str]) -> dict[str, StoredVersion]:
    """A library of an article a file."""
    return {name: version(name, digest) for name, digest in digests.items()}


def read(plan: FilePlan) -> dict[str, tuple[str, ...]]:
    """Ids that each file to read gave before, by its own id."""
    return {file.article_id: old for file, old in plan.read}


def test_each_article_gets_one_fate() -> None:
    """New, changed, gone and unchanged articles are distinguished."""
    plan = plan_files(
        corpus({"kept": "1", "old": "2", "b": "1", "a": "1"}),
        library({"kept": "1", "old": "1", "gone": "1"}),
        analysis=ANALYSIS,
    )
    assert read(plan) == {"old": ("old",), "b": (), "a": ()}
    assert plan.unchanged == ("kept",)
    assert plan.gone == ("gone",)


def test_articles_that_cannot_be_read_now_stay() -> None:
    """An article whose file or folder cannot be read is neither removed nor changed."""
    stored = library({"a": "1", "b": "1", "closed/c": "1", "closedness": "1"})
    plan = plan_files(scan(unread=("a.txt",), unlisted=("closed",)), stored, analysis=ANALYSIS)
    assert plan.gone == ("b", "closedness")


def test_all_articles_of_a_file_stand_and_fall_together() -> None:
    """Of a table one changed row makes the file read, and all that it gave before are known then."""
    stored = {f"rows/{n}": StoredVersion(("rows.csv",), stored_digest("1", ANALYSIS), "bytes 1") for n in range(3)}
    file = SourceFile(Path("rows.csv"), ("rows.csv",), "rows", "bytes 1", "1", {})
    assert plan_files(scan(file), stored, analysis=ANALYSIS).unchanged == ("rows/0", "rows/1", "rows/2")
    stored["rows/1"] = stored["rows/1"]._replace(digest=stored_digest("0", ANALYSIS))
    assert read(plan_files(scan(file), stored, analysis=ANALYSIS)) == {"rows": ("rows/0", "rows/1", "rows/2")}


def test_an_altered_article_is_read_again() -> None:
    """Its file is unchanged, but the stored text cannot be trusted."""
    plan = plan_files(corpus({"a": "1", "b": "1"}), library({"a": "1", "b": "1"}), analysis=ANALYSIS, altered={"b"})
    assert (read(plan), plan.unchanged) == ({"b": ("b",)}, ("a",))


def test_another_analysis_makes_every_article_new() -> None:
    """A change in how words are folded reads everything again, whatever the catalog."""
    stored = {"a": version("a", "1", analysis="1")}
    for catalog_read in (True, False):
        plan = plan_files(scan(source_file("a", "1"), catalog_read=catalog_read), stored, analysis=ANALYSIS)
        assert read(plan) == {"a": ("a",)}


def test_a_catalog_that_cannot_be_read_changes_nothing() -> None:
    """Without its entries every digest differs; an article of the same bytes keeps what the catalog said before."""
    stored = {"a": version("a", "1"), "b": version("b", "1")}
    same = SourceFile(Path("a.txt"), ("a.txt",), "a", "bytes 1", "other", {})
    changed = source_file("b", "2")
    plan = plan_files(scan(same, changed, catalog_read=False), stored, analysis=ANALYSIS)
    assert (plan.unchanged, read(plan)) == (("a",), {"b": ("b",)})
    assert read(plan_files(scan(same), stored, analysis=ANALYSIS)) == {"a": ("a",)}


def test_a_second_name_is_no_second_article() -> None:
    """A file that is now the copy of another leaves its article to it."""
    stored = library({"a": "1", "b": "1"})
    plan = plan_files(scan(source_file("a", "2", "b")), stored, analysis=ANALYSIS)
    assert read(plan) == {"a": ("a", "b")}
    assert plan.gone == ()
    assert aliases_of(("a", "b"), ("a",)) == {"b": "a"}


def test_only_a_single_article_inherits_earlier_ids() -> None:
    """Where a file gives several articles none of them is what an earlier id stood for."""
    assert aliases_of(("a",), ("a",)) == {}
    assert aliases_of(("a",), ("a.md",)) == {"a": "a.md"}
    assert aliases_of(("a",), ("a/1", "a/2")) == {}
    assert aliases_of((), ("a",)) == {}


@pytest.mark.parametrize(("gone", "refused"), [(1, False), (2, False), (3, True)])
def test_more_than_half_is_not_removed_unasked(gone: int, refused: bool) -> None:
    """Half of four articles may go, three may not."""
    plan = FilePlan((), (), tuple("abc"[:gone]))
    if refused:
        with pytest.raises(RemovalRefusedError, match="3 of 4"):
            plan.check_removal(4)
    else:
        plan.check_removal(4)


@given(DIGESTS, DIGESTS, st.frozensets(NAMES))
def test_applying_the_plan_gives_what_was_wanted(
    stored: dict[str, str], wanted: dict[str, str], unread: frozenset[str]
) -> None:
    """Whatever is stored and wanted, the plan leads from one to the other and touches nothing twice."""
    files = [source_file(name, digest) for name, digest in wanted.items() if name not in unread]
    plan = plan_files(scan(*files, unread=tuple(f"{n}.txt" for n in unread)), library(stored), analysis=ANALYSIS)
    result = {name: digest for name, digest in stored.items() if name not in plan.gone}
    result.update({name: wanted[name] for name in read(plan)})
    kept = {name: digest for name, digest in stored.items() if name in unread}
    assert result == kept | {name: digest for name, digest in wanted.items() if name not in unread}
    touched = [*read(plan), *plan.unchanged, *plan.gone]
    assert len(touched) == len(set(touched))


@given(DIGESTS)
def test_the_same_corpus_again_is_no_work(stored: dict[str, str]) -> None:
    """Nothing is read or removed when nothing has changed."""
    plan = plan_files(corpus(stored), library(stored), analysis=ANALYSIS)
    assert (plan.read, plan.gone) == ((), ())
    assert set(plan.unchanged) == set(stored)
