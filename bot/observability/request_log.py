"""Follows each request: its id on every log line, and for a question a line and metrics with the outcome."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum

from retrieval.core.types import Outcome

_log = logging.getLogger(__name__)

#: Seconds. Discord delivers nothing older; a greater age means that the clocks differ.
_MAX_AGE = 60.0


class Source(StrEnum):
    """The way a request comes in. The values are logged and counted."""

    COMMAND = "command"
    MENTION = "mention"
    MESSAGE = "message"  # the command *Find sources* on a message
    BUTTON = "button"


class RequestOutcome(StrEnum):
    """Outcome of a question, for log and metrics."""

    ANSWERED = "answered"
    NOT_SURE = "not_sure"
    NOTHING = "nothing"
    REFUSED = "refused"
    BUSY = "busy"
    FAILED = "failed"


#: Outcomes of questions that were not searched for.
_REFUSALS = frozenset({RequestOutcome.REFUSED, RequestOutcome.BUSY})


class Step(StrEnum):
    """Stages of a request besides those of a search."""

    WAITING = "waiting"
    RENDERING = "rendering"
    SENDING = "sending"
    TOTAL = "total"


class MetricsSink:
    """Receives measurements, from the event loop and from the pool's threads. This base class discards them."""

    def question(self, way: Source, outcome: RequestOutcome, *, keyword_only: bool) -> None:
        """Count a finished question."""

    def stage(self, stage: str, seconds: float) -> None:
        """Observe the duration of a stage."""

    def feedback(self, *, helpful: bool) -> None:
        """Count a vote."""


@dataclass(frozen=True, slots=True)
class ReceivedQuestion:
    """A question as it arrived. ``text`` is ``None`` where the words are not the asker's own.

    ``age`` is the time since it was asked in seconds, the difference of Discord's clock and ours.
    """

    source: Source
    guild: int | None
    text: str | None
    age: float = 0.0


@dataclass(slots=True)
class RequestRecord:
    """One request so far; ``stages`` in seconds, ``sent`` a clock reading. Written by one thread at a time."""

    outcome: RequestOutcome | None = None
    confidence: float | None = None
    keyword_only: bool = False
    stages: dict[str, float] = field(default_factory=dict)
    sent: float | None = None
    id: str = field(default_factory=lambda: secrets.token_hex(4).upper())  # short enough to be read out


#: The request to which the running code belongs; threads carry it by their context.
current_request: ContextVar[RequestRecord | None] = ContextVar("current_request", default=None)


def current_id() -> str:
    """Return the id of the current request; a new one outside of any."""
    return _record().id


def _record() -> RequestRecord:
    """The record of the current request; outside of any, one that is not kept."""
    return current_request.get() or RequestRecord()


class RequestLog:
    """Follows requests. Used on the event loop; ``observe`` and ``set_answer`` also in threads with its context."""

    def __init__(
        self,
        metrics: MetricsSink | None = None,
        *,
        with_texts: bool = False,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.metrics = metrics or MetricsSink()
        self._with_texts = with_texts
        self._clock = clock

    @contextmanager
    def track(self, asked: ReceivedQuestion | None = None) -> Iterator[None]:
        """Make the block a request; log and count its outcome if it is a question."""
        record = RequestRecord()
        token = current_request.set(record)
        started = self._clock()
        try:
            yield
        finally:
            if asked is not None:
                self._finish(record, asked, (record.sent or self._clock()) - started)
            current_request.reset(token)

    def _finish(self, record: RequestRecord, asked: ReceivedQuestion, seconds: float) -> None:
        total = seconds + (asked.age if 0.0 <= asked.age <= _MAX_AGE else 0.0)
        outcome = record.outcome or RequestOutcome.FAILED
        self.metrics.question(asked.source, outcome, keyword_only=record.keyword_only)
        if outcome not in _REFUSALS:
            self.metrics.stage(Step.TOTAL, total)
        fields: dict[str, object] = {
            "way": asked.source.value,
            "guild": None if asked.guild is None else str(asked.guild),  # many JSON readers round so great a number
            "outcome": outcome.value,
            "confidence": None if record.confidence is None else round(record.confidence, 3),
            "keyword_only": record.keyword_only,
            "stages_ms": {stage: round(each * 1000, 1) for stage, each in record.stages.items()},
            "total_ms": round(total * 1000, 1),
        }
        if self._with_texts and asked.text is not None:
            fields["question"] = asked.text
        _log.info("question", extra=fields)

    def observe(self, stage: str, seconds: float) -> None:
        """Record the duration of a stage; one outside of any request, such as warming up, is ignored."""
        record = current_request.get()
        if record is None:
            return
        record.stages[stage] = record.stages.get(stage, 0.0) + seconds
        if stage == Step.SENDING:
            record.sent = self._clock()
        self.metrics.stage(stage, seconds)
        _log.debug("stage", extra={"stage": str(stage), "ms": round(seconds * 1000, 1)})

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Record the duration of the block as a stage."""
        started = self._clock()
        try:
            yield
        finally:
            self.observe(stage, self._clock() - started)

    def set_answer(self, outcome: Outcome, confidence: float | None, *, keyword_only: bool) -> None:
        """Set the outcome of the search as that of the request."""
        record = _record()
        record.outcome, record.confidence = RequestOutcome[outcome.name], confidence
        record.keyword_only = keyword_only

    def set_outcome(self, outcome: RequestOutcome) -> None:
        """Set an outcome other than the search's."""
        _record().outcome = outcome

    def mark_undelivered(self) -> None:
        """Count an answer that could not be delivered as failed; a refusal stays one."""
        record = _record()
        if record.outcome not in _REFUSALS:
            record.outcome = RequestOutcome.FAILED
