"""Bad input: one line that names the file and says what to do, the rest indexed, exit code 2."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree

import pytest

from retrieval.core.errors import CorpusFileError, RemovalRefusedError, RetrievalError
from retrieval.core.findings import Finding, FindingKind
from retrieval.core.settings import Settings
from retrieval.storage.home.layout import LIBRARY_FILE
from tests.conftest import ROOT, Pullquote, Run, Workspace, article_text, run_command
from tests.support.doubles.fakes import WordEmbedder

GOOD = "The harbour of the town opened in 1890.\nIt closed again in 1921, says Anna Berg.\n"

#: Name, bytes, and what the line has to say beside the name.
BAD_FILES = {
    "binary": ("bad.txt", bytes(range(256)) * 40, "no text"),
    "picture": ("bad.txt", b"\x89PNG\r\n\x1a\n" + b"\x00\x01\x02\xff\xfe" * 400, "no text"),
    "broken YAML": ("bad.md", b"---\ntitle: one\n  bad: [\n---\nText of it.\n", "line"),
    "broken TOML": ("bad.md", b'+++\ntitle = "one"\nnonsense\n+++\nText of it.\n', "line 3"),
    "unclosed front matter": ("bad.md", b"---\ntitle: one\nText of it.\n", "line 1"),
    "catalog": ("catalog.toml", b'[articles.a0]\ntitle = "one"\nnonsense\n', "line 3"),
    "catalog key": ("catalog.toml", b'[articles.a0]\ntitel = "one"\n', 'articles."a0".titel is unknown'),
}


#: Name, bytes, and what is found: nothing that anyone has to act on.
HARMLESS_FILES = {
    "empty": ("bare.txt", b"", FindingKind.NO_TEXT),
    "white space": ("bare.txt", b" \r\n\t\n" * 10, FindingKind.NO_TEXT),
    "a million empty lines": ("bare.txt", b"\n" * 1_000_000, FindingKind.NO_TEXT),
    "stars": ("bare.txt", b"* * *\n", FindingKind.NO_TEXT),
    "front matter alone": ("bare.md", b"---\ntitle: Draft\n---\n", FindingKind.NO_TEXT),
    "same bytes": ("twin.txt", GOOD.encode(), FindingKind.DUPLICATE),
    "picture": ("photo.jpg", b"\xff\xd8", FindingKind.UNKNOWN_FORMAT),
}


@pytest.fixture
def indexed(workspace: Workspace) -> Workspace:
    """Three indexed articles, and a fourth that is not indexed yet."""
    workspace.fill(3)
    workspace.index()
    workspace.write("good.txt", GOOD)
    return workspace


@pytest.mark.parametrize("kind", BAD_FILES)
def test_a_bad_file_is_named_and_the_rest_is_indexed(indexed: Workspace, kind: str) -> None:
    """The message names the file and the problem; all good articles, old and new, are indexed."""
    name, content, trouble = BAD_FILES[kind]
    indexed.write(name, content)
    report = indexed.index()
    (problem,) = report.problems
    assert str(problem).startswith(name)
    assert trouble in str(problem)
    assert "\n" not in str(problem)
    assert len(str(problem)) < 300
    assert {"a0", "a1", "a2"} < set(indexed.texts())
    with indexed.search() as searcher:
        assert searcher.find('"closed again in 1921"').total == 1


@pytest.mark.parametrize("kind", HARMLESS_FILES)
def test_a_harmless_file_is_a_finding(indexed: Workspace, kind: str) -> None:
    """It is found, again in each run, recorded in the library, and no problem."""
    name, content, found = HARMLESS_FILES[kind]
    indexed.write(name, content)
    for _ in range(2):
        report = indexed.index()
        assert report.problems == ()
        assert [(finding.kind, finding.file) for finding in report.findings] == [(found, name)]
        with indexed.stores() as opened:
            assert opened.library.articles.findings() == list(report.findings)
    assert set(indexed.texts()) == {"a0", "a1", "a2", "good"}
    (indexed.corpus / name).unlink()
    assert indexed.index().findings == ()


def test_a_paragraph_of_50_megabytes(indexed: Workspace) -> None:
    """A huge paragraph is refused by name, and the other articles are indexed."""
    indexed.write("bad.txt", "word " * 10_000_000)
    (problem,) = indexed.index().problems
    assert str(problem).startswith("bad.txt")
    assert "paragraph" in str(problem)
    assert len(indexed.texts()) == 4


def test_a_file_that_cannot_be_read(indexed: Workspace) -> None:
    """A dangling link and an unreadable file are named, and their stored articles stay."""
    (indexed.corpus / "a1.txt").unlink()
    (indexed.corpus / "a1.txt").symlink_to(indexed.corpus / "nowhere")
    expected = {"a1.txt"}
    if os.geteuid():
        (indexed.corpus / "a2.txt").chmod(0)
        expected.add("a2.txt")
    report = indexed.index()
    assert {problem.file for problem in report.problems} == expected
    assert all("cannot be read" in str(problem) for problem in report.problems)
    assert set(indexed.texts()) == {"a0", "a1", "a2", "good"}


def test_a_stored_article_that_turns_bad_stays(indexed: Workspace) -> None:
    """An article whose file is now empty or binary is still quoted as it was."""
    indexed.write("a0.txt", b"")
    indexed.write("a1.txt", bytes(range(256)) * 40)
    report = indexed.index()
    assert [problem.file for problem in report.problems] == ["a1.txt"]
    assert report.findings == (Finding(FindingKind.NO_TEXT, "a0.txt", "it is empty"),)
    texts = indexed.texts()
    assert texts["a0"] == article_text(0)
    assert texts["a1"] == article_text(1)


def test_a_broken_catalog_loses_nothing_stored(indexed: Workspace) -> None:
    """Titles and paragraphs that the catalog gave stay as they are while it cannot be read; new articles come in."""
    indexed.write("catalog.toml", '[articles.a0]\ntitle = "Harbours"\ndrop = [2]\n')
    (indexed.corpus / "good.txt").unlink()
    assert indexed.index().plan.replace == ("a0",)
    indexed.write("catalog.toml", '[articles.a0]\ntitle = "Harbours\n')
    indexed.write("good.txt", GOOD)
    indexed.write("a1.txt", article_text(1, version=2))
    (problem,) = indexed.index().problems
    assert "catalog.toml, line 2" in str(problem)
    with indexed.stores() as opened:
        titles = {article.article_id: article.metadata.title for article in opened.library.articles.summaries()}
        assert titles["a0"] == "Harbours"
        assert len(opened.library.passages.of_article("a0")) == 3
        assert opened.library.articles.text("a1") == article_text(1, version=2)
    assert "good" in titles


def test_two_names_for_one_article(indexed: Workspace) -> None:
    """Two files of the same bytes are one article with both names, a finding, and its words are found once."""
    indexed.write("twin.txt", GOOD)
    report = indexed.index()
    assert (report.problems, report.plan.add) == ((), ("good",))
    assert report.findings == (Finding(FindingKind.DUPLICATE, "twin.txt", "good.txt"),)
    with indexed.stores() as opened:
        (article,) = (a for a in opened.library.articles.summaries() if a.article_id == "good")
        assert article.files == ("good.txt", "twin.txt")
    with indexed.search() as searcher:
        assert searcher.find('"closed again in 1921"').total == 1


@pytest.mark.parametrize("state", ["missing", "empty", "a file", "only a photo"])
def test_without_a_corpus_the_library_stays(indexed: Workspace, state: str) -> None:
    """A folder that is missing, empty or no folder is named, and wipes nothing, not even when removal is allowed."""
    before = indexed.texts()
    shutil.rmtree(indexed.corpus)
    if state == "a file":
        indexed.corpus.write_text("")
    elif state != "missing":
        indexed.corpus.mkdir()
    if state == "only a photo":
        indexed.write("photo.jpg", b"\xff\xd8")
    for options in ({}, {"allow_removal": True}, {"rebuild": True}):
        with pytest.raises(CorpusFileError, match=str(indexed.corpus)):
            indexed.index(**options)
    assert indexed.texts() == before


def test_removing_over_half_has_to_be_allowed(indexed: Workspace) -> None:
    """With two of three files gone nothing changes, not even in a rebuild, until --allow-removal."""
    before = indexed.texts()
    (indexed.corpus / "a0.txt").unlink()
    (indexed.corpus / "a1.txt").unlink()
    for options in ({}, {"rebuild": True}):
        with pytest.raises(RemovalRefusedError, match=r"2 of 3.*--allow-removal"):
            indexed.index(**options)
        assert indexed.texts() == before
    indexed.index(allow_removal=True)
    assert set(indexed.texts()) == {"a2", "good"}


@pytest.mark.parametrize("text", ["ʼ", "ﾞ ゛", "ﷺ", "🙂🙂", "\u200b\u2060", "֎ ۞", "'", "�" * 20, "\u0300\u0301"])
def test_unusual_characters_are_ordinary_text(workspace: Workspace, text: str) -> None:
    """Text with characters that fold to nothing, or to several words, is indexed, found and quoted verbatim."""
    workspace.write("odd.txt", f"The harbour {text} opened in 1890.\nAnother line about {text}\n")
    assert workspace.index().problems == ()
    with workspace.search() as searcher:
        (hit,) = searcher.find("opened").hits
        assert text in hit.text
        answer = searcher.ask(f"When was the harbour {text} opened?")
        assert text in (answer.quotes or answer.closest)[0].text


QUESTIONS = {
    "empty": ("", "empty"),
    "white space": (" \n\t ", "empty"),
    "10,000 characters": ("why " * 2500, "10,000 characters"),
    "emoji": ("🙂 🎉", "no word"),
    "punctuation": ("?!… “”", "no word"),
    "stop words": ("what is it about?", "no word"),
}


@pytest.mark.parametrize("kind", QUESTIONS)
def test_questions_that_cannot_be_asked(pullquote: Pullquote, seeded: Settings, kind: str) -> None:
    """Each such question is refused in one line that says why, with exit code 2."""
    question, trouble = QUESTIONS[kind]
    run = pullquote("ask", question, "--home", seeded.home)
    assert (run.code, run.out) == (2, "")
    assert trouble in run.complaint
    assert len(run.complaint) < 300


def test_words_that_cannot_be_found(pullquote: Pullquote, seeded: Settings) -> None:
    """Find refuses input without a word, and accepts stop words, which a phrase may contain."""
    for words in ("", "🙂", '""', "w" * 10_000):
        assert pullquote("find", words, "--home", seeded.home).code == 2
    assert pullquote("find", "of the", "--home", seeded.home).code == 0


def test_a_batch_with_questions_that_cannot_be_asked(pullquote: Pullquote, seeded: Settings, tmp_path: Path) -> None:
    """Each question still gets its object, in order, with the reason in its notes; the exit code is 2."""
    file = tmp_path / "batch.jsonl"
    rows = ["", "Who will lead the truce monitoring mechanism?", "🙂", "why " * 2500]
    file.write_text("\n".join(json.dumps({"question": row}) for row in rows))
    run = pullquote("ask", "--batch", file, "--json", "--home", seeded.home)
    documents = [json.loads(line) for line in run.out.splitlines()]
    assert run.code == 2
    assert [document["question"] for document in documents] == rows
    assert [document["answered"] for document in documents] == [False, True, False, False]
    assert all(document["notes"] for document in documents if not document["answered"])


@pytest.mark.parametrize(
    ("content", "trouble"),
    [
        (b"", "no question"),
        (b"\n\n", "no question"),
        (b'{"question": "Who?"}\n{"question": ', "line 2"),
        (b'{"question": "Who?"}\n{"q": "Who?"}\n', "line 2"),
        (b'{"question": 7}\n', "line 1"),
        (b"{" + b'"a":[' * 100_000, "line 1"),
        (b"\xff\xfe\xff\x00Who", "UTF-8"),
    ],
)
def test_a_batch_that_cannot_be_read(
    pullquote: Pullquote, seeded: Settings, tmp_path: Path, content: bytes, trouble: str
) -> None:
    """A broken batch is named with its line before anything is asked."""
    file = tmp_path / "batch.jsonl"
    file.write_bytes(content)
    run = pullquote("ask", "--batch", file, "--json", "--home", seeded.home)
    assert (run.code, run.out) == (2, "")
    assert str(file) in run.complaint
    assert trouble in run.complaint


def test_a_batch_that_is_not_there(pullquote: Pullquote, seeded: Settings, tmp_path: Path) -> None:
    """A missing file, and a folder, are named."""
    for file in (tmp_path / "missing", tmp_path):
        run = pullquote("ask", "--batch", file, "--home", seeded.home)
        assert run.code == 2
        assert str(file) in run.complaint


def test_a_picture_of_a_question_with_controls(pullquote: Pullquote, seeded: Settings, tmp_path: Path) -> None:
    """Characters that XML forbids are replaced in the title and in the text."""
    picture = tmp_path / "answer.svg"
    pullquote("ask", "Who will lead\x1b the truce\x00 \ud800monitoring?", "--svg", picture, "--home", seeded.home)
    assert "pullquote ask" in "".join(ElementTree.parse(picture).getroot().itertext()).replace("\xa0", " ")  # noqa: S314


def test_a_picture_of_a_batch_is_refused(pullquote: Pullquote, seeded: Settings, tmp_path: Path) -> None:
    """--svg together with --batch is a usage error."""
    batch = tmp_path / "questions.txt"
    batch.write_text("Who met in Paris?")
    run = pullquote("ask", "--batch", batch, "--svg", tmp_path / "answer.svg", "--home", seeded.home)
    assert run.code == 2
    assert "--svg" in run.err


def test_a_lone_surrogate_gives_no_traceback(seeded: Settings) -> None:
    """A search for a lone surrogate, as a broken terminal may send it, runs and is printed."""
    for options in ((), ("--json",)):
        run = run_command("find", "Macron \udcff", "--home", seeded.home, *options, fresh=True)
        assert (run.code, run.err) == (0, "")
        assert "Macron" in run.out
    assert run.document["words"] == "Macron \udcff"


def test_a_terminal_without_unicode(seeded: Settings) -> None:
    """Characters that the terminal cannot encode are replaced or escaped."""
    run = run_command("find", "Nausėda", "--home", seeded.home, fresh=True, PYTHONIOENCODING="ascii")
    assert (run.code, run.err) == (0, "")
    assert "Budapest" in run.out
    document = run_command(
        "find", "Nausėda", "--home", seeded.home, "--json", fresh=True, PYTHONIOENCODING="ascii"
    ).document
    assert "Gitanas Nausėda also" in document["hits"][0]["text"]


def test_a_broken_env_file(pullquote: Pullquote, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A binary .env is named in one line."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_bytes(b"PULLQUOTE_HOME=\xff\xfe\n")
    run = pullquote("sources")
    assert run.code == 2
    assert ".env" in run.complaint
    assert "unexpected" not in run.complaint


def test_a_bad_setting_names_its_variable(pullquote: Pullquote, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong variable is refused by its name."""
    monkeypatch.setenv("PULLQUOTE_THREADS", "many")
    run = pullquote("doctor")
    assert run.code == 2
    assert "PULLQUOTE_THREADS" in run.complaint


def test_a_model_that_is_not_there(pullquote: Pullquote, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An unknown model name and a folder without a model are refused without a download."""
    for name in ("someone/no-such-model", str(tmp_path)):
        monkeypatch.setenv("EMBEDDING_MODEL", name)
        run = pullquote("index", "--home", tmp_path / "home")
        assert run.code == 2
        assert "EMBEDDING_MODEL" in run.complaint
        assert not list((tmp_path / "home").glob("indexes-*"))


# ---- through the command itself, in a process of its own, as a user meets it ----


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory, seeded: Settings) -> Path:
    """A folder with a corpus (the seeds) and a data folder made from it with the real model."""
    place = tmp_path_factory.mktemp("stocked")
    shutil.copytree(ROOT / "seeds", place / "corpus")
    shutil.copytree(seeded.home, place / "home")
    return place


@pytest.fixture
def place(stocked: Path, tmp_path: Path) -> Path:
    """A copy of ``stocked`` for one test to damage."""
    shutil.copytree(stocked, tmp_path / "place")
    return tmp_path / "place"


def run_index(place: Path, *options: str) -> Run:
    """Run ``pullquote index`` on a place."""
    return run_command("index", place / "corpus", "--home", place / "home", *options)


def assert_answers(place: Path) -> None:
    """Check that the library of a place still answers."""
    run = run_command("find", "truce", "--home", place / "home", "--json")
    assert run.code == 0
    assert run.document["total"] >= 1


def test_bad_files_at_the_command(place: Path) -> None:
    """Bad files give a line each on standard error, the count on standard output, and exit code 2; others do not."""
    corpus = place / "corpus"
    (corpus / "empty.txt").write_bytes(b"")
    (corpus / "binary.txt").write_bytes(bytes(range(256)) * 40)
    (corpus / "lines.txt").write_bytes(b"\n" * 1_000_000)
    (corpus / "matter.md").write_text("---\ntitle: [\n---\nText.\n")
    (corpus / "twin.txt").write_bytes((corpus / "004_df97686d4eee1bb5.txt").read_bytes())
    (corpus / "gone.txt").symlink_to(corpus / "nowhere")
    (corpus / "huge.txt").write_bytes(b"word " * 10_000_000)
    run = run_index(place)
    assert run.code == 2
    lines = run.err.rstrip("\n").split("\n")
    named = {line.removeprefix("pullquote: ").partition(":")[0].partition(",")[0] for line in lines}
    assert named == {"binary.txt", "matter.md", "gone.txt", "huge.txt"}
    assert run.out.startswith("5 articles, 59 passages")
    assert_answers(place)


def test_harmless_files_at_the_command(place: Path) -> None:
    """Empty files, copies and unknown formats are no reason for an exit code."""
    corpus = place / "corpus"
    (corpus / "empty.txt").write_bytes(b"")
    (corpus / "matter.md").write_text("---\ntitle: Draft\n---\n")
    (corpus / "twin.txt").write_bytes((corpus / "004_df97686d4eee1bb5.txt").read_bytes())
    (corpus / "photo.jpg").write_bytes(b"\xff\xd8")
    run = run_index(place)
    assert (run.code, "Traceback" in run.err) == (0, False)
    assert run.out.startswith("5 articles, 59 passages")


def test_a_broken_catalog_at_the_command(place: Path) -> None:
    """The message names the faulty line, and the stored titles stay."""
    (place / "corpus" / "catalog.toml").write_text('[articles."x"]\ntitle = \n')
    run = run_index(place)
    assert run.code == 2
    assert run.complaint.startswith("pullquote: catalog.toml, line 2: ")
    titles = [a["title"] for a in run_command("sources", "--json", "--home", place / "home").document]
    assert "What the leaders of the Coalition of the Willing said in Paris" in titles


def test_no_corpus_at_the_command(place: Path) -> None:
    """A missing folder and one that has lost most of its files delete nothing."""
    run = run_command("index", place / "nowhere", "--home", place / "home")
    assert run.code == 2
    assert "nowhere" in run.complaint
    for path in sorted((place / "corpus").glob("0*.txt"))[:3]:
        path.unlink()
    run = run_index(place)
    assert run.code == 2
    assert "--allow-removal" in run.complaint
    assert_answers(place)


def test_damage_at_the_command(pullquote: Pullquote, place: Path) -> None:
    """A damaged vector index and a damaged library are each named, and --rebuild repairs both."""
    (chroma,) = (place / "home").glob("indexes-*/chroma/chroma.sqlite3")
    chroma.write_bytes(b"damaged" * 9000)
    run = run_command("ask", "Who will lead the truce monitoring mechanism?", "--home", place / "home")
    assert run.code == 2
    assert "chroma" in run.complaint
    assert "pullquote index --rebuild" in run.complaint
    assert run_index(place, "--rebuild").code == 0
    assert_answers(place)
    (place / "home" / LIBRARY_FILE).write_bytes(b"damaged" * 9000)
    run = run_command("sources", "--home", place / "home")
    assert run.code == 2
    assert LIBRARY_FILE in run.complaint
    assert "pullquote index --rebuild" in run.complaint
    run = pullquote("index", place / "corpus", "--home", place / "home", "--rebuild")
    assert run.code == 0
    assert "damaged-" in run.complaint
    assert_answers(place)


def test_an_altered_text_at_the_command(pullquote: Pullquote, place: Path) -> None:
    """Asking notes it, reading it is refused, the doctor names it, and index reads it again."""
    with closing(sqlite3.connect(place / "home" / LIBRARY_FILE, isolation_level=None)) as connection:
        connection.execute("UPDATE articles SET text = replace(text, 'agreed to lead', 'refused to lead')")
    run = pullquote("ask", "Who will lead the truce monitoring mechanism?", "--home", place / "home", "--json")
    document = run.document
    assert "refused" not in run.out
    assert any("001_c89cddc9c1940466" in note for note in document["notes"])
    refused = run_command("source", "001_c89cddc9c1940466", "--home", place / "home")
    assert refused.code == 2
    assert "checksum" in refused.complaint
    doctor = run_command("doctor", "--home", place / "home", "--corpus", place / "corpus")
    assert doctor.code == 2
    assert "001_c89cddc9c1940466" in doctor.out
    assert pullquote("index", place / "corpus", "--home", place / "home").code == 0
    assert run_command("source", "001_c89cddc9c1940466", "--home", place / "home").code == 0


def test_an_interrupted_run_says_so(place: Path) -> None:
    """Ctrl+C ends without a traceback, with the exit code of an interrupt."""
    for number in range(40):
        text = "\n".join(f"Sentence {n} of article {number} is about something else." for n in range(300))
        (place / "corpus" / f"long{number}.txt").write_text(text)
    command = [sys.executable, "-m", "retrieval", "index", str(place / "corpus"), "--home", str(place / "home")]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    deadline = time.monotonic() + 60
    while not (place / "home" / "owner.lock").read_text().startswith(str(child.pid)) and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.5)
    child.send_signal(signal.SIGINT)
    _, err = child.communicate(timeout=60)
    assert child.returncode == 130
    assert "Traceback" not in err
    assert_answers(place)


# ---- a disk that is full ----


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a separate disk of 12 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    options = ["-t", "tmpfs", "-o", "size=12m", "none", str(folder)]
    if mount is None or subprocess.run([mount, *options], capture_output=True, check=False).returncode:
        pytest.skip("a small disk cannot be mounted here: that takes the rights of root")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=False)


@pytest.mark.parametrize("room", [0, 30_000, 200_000, 600_000, 1_500_000, 3_000_000])
def test_a_full_disk(small_disk: Path, workspace: Workspace, room: int) -> None:
    """With ``room`` bytes left an indexing run raises our own error, and the stored articles still answer."""
    indexed = Workspace(Settings(home=small_disk / "home", corpus=workspace.corpus), WordEmbedder())
    indexed.fill(3)
    indexed.index()
    before = indexed.texts()
    filler = small_disk / "filler"
    free = shutil.disk_usage(small_disk).free
    filler.write_bytes(b"x" * max(0, free - room))
    for number in range(30):
        text = "\n".join(f"Sentence {n} of article {number} is about subject{n * number}." for n in range(300))
        indexed.write(f"long{number}.txt", text)
    with pytest.raises(RetrievalError, match=r"[Rr]oom|[Cc]heck the disk") as refused:
        indexed.index()
    assert "\n" not in str(refused.value)
    assert "damaged" not in str(refused.value)
    filler.unlink()
    seen = indexed.texts() if not shelf_disagrees(indexed) else None
    assert seen is not None
    assert {name: seen[name] for name in before} == before
    (indexed.corpus / "long29.txt").write_text("Short.")
    for number in range(4, 29):
        (indexed.corpus / f"long{number}.txt").unlink()
    indexed.index(allow_removal=True)
    assert indexed.texts() == indexed.wanted()


def shelf_disagrees(indexed: Workspace) -> bool:
    """True if an index lacks passages of the library."""
    with indexed.stores() as opened:
        live = set(opened.library.passages.keys())
        if not (live <= opened.vectors.keys() and live <= opened.words.keys()):
            return True
        opened.vectors.remove(sorted(opened.vectors.keys() - live))
        opened.words.remove(sorted(opened.words.keys() - live))
        return False


def test_a_full_disk_at_the_command(pullquote: Pullquote, small_disk: Path, seeded: Settings) -> None:
    """The command says that the disk is full, in one line, with exit code 2, and the library still answers."""
    shutil.copytree(seeded.home, small_disk / "home")
    shutil.copytree(ROOT / "seeds", small_disk / "corpus")
    (small_disk / "corpus" / "new.txt").write_text("\n".join(f"The harbour of town {n} is open." for n in range(120)))
    filler = small_disk / "filler"
    filler.write_bytes(b"x" * max(0, shutil.disk_usage(small_disk).free - 50_000))
    run = run_index(small_disk)
    assert run.code == 2
    assert "room" in run.complaint.lower() or "disk" in run.complaint.lower()
    assert "damaged" not in run.complaint
    assert_answers(small_disk)
    filler.unlink()
    assert pullquote("index", small_disk / "corpus", "--home", small_disk / "home").code == 0
