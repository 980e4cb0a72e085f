"""Report of an indexing run: short however many files are concerned."""

from __future__ import annotations

from retrieval.cli.output.indexing import finding_lines, problem_lines
from retrieval.core.errors import CorpusFileError
from retrieval.core.findings import Finding, FindingKind


def test_each_kind_of_finding_is_one_line_with_ten_examples() -> None:
    """Thousands of duplicates are a line, other formats are counted by their endings."""
    findings = [Finding(FindingKind.DUPLICATE, f"{n}.txt", "a.txt") for n in range(1_000)]
    findings += [Finding(FindingKind.UNKNOWN_FORMAT, name, "") for name in ("a.png", "b.PNG", "Makefile")]
    findings += [Finding(FindingKind.EXCLUDED, "CHANGELOG.md", 'excluded by "CHANGELOG*"')]

    duplicate, unknown, excluded, where = finding_lines(findings)

    assert duplicate.startswith("1,000 files are left out, same content as another file: 0.txt (a.txt), 1.txt (a.txt)")
    assert duplicate.endswith("9.txt (a.txt) and 990 more")
    assert unknown == "3 files are left out, format that is not read: 2 .png, 1 no ending"
    assert excluded == "1 file is left out, excluded: CHANGELOG.md"
    assert where == "All that is left out: pullquote sources --audit"
    assert list(finding_lines([])) == []


def test_problems_that_differ_in_the_file_alone_are_ten_lines() -> None:
    """A folder of thousands of unreadable files does not flood the terminal, and a rare problem is still seen."""
    problems = [CorpusFileError(f"{n}.md", "it is empty", "Delete it.") for n in range(500)]
    problems.append(CorpusFileError("x.pdf", "it is damaged", "Replace it."))
    problems += [CorpusFileError(f"{n}.docx", "it is locked", "Open it.") for n in range(11)]

    lines = list(problem_lines(problems))

    assert len(lines) == 23
    assert lines[10] == "x.pdf: it is damaged. Replace it."
    assert lines[21] == "490 more files: it is empty. All of them: pullquote index --json"
    assert lines[22] == "1 more file: it is locked. All of them: pullquote index --json"
