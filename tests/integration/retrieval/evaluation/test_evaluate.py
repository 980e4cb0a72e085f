"""`eval`, `calibrate` and `bench` as commands, on small files and with the real model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from retrieval.core.settings import Settings
from retrieval.evaluation.metrics import NAMES
from retrieval.search.answer.confidence import Confidence
from tests.conftest import Pullquote

TOWNS = ("Abingdon", "Bergen", "Coimbra", "Delft", "Elbing", "Ferrara", "Gdansk", "Hobart", "Izmir", "Jena")
PNG = b"\x89PNG\r\n"


def squad(file: Path) -> Path:
    """Ten articles of two paragraphs, with three questions each."""
    data = []
    for number, town in enumerate(TOWNS):
        bridge = (
            f"The stone bridge of {town} was finished in {1500 + number}. It has {number + 3} arches over the river."
        )
        market = f"Every market day in {town} the mayor rings a bell. Farmers sell cheese and apples until noon."
        asked = (
            (bridge, f"When was the bridge of {town} finished?", str(1500 + number)),
            (bridge, f"How many arches has the bridge of {town}?", f"{number + 3} arches"),
            (market, f"Who rings a bell in {town}?", "the mayor"),
        )
        paragraphs = [
            {
                "context": context,
                "qas": [
                    {"question": q, "answers": [{"text": a, "answer_start": context.index(a)}]}
                    for own, q, a in asked
                    if own == context
                ],
            }
            for context in (bridge, market)
        ]
        data.append({"title": town, "paragraphs": paragraphs})
    file.write_text(json.dumps({"version": "1.1", "data": data}), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def measured(pullquote: Pullquote, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The document of `eval --squad --json --plot --errors`."""
    folder = tmp_path_factory.mktemp("eval")
    plot = folder / "plot.png"
    run = pullquote("eval", "--squad", squad(folder / "towns.json"), "--json", "--errors", "--plot", plot)
    assert run.code == 0
    return {**run.document, "plot": plot.read_bytes()}


def test_three_systems_stand_side_by_side(measured: dict[str, Any]) -> None:
    """Every measure is there for every system with its interval, on paragraphs of a temporary corpus."""
    assert measured["questions"] == measured["answerable"] == 3 * len(TOWNS)
    assert list(measured["finding"]) == ["paragraph vectors", "BM25", "pullquote"]
    for values in measured["finding"].values():
        assert tuple(values) == NAMES
        assert all(0 <= v["low"] <= v["mean"] <= v["high"] <= 1 for v in values.values())
    assert measured["finding"]["pullquote"]["hit@1"]["mean"] > 0.9


def test_the_answer_is_taken_away_to_measure_declining(measured: dict[str, Any]) -> None:
    """With the answering paragraph gone the confidence falls, and a picture shows what is risked."""
    answering = measured["answering"]
    assert answering["roc_area_answer_taken_away"] > 0.9
    assert answering["declined_unanswerable_questions"] is None
    assert len(answering["risk_coverage"]["risk"]) == 2 * measured["questions"]
    assert measured["plot"].startswith(PNG)
    assert all(set(miss) >= {"question", "faults", "shown", "expected"} for miss in measured["errors"])


def test_questions_on_the_indexed_corpus(pullquote: Pullquote, seeded: Settings, tmp_path: Path) -> None:
    """The JSON Lines format is measured against the library; the misses name what was shown instead."""
    file = tmp_path / "questions.jsonl"
    lines = [
        {"question": "Who will lead the truce monitoring mechanism?",
         "answers": [{"article": "001", "contains": "The US  has AGREED to lead"}]},
        {"question": "Who is the mayor of Dnipro?", "answers": [{"article": "000", "contains": "nowhere"}]},
        {"question": "Who hosted Rutte in Prague?",
         "answers": [{"article": "000", "contains": "As diplomacy continues"}]},
        {"question": "How do I reset my password?", "answers": []},
    ]  # fmt: skip
    file.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    run = pullquote("eval", file, "--home", seeded.home, "--json", "--errors")
    assert run.code == 0
    assert (run.document["questions"], run.document["answerable"]) == (4, 3)
    # Words that no passage holds are a miss of ours, not a question without an answer.
    assert run.document["finding"]["pullquote"]["hit@1"]["mean"] == pytest.approx(1 / 3)
    assert run.document["answering"]["declined_unanswerable_questions"] == 1
    wrong = {miss["question"]: miss for miss in run.document["errors"]}
    assert wrong["Who hosted Rutte in Prague?"]["shown"].startswith("003")
    shown = pullquote("eval", file, "--home", seeded.home, "--errors").out
    assert "paragraph vectors" in shown
    assert "another passage first" in shown


def test_calibrating_writes_weights_that_can_be_used(pullquote: Pullquote, tmp_path: Path) -> None:
    """The weights are fitted out of fold, tell their origin, and load again."""
    output = tmp_path / "confidence.json"
    run = pullquote("calibrate", "--squad", squad(tmp_path / "towns.json"), "--output", output, "--json")
    assert run.code == 0
    assert run.document["settings"]["whole corpus"]["roc_area"] > 0.8
    assert sum(row["examples"] for row in run.document["reliability"]) == 2 * 3 * len(TOWNS)
    weights = Confidence.from_json(output.read_text(encoding="utf-8"))
    assert 0 < weights.not_sure < weights.answered < 1
    assert "towns.json" in weights.made["command"]


def test_bench_measures_both_pipelines(pullquote: Pullquote) -> None:
    """A small run has every figure for both pipelines, each with its memory and disk."""
    run = pullquote("bench", "--sizes", "100", "--json")
    assert run.code == 0
    (row,) = run.document["asking"]
    assert run.document["indexing"]["100"].keys() == {"plain", "pullquote"}
    for system in ("plain", "pullquote"):
        assert 0 < row[system]["p50"] <= row[system]["p95"]
        assert row[system]["peak_bytes"] > 10**8
        assert row[system]["disk_bytes"] > 10**5


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("eval",), "either files of questions or --squad"),
        (("eval", "--squad", "missing.json"), "missing.json: No such file"),
        (("eval", "missing.jsonl"), "missing.jsonl: No such file"),
        (("bench", "--sizes", "many"), "takes numbers"),
        (("bench", "--sizes", "7"), "at least 100"),
    ],
)
def test_wrong_use_is_said_plainly(pullquote: Pullquote, arguments: tuple[str, ...], said: str) -> None:
    """Wrong use ends in exit code 2 and a message that names the problem."""
    run = pullquote(*arguments)
    assert run.code == 2
    assert said in " ".join(run.err.split())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"question": "a?", "answers": []}\n{"question": 3', "questions.jsonl, line 2"),
        ('{"question": "a?"}', "questions.jsonl, line 1"),
        ("\n\n", "no questions in it"),
    ],
)
def test_a_broken_file_of_questions_is_named_with_its_line(
    pullquote: Pullquote, seeded: Settings, tmp_path: Path, content: str, said: str
) -> None:
    """A line that is not a question with answers is named by its number."""
    file = tmp_path / "questions.jsonl"
    file.write_text(content, encoding="utf-8")
    run = pullquote("eval", file, "--home", seeded.home)
    assert run.code == 2
    assert said in run.complaint


def test_too_few_articles_cannot_be_calibrated_on(pullquote: Pullquote, tmp_path: Path) -> None:
    """Cross-validation by article needs articles; the message says how many."""
    whole = json.loads(squad(tmp_path / "towns.json").read_text(encoding="utf-8"))
    few = tmp_path / "few.json"
    few.write_text(json.dumps({"data": whole["data"][:2]}), encoding="utf-8")
    run = pullquote("calibrate", "--squad", few)
    assert run.code == 2
    assert "articles or more" in run.complaint
