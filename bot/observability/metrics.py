"""Metrics for Prometheus. The only importer of prometheus_client; its global registry stays unused."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, disable_created_metrics
from prometheus_client.exposition import generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.observability.health import Status, assess
from bot.observability.request_log import MetricsSink, RequestOutcome, Source, Step
from retrieval.core.health import VectorState
from retrieval.core.timing import Stage

#: The version of the format that every Prometheus reads.
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
#: Upper bounds in seconds: from the time of a warm search to a wait at which people give up.
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics(MetricsSink):
    """Counters and histograms of one bot, in a registry of its own. Labels have a bounded number of values."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # it has no annotations; those series double the output
        self._registry = CollectorRegistry(auto_describe=False)
        self._questions = Counter(
            "pullquote_questions", "Questions by the way they came in and how they ended.", ("way", "outcome"),
            registry=self._registry,
        )  # fmt: skip
        self._keyword_only = Counter(
            "pullquote_keyword_only_answers", "Questions answered without vectors.", registry=self._registry
        )
        self._stages = Histogram(
            "pullquote_stage_seconds", "How long the stages of a question take.", ("stage",), buckets=BUCKETS,
            registry=self._registry,
        )  # fmt: skip
        self._errors = Counter(
            "pullquote_discord_errors", "What Discord refused, by its code or else the HTTP status.", ("code",),
            registry=self._registry,
        )  # fmt: skip
        self._feedback = Counter("pullquote_feedback", "Votes on answers.", ("vote",), registry=self._registry)
        # Start every series at 0: an alert on an increase would miss the first event otherwise.
        for way, outcome in product(Source, RequestOutcome):
            self._questions.labels(way, outcome)
        for vote in ("helpful", "not_helpful"):
            self._feedback.labels(vote)
        for stage in (*Stage, *Step):
            self._stages.labels(stage)
        ProcessCollector(registry=self._registry)

    def question(self, way: Source, outcome: RequestOutcome, *, keyword_only: bool) -> None:
        """Count a finished question."""
        self._questions.labels(way, outcome).inc()
        if keyword_only:
            self._keyword_only.inc()

    def stage(self, stage: str, seconds: float) -> None:
        """Observe the duration of a stage."""
        self._stages.labels(stage).observe(seconds)

    def feedback(self, *, helpful: bool) -> None:
        """Count a vote."""
        self._feedback.labels("helpful" if helpful else "not_helpful").inc()

    def discord_error(self, code: str) -> None:
        """Count an error by its label from ``bot.transport.http_trace``."""
        self._errors.labels(code).inc()

    def text(self, status: Status) -> bytes:
        """Return all metrics, with gauges of ``status``, in Prometheus' text format."""
        return generate_latest(self._registry) + generate_latest(_StatusCollector(status))


class _StatusCollector(Collector):
    """Gauges of one status."""

    def __init__(self, status: Status) -> None:
        self._status = status

    def collect(self) -> Iterable[Metric]:
        """One family for each value that is known."""
        now = self._status
        gauges: tuple[tuple[str, str, float | None], ...] = (
            ("queue_depth", "Questions that wait or are being answered.", now.queue_depth),
            ("queue_places", "Questions that may wait or be answered at once.", now.queue_places),
            ("gateway_connected", "Whether Discord's gateway is connected, all shards of it.", now.connected),
            ("gateway_latency_seconds", "From a heartbeat to its acknowledgement.", now.latency),
            ("library_articles", "Articles that can be asked.", now.articles),
            ("library_passages", "Passages of these articles.", now.passages),
            ("ready", "Whether questions can be answered, as /readyz says.", assess(now).ready),
            ("event_loop_lag_seconds", "The longest stall of the event loop in the last 15 s.", now.loop_lag),
            ("disk_free_bytes", "Room on the disk of the data folder.", now.disk_free),
        )
        for name, what, value in gauges:
            if value is not None:
                yield GaugeMetricFamily(f"pullquote_{name}", what, value=float(value))
        states = GaugeMetricFamily("pullquote_vectors_state", "1 for the state of the vector index.", labels=["state"])
        for state in VectorState:
            states.add_metric([state.value], float(now.opened and state is now.vectors.state))
        yield states
        yield InfoMetricFamily("pullquote", "What is running.", {"version": now.version, "model": now.model})
