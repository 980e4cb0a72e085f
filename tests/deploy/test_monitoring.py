"""Alerts and dashboard: Prometheus understands them, and they ask for figures that the bot has."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.observability.health import Registration, Status
from bot.observability.metrics import Metrics
from tests.conftest import ROOT

FOLDER = ROOT / "deploy" / "monitoring"
ALERTS, DASHBOARD = FOLDER / "alerts.yaml", FOLDER / "dashboard.json"


def promtool(*arguments: str | Path) -> str:
    """Run promtool, skip where it is not installed, and return its output. Fails if it finds fault."""
    if shutil.which("promtool") is None:
        pytest.skip("promtool is not installed")
    done = subprocess.run(["promtool", *map(str, arguments)], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def rules() -> list[Any]:
    """All alerts."""
    groups = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def panels() -> list[Any]:
    """All panels of the dashboard."""
    found: list[Any] = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    return found


def expressions() -> list[str]:
    """Everything that the dashboard asks Prometheus, with Grafana's variables put in."""
    asked = [target["expr"] for panel in panels() for target in panel["targets"]]
    return [each.replace("$__rate_interval", "5m").replace("$instance", ".+") for each in asked]


def names(expression: str) -> set[str]:
    """The metrics in an expression: names outside of braces and quotes that begin as ours do."""
    bare = re.sub(r"\{[^}]*\}", "", expression)
    return set(re.findall(r"\b(?:pullquote|process)_[a-z_]+\b", bare))


def test_prometheus_takes_the_alerts() -> None:
    """Their form and their expressions."""
    assert f"{len(rules())} rules found" in promtool("check", "rules", ALERTS)


def test_the_alerts_come_when_they_should() -> None:
    """Made-up series: each alert for its own trouble and for no other, none where all is well."""
    promtool("test", "rules", ROOT / "tests" / "deploy" / "alerts_test.yaml")


def test_every_alert_is_tested_and_says_what_to_do() -> None:
    """Each has a summary, a description and a severity, and a series that sets it off."""
    tested = (ROOT / "tests" / "deploy" / "alerts_test.yaml").read_text(encoding="utf-8")
    for rule in rules():
        assert set(rule["annotations"]) == {"summary", "description"}
        assert rule["labels"]["severity"] in {"warning", "critical"}
        assert f'alertname="{rule["alert"]}"' in tested, rule["alert"]


def test_they_ask_for_what_there_is() -> None:
    """Every metric of an alert or a panel is one that /metrics has; and none of the bot's own is left unseen."""
    asked = set().union(*map(names, [*(rule["expr"] for rule in rules()), *expressions()]))
    well = Status(opened=True, registration=Registration.DONE, connected=True, latency=0.04, disk_free=1)
    metrics = Metrics()
    metrics.discord_error("429")
    text = metrics.text(well).decode()
    exported = {line.partition(" ")[0].partition("{")[0] for line in text.splitlines() if not line.startswith("#")}
    assert asked <= exported
    assert {name for name in exported if name.startswith("pullquote_")} <= asked


def test_prometheus_takes_what_the_dashboard_asks(tmp_path: Path) -> None:
    """Every expression, as a recording rule."""
    recorded = [{"record": f"panel:{number}", "expr": each} for number, each in enumerate(expressions())]
    path = tmp_path / "dashboard.yaml"
    path.write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": recorded}]}), encoding="utf-8")
    assert f"{len(recorded)} rules found" in promtool("check", "rules", path)


def test_the_panels_stand_side_by_side() -> None:
    """Numbers and titles are given once, no panel covers another, none hangs over the edge."""
    every = panels()
    assert len({panel["id"] for panel in every}) == len({panel["title"] for panel in every}) == len(every)
    taken: set[tuple[int, int]] = set()
    for panel in every:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        for cell in ((x, y) for x in range(place["w"]) for y in range(place["h"])):
            at = (place["x"] + cell[0], place["y"] + cell[1])
            assert at not in taken, panel["title"]
            taken.add(at)


def test_prometheus_takes_the_example() -> None:
    """The part of prometheus.yml that finds the bot and the alerts; the alerts look for the job of that name."""
    promtool("check", "config", FOLDER / "scrape.yaml")
    (job,) = yaml.safe_load((FOLDER / "scrape.yaml").read_text(encoding="utf-8"))["scrape_configs"]
    assert job["job_name"] == "pullquote"
