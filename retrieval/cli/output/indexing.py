"""Report of an indexing run: a line for each kind of finding and of problem, never one for each of thousands."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from retrieval.core.errors import CorpusFileError
from retrieval.core.findings import Finding, FindingKind

_EXAMPLES = 10


def finding_lines(findings: Iterable[Finding]) -> Iterator[str]:
    """One line for each kind of finding, with at most ten examples."""
    by_kind: dict[FindingKind, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_kind[finding.kind].append(finding)
    for kind, found in by_kind.items():
        if kind is FindingKind.UNKNOWN_FORMAT:
            endings = Counter(PurePosixPath(each.file).suffix.lower() or "no ending" for each in found)
            examples = [f"{count:,} {ending}" for ending, count in endings.most_common()]
        else:
            shown = kind is not FindingKind.EXCLUDED
            examples = [f"{each.file} ({each.detail})" if shown and each.detail else each.file for each in found]
        rest = len(examples) - _EXAMPLES
        more = f" and {rest:,} more" if rest > 0 else ""
        if kind is FindingKind.PARTLY_READ:
            parts = "1 part of a file is" if len(found) == 1 else f"{len(found):,} parts of files are"
            yield f"{parts} left out: {', '.join(examples[:_EXAMPLES])}{more}"
            continue
        files = "file is" if len(found) == 1 else "files are"
        yield f"{len(found):,} {files} left out, {kind.value}: {', '.join(examples[:_EXAMPLES])}{more}"
    if by_kind:
        yield "All that is left out: pullquote sources --audit"


def problem_lines(problems: Iterable[CorpusFileError]) -> Iterator[str]:
    """The problems, at most ten that differ in the file alone."""
    counts: Counter[str] = Counter()
    for problem in problems:
        counts[problem.problem] += 1
        if counts[problem.problem] <= _EXAMPLES:
            yield str(problem)
    for problem_text, count in counts.items():
        if count > _EXAMPLES:
            more = count - _EXAMPLES
            files = "file" if more == 1 else "files"
            yield f"{more:,} more {files}: {problem_text}. All of them: pullquote index --json"
