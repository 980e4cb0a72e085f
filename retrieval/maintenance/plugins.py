"""What other packages add to this one, by entry points: their databases and their checks.

``pullquote.databases``: the name of an SQLite file in the data folder → its migrations, a sequence of scripts.
``pullquote.checks``: any name → a function from the environment's variables to a list of ``Check``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import EntryPoint, entry_points

from retrieval.core.health import Check, Verdict

DATABASES, CHECKS = "pullquote.databases", "pullquote.checks"


def database_migrations() -> dict[str, Sequence[str]]:
    """The migrations of every database that a package here keeps in the data folder, by file name."""
    return {point.name: tuple(point.load()) for point in entry_points(group=DATABASES)}


def added_checks(environ: Mapping[str, str], points: Iterable[EntryPoint] | None = None) -> list[Check]:
    """What the checks of other packages find: of those installed, or of ``points``. One that fails is a finding."""
    found = entry_points(group=CHECKS) if points is None else points
    return [check for point in found for check in _looked(point, environ)]


def _looked(point: EntryPoint, environ: Mapping[str, str]) -> list[Check]:
    try:
        look: Callable[[Mapping[str, str]], list[Check]] = point.load()
        return look(environ)
    except Exception as error:  # noqa: BLE001 - whatever another package does wrong, the other checks are wanted
        finding = f"{point.value} failed: {type(error).__name__}"
        return [Check(point.name.capitalize(), Verdict.BAD, finding, "Run: make setup")]
