"""Verdict on a run, as a table for people and as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from tests.load.gauges import MOST_GROWTH, Growth
from tests.load.outcomes import ANSWERED, REFUSED, SORRY, Waits
from tests.load.play import Course, LoadPlan

#: Chroma opens so many connections, each with a thread, one by one as they are needed: 10 also when 40 threads search
#: at once. That is no leak.
_POOLED = {"chroma.sqlite3": 10}


def wrongs(course: Course, *, outage: bool) -> list[str]:
    """Return the failed conditions; empty: the run was good."""
    outcomes, growth = course.outcomes, Growth.of(course.gauge.samples)
    before, after = course.quiet
    left = {what: count for what, count in (after - before).items() if after[what] > _POOLED.get(what, 0)}
    more = ", ".join(f"{count} {what}" for what, count in left.items())
    pooled = sum(max(0, after[what] - before[what]) for what in _POOLED)
    threads = growth.threads[1] - growth.threads[0] - pooled
    found = {
        f"{outcomes.unanswered} of {outcomes.sent} were neither answered nor refused with a reason": outcomes.unanswered
        > 0,
        f"{outcomes.counts[SORRY]} ended with an incident": outcomes.counts[SORRY] > 0 and not outage,
        "no question was answered": outcomes.counts[ANSWERED] == 0,
        f"memory grew to {growth.ratio} of what it was, over {MOST_GROWTH}": growth.ratio > MOST_GROWTH,
        f"file handles were left behind: {more}": bool(left),
        f"threads grew from {growth.threads[0]:g} to {growth.threads[1]:g}": threads > 0,
    }
    return course.wrongs + [what for what, wrong in found.items() if wrong]


def document(plan: LoadPlan, course: Course) -> dict[str, Any]:
    """Everything, for another program."""
    growth, outcomes = Growth.of(course.gauge.samples), course.outcomes
    return {
        "minutes": plan.minutes,
        "rate": plan.rate,
        "server": plan.server,
        "outage": plan.outage,
        "sent": outcomes.sent,
        "counts": dict(outcomes.counts),
        "ways": dict(sorted(outcomes.ways.items())),
        "waits": asdict(Waits.of(outcomes.seconds)),
        "growth": asdict(growth) | {"ratio": growth.ratio},
        "quiet_handles": [dict(each) for each in course.quiet],
        "latest_of_double": max(course.double_seconds, default=0.0),
        "log_bytes": course.log_bytes,
        "events": course.events,
        "failures": outcomes.failures,
        "wrongs": wrongs(course, outage=plan.outage),
        "samples": [asdict(each) for each in course.gauge.samples],
    }


def table(plan: LoadPlan, course: Course) -> str:
    """Summarise the run, a line for each figure."""
    growth, outcomes = Growth.of(course.gauge.samples), course.outcomes
    quiet = [each.total() for each in course.quiet]
    waits, counts = Waits.of(outcomes.seconds), outcomes.counts
    since = f"after {growth.settled_at / 60:.1f} min and at the end"
    rows = [
        ("load", f"{plan.minutes:g} min, {plan.rate:g} a second"),
        ("sent", f"{outcomes.sent}"),
        ("answered", f"{counts[ANSWERED]}"),
        ("refused", f"{counts[REFUSED]}; with an incident {counts[SORRY]}"),
        ("neither", f"{outcomes.unanswered}"),
        ("seconds waited", f"p50 {waits.p50:g}, p95 {waits.p95:g}, p99 {waits.p99:g}"),
        ("resident MB", f"{growth.rss[0]:g} → {growth.rss[1]:g}, ratio {growth.ratio:g} ({since})"),
        ("proportional MB", f"{growth.pss[0]:g} → {growth.pss[1]:g}"),
        (
            "file handles",
            f"{growth.handles[0]:g} → {growth.handles[1]:g}; quiet {quiet[0]} → {quiet[1]}",
        ),
        ("threads", f"{growth.threads[0]:g} → {growth.threads[1]:g}"),
        *(("", event) for event in course.events),
        *(("failed", failure) for failure in outcomes.failures),
        *(("WRONG", wrong) for wrong in wrongs(course, outage=plan.outage)),
    ]
    return "\n".join(f"{name:<16} {value}".rstrip() for name, value in rows)
