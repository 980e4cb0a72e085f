"""Entry points by which other packages add databases and checks.

``pullquote.databases``: the name of an SQLite file in the data folder → its migrations, a sequence of scripts.
``pullquote.checks``: any name → a function from the environment's variables to a list of ``Check``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import EntryPoint, entry_points

from retrieval.core.health import Check, Verdict

DATABASES, CHECKS = "pullquote.databases", "pullquote.checks"


def database_migrations() -> dict[str, Sequence[str]]:
    """Migrations of all databases that installed packages keep in the data folder, by file name."""
    return {point.name: tuple(point.load()) for point in entry_points(group=DATABASES)}


def plugin_checks(environ: Mapping[str, str], points: Iterable[EntryPoint] | None = None) -> list[Check]:
    """Run the checks of ``points``, by default of all installed packages. A check that raises becomes a finding."""
    found = entry_points(group=CHECKS) if points is None else points
    return [check for point in found for check in _run_check(point, environ)]


def _run_check(point: EntryPoint, environ: Mapping[str, str]) -> list[Check]:
    try:
        check: Callable[[Mapping[str, str]], list[Check]] = point.load()
        return check(environ)
    except Exception as error:  # noqa: BLE001 - a failing plugin must not hide the other checks
        finding = f"{point.value} failed: {type(error).__name__}"
        return [Check(point.name.capitalize(), Verdict.BAD, finding, "Run: make setup")]
