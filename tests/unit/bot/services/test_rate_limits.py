"""Six questions a minute with a burst of three, sixty a server."""

from __future__ import annotations

from bot.services.rate_limits import RateLimits


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_three_at_once_then_one_every_ten_seconds() -> None:
    """The fourth question gets a time to wait, and is accepted after it."""
    clock = Clock()
    limits = RateLimits(clock)
    assert [limits.take(1, 7) for _ in range(4)] == [0, 0, 0, 10]
    clock.now += 9.0
    assert limits.take(1, 7) == 1
    clock.now += 1.0
    assert limits.take(1, 7) == 0


def test_one_person_does_not_use_up_another_ones_questions() -> None:
    """Buckets are a person's own, across servers."""
    limits = RateLimits(Clock())
    assert [limits.take(1, guild) for guild in (7, 8, 9)] == [0, 0, 0]
    assert limits.take(1, 10) > 0
    assert limits.take(2, 7) == 0


def test_sixty_questions_a_minute_in_a_server() -> None:
    """Many people together meet the server's limit; a refusal takes nothing from a person."""
    clock = Clock()
    limits = RateLimits(clock)
    assert [limits.take(person, 7) for person in range(60)] == [0] * 60
    assert limits.take(100, 7) == 1
    assert [limits.take(100, None) for _ in range(3)] == [0, 0, 0]


def test_a_question_that_was_not_accepted_is_given_back() -> None:
    """A question refused by a busy bot costs no token."""
    limits = RateLimits(Clock())
    for _ in range(10):
        assert limits.take(1, 7) == 0
        limits.put_back(1, 7)


def test_many_people_do_not_fill_the_memory() -> None:
    """Full buckets are dropped, begun ones are kept."""
    clock = Clock()
    limits = RateLimits(clock)
    limits.take(5, None)
    for person in range(20_000):
        clock.now += 60
        limits.take(person, None)
    assert len(limits._users._levels) <= 10_001
