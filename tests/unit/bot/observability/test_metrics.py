"""Metrics are what was counted, as Prometheus' own parser reads them."""

from __future__ import annotations

import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from bot.observability.health import Registration, Status
from bot.observability.metrics import Metrics
from bot.observability.request_log import RequestOutcome, Source
from bot.transport.http_trace import close_code, request_code
from retrieval.core.health import VectorHealth, VectorState

Labels = tuple[tuple[str, str], ...]


def samples(metrics: Metrics, status: Status | None = None) -> dict[tuple[str, Labels], float]:
    """By name and labels."""
    families = text_string_to_metric_families(metrics.text(status or Status()).decode())
    return {(s.name, tuple(sorted(s.labels.items()))): s.value for family in families for s in family.samples}


def test_events_are_counted() -> None:
    """Questions, stages, votes, errors."""
    metrics = Metrics()
    metrics.question(Source.COMMAND, RequestOutcome.ANSWERED, keyword_only=False)
    metrics.question(Source.MENTION, RequestOutcome.NOT_SURE, keyword_only=True)
    metrics.stage("encoding", 0.004)
    metrics.feedback(helpful=True)
    metrics.discord_error("10062")
    found = samples(metrics)
    assert found["pullquote_questions_total", (("outcome", "answered"), ("way", "command"))] == 1
    assert found["pullquote_questions_total", (("outcome", "not_sure"), ("way", "mention"))] == 1
    assert found["pullquote_keyword_only_answers_total", ()] == 1
    assert found["pullquote_stage_seconds_bucket", (("le", "0.0025"), ("stage", "encoding"))] == 0
    assert found["pullquote_stage_seconds_bucket", (("le", "0.005"), ("stage", "encoding"))] == 1
    assert found["pullquote_feedback_total", (("vote", "helpful"),)] == 1
    assert found["pullquote_feedback_total", (("vote", "not_helpful"),)] == 0
    assert found["pullquote_discord_errors_total", (("code", "10062"),)] == 1


def test_gauges_show_the_status() -> None:
    """Gauges follow the status; what is not known has no sample."""
    metrics = Metrics()
    before = samples(metrics)
    assert before["pullquote_ready", ()] == before["pullquote_gateway_connected", ()] == 0
    assert ("pullquote_gateway_latency_seconds", ()) not in before
    assert ("pullquote_disk_free_bytes", ()) not in before
    now = Status(
        opened=True, registration=Registration.DONE, connected=True, since=1.0, latency=0.04,
        queue_depth=3, queue_places=36, vectors=VectorHealth(VectorState.UNAVAILABLE), disk_free=7,
        loop_lag=0.25, articles=5, passages=80, model="a model", version="0.1.0",
    )  # fmt: skip
    found = samples(metrics, now)
    values = {name.removeprefix("pullquote_"): value for (name, labels), value in found.items() if not labels}
    assert values["ready"] == values["gateway_connected"] == 1
    assert (values["queue_depth"], values["queue_places"]) == (3, 36)
    assert (values["library_articles"], values["library_passages"]) == (5, 80)
    assert (values["disk_free_bytes"], values["event_loop_lag_seconds"]) == (7, 0.25)
    assert values["gateway_latency_seconds"] == 0.04
    states = {labels[0][1]: value for (name, labels), value in found.items() if name == "pullquote_vectors_state"}
    assert states == {state.value: float(state is VectorState.UNAVAILABLE) for state in VectorState}
    assert found["pullquote_info", (("model", "a model"), ("version", "0.1.0"))] == 1
    assert any(name.startswith("process_") for name, _ in found)


def test_labels_take_a_bounded_number_of_values() -> None:
    """Errors with codes without a label of their own cannot fill the memory of Prometheus."""
    metrics = Metrics()
    before = len(samples(metrics))
    for number in range(2000):
        metrics.discord_error(request_code(400 + number, 100_000 + number))
        metrics.discord_error(close_code(number * 7))
    assert len(samples(metrics)) - before < 150


@pytest.mark.parametrize(
    ("status", "code", "label"),
    [(404, 10062, "10062"), (403, 50013, "50013"), (404, 0, "404"), (429, 20028, "429"), (599, 0, "other")],
)
def test_errors_are_counted_by_the_code_that_says_most(status: int, code: int, label: str) -> None:
    """Discord's own where it is known, else the status."""
    assert request_code(status, code) == label


def test_two_bots_in_a_process_do_not_share_metrics() -> None:
    """Each has a registry of its own, and the library's global one stays empty."""
    first, second = Metrics(), Metrics()
    first.question(Source.COMMAND, RequestOutcome.ANSWERED, keyword_only=False)
    asked = ("pullquote_questions_total", (("outcome", "answered"), ("way", "command")))
    assert (samples(first)[asked], samples(second)[asked]) == (1, 0)
    assert b"pullquote" not in generate_latest()
    assert not [name for name, _ in samples(first) if name.endswith("_created")]
