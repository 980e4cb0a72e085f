"""Follows each request from its arrival to its end: an id on every line of the log, a line and figures at the end."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from bot.observability.logging import following
from retrieval.core.types import Outcome

_log = logging.getLogger(__name__)

#: Seconds: Discord tells of nothing that is older; where it seems so, the clocks differ.
_OLDEST = 60.0


class Source(StrEnum):
    """The way a request comes in. The values are logged and counted."""

    COMMAND = "command"
    MENTION = "mention"
    MESSAGE = "message"  # the command *Find sources* on a message
    BUTTON = "button"


class End(StrEnum):
    """How a question ends."""

    ANSWERED = "answered"
    NOT_SURE = "not_sure"
    NOTHING = "nothing"
    REFUSED = "refused"
    BUSY = "busy"
    FAILED = "failed"


class Step(StrEnum):
    """What a question goes through besides the stages of a search."""

    WAITING = "waiting"
    RENDERING = "rendering"
    SENDING = "sending"
    TOTAL = "total"


_ENDS = {Outcome.ANSWERED: End.ANSWERED, Outcome.NOT_SURE: End.NOT_SURE, Outcome.NOTHING: End.NOTHING}


class Figures(Protocol):
    """Where figures are kept; called from the event loop and from the pool's threads."""

    def question(self, way: str, outcome: str, *, keyword_only: bool) -> None: ...

    def stage(self, stage: str, seconds: float) -> None: ...

    def feedback(self, *, helpful: bool) -> None: ...


class Unmeasured:
    """Keeps no figures."""

    def question(self, way: str, outcome: str, *, keyword_only: bool) -> None:
        """Nobody wants to know."""

    def stage(self, stage: str, seconds: float) -> None:
        """Nobody wants to know."""

    def feedback(self, *, helpful: bool) -> None:
        """Nobody wants to know."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it came in; ``age`` is how many seconds ago it was asked, by Discord's clock and ours.

    ``text`` is ``None`` where the words are not the asker's own.
    """

    way: Source
    guild: int | None
    text: str | None
    age: float = 0.0


@dataclass(slots=True)
class Course:
    """What has become of a request so far. Written by one thread at a time."""

    id: str
    end: End | None = None
    confidence: float | None = None
    keyword_only: bool = False
    seconds: dict[str, float] = field(default_factory=dict)
    sent: float | None = None


_current: ContextVar[Course | None] = ContextVar("course", default=None)


def new_id() -> str:
    """Eight hexadecimal digits, short enough to be read out."""
    return secrets.token_hex(4).upper()


def current_id() -> str:
    """The id of the request that is being served; a new one where none is."""
    course = _current.get()
    return course.id if course is not None else new_id()


class Journal:
    """Used from the event loop; ``observe`` and ``found`` also from threads that carry the request's context."""

    def __init__(
        self,
        figures: Figures | None = None,
        *,
        with_texts: bool = False,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.figures: Figures = figures or Unmeasured()
        self._with_texts = with_texts
        self._clock = clock

    @contextmanager
    def following(self, asked: Asked | None = None) -> Iterator[None]:
        """The block serves a request; if that is a question, its end is logged and counted, whatever that end is."""
        course = Course(new_id())
        token = _current.set(course)
        started = self._clock()
        try:
            with following(course.id):
                try:
                    yield
                finally:
                    if asked is not None:
                        self._ended(course, asked, (course.sent or self._clock()) - started)
        finally:
            _current.reset(token)

    def _ended(self, course: Course, asked: Asked, seconds: float) -> None:
        total = seconds + (asked.age if 0.0 <= asked.age <= _OLDEST else 0.0)
        course.end = course.end or End.FAILED
        self.figures.question(asked.way, course.end, keyword_only=course.keyword_only)
        if course.end not in {End.REFUSED, End.BUSY}:
            self.figures.stage(Step.TOTAL, total)
        about: dict[str, object] = {
            "way": asked.way.value,
            "guild": None if asked.guild is None else str(asked.guild),  # too great for many readers of JSON
            "outcome": course.end.value,
            "confidence": None if course.confidence is None else round(course.confidence, 3),
            "keyword_only": course.keyword_only,
            "stages_ms": {stage: round(each * 1000, 1) for stage, each in course.seconds.items()},
            "total_ms": round(total * 1000, 1),
        }
        if self._with_texts and asked.text is not None:
            about["question"] = asked.text
        _log.info("question", extra=about)

    def observe(self, stage: str, seconds: float) -> None:
        """A stage of the request is over; what belongs to no request, such as warming up, is not counted."""
        course = _current.get()
        if course is None:
            return
        name = str(stage)
        course.seconds[name] = course.seconds.get(name, 0.0) + seconds
        if name == Step.SENDING:
            course.sent = self._clock()
        self.figures.stage(name, seconds)
        _log.debug("stage", extra={"stage": name, "ms": round(seconds * 1000, 1)})

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """The block is a stage of the request."""
        started = self._clock()
        try:
            yield
        finally:
            self.observe(stage, self._clock() - started)

    def found(self, outcome: Outcome, confidence: float | None, *, keyword_only: bool) -> None:
        """What the articles say to the question."""
        course = _current.get()
        if course is not None:
            course.end, course.confidence, course.keyword_only = _ENDS[outcome], confidence, keyword_only

    def ends(self, end: End) -> None:
        """The request ends otherwise than with what was found."""
        course = _current.get()
        if course is not None:
            course.end = end

    def undelivered(self) -> None:
        """What was found has reached nobody. What was refused, or had failed before, stays that."""
        course = _current.get()
        if course is not None and course.end in _ENDS.values():
            course.end = End.FAILED
