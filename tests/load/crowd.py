"""Members of several servers who ask, press, look things up and type, as Discord's client lets them."""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from collections.abc import Awaitable, Callable

from tests.load.outcomes import ANSWERED, FAILED, REFUSED, SORRY, Outcomes
from tests.load.questions import ANSWERABLE, FOLLOW_UPS, HOSTILE, TYPED, UNANSWERABLE, WORDS
from tests.support.fake_discord import (
    Channel,
    DiscordDouble,
    Exchange,
    Guild,
    NoAnswerError,
    NotOfferedError,
    Person,
    Said,
    VisibleMessage,
)

#: Questions a minute that one person and one server ask on average: below the bot's limits of 6 and 60.
_BY_PERSON, _BY_SERVER = 3.0, 30.0
_PATIENCE = 60.0
_EAGER = 0.03  # of all questions come from one person, who is asked to wait
_NEWCOMER = 0.02  # of all questions are the first of a new person
_LONGEST = 1000  # signs that the command takes; messages may be longer
_KEPT = 50  # answers whose buttons may still be pressed
Way = Callable[[Person, Channel], Awaitable[VisibleMessage | None]]


class Crowd:
    """Does something at a steady rate, and notes what comes of it."""

    def __init__(self, discord: DiscordDouble, rate: float, seed: int = 1) -> None:
        self.outcomes = Outcomes()
        self._discord = discord
        self._rate = rate
        self._random = random.Random(seed)  # noqa: S311 - the same crowd each time, nothing secret
        self._guilds = [discord.guild(f"Server {n}") for n in range(max(3, round(rate * 60 / _BY_SERVER)))]
        self._members = [self._newcomer() for _ in range(max(20, round(rate * 60 / _BY_PERSON)))]
        self._eager = self._newcomer()
        self._answers: deque[tuple[Person, VisibleMessage]] = deque(maxlen=_KEPT)
        self._said: deque[tuple[Channel, VisibleMessage]] = deque(maxlen=_KEPT)
        self._tasks: set[asyncio.Task[None]] = set()
        self._ways: tuple[tuple[str, int, Way], ...] = (
            ("ask", 34, self._ask),
            ("mention", 16, self._mention),
            ("follow-up", 6, self._follow_up),
            ("direct", 8, self._direct),
            ("press", 14, self._press),
            ("find", 8, self._find),
            ("sources", 4, self._find_sources),
            ("type", 8, self._type),
            ("about", 2, self._about),
        )

    def _newcomer(self) -> tuple[Person, Guild]:
        guild = self._random.choice(self._guilds)
        return self._discord.person(f"Person {self._discord.world.ids.next()}", guild), guild

    async def run(self, seconds: float) -> None:
        """Ask at the rate for so long; then until everyone has an answer."""
        end = time.monotonic() + seconds
        due = time.monotonic()
        while due < end:
            self._begin()
            due += self._random.expovariate(self._rate)
            await asyncio.sleep(max(0.0, due - time.monotonic()))
        await asyncio.gather(*self._tasks)

    def _begin(self) -> None:
        way, _, do = self._random.choices(self._ways, [weight for _, weight, _ in self._ways])[0]
        if self._random.random() < _NEWCOMER:
            self._members[self._random.randrange(len(self._members))] = self._newcomer()
        eager = self._random.random() < _EAGER
        person, guild = self._eager if eager else self._random.choice(self._members)
        task = asyncio.create_task(self._see_through(way, do, person, next(iter(guild.channels.values()))))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _see_through(self, way: str, do: Way, person: Person, place: Channel) -> None:
        began = time.monotonic()
        self.outcomes.sent += 1
        try:
            sight = await do(person, place)
        except (NoAnswerError, TimeoutError, NotOfferedError, LookupError) as error:
            self.outcomes.note(way, FAILED, time.monotonic() - began, str(error)[:200])
            return
        seconds = time.monotonic() - began
        if sight is None or sight.embeds or sight.files:
            self.outcomes.note(way, ANSWERED, seconds)
        elif "incident" in sight.text.lower() or "Sorry" in sight.text:
            self.outcomes.note(way, SORRY, seconds, sight.text[:200])
        else:
            self.outcomes.note(way, REFUSED, seconds)
        if sight is not None and sight.buttons:
            self._answers.append((Person(self._discord, sight.viewer), sight))

    def _question(self) -> str:
        kind = self._random.choices((ANSWERABLE, UNANSWERABLE, HOSTILE), (70, 20, 10))[0]
        text = self._random.choice(kind)
        return text if kind is HOSTILE else f"{text[:-1]}, {self._random.randrange(1000)}?"

    async def _ask(self, person: Person, place: Channel) -> VisibleMessage:
        return await self._answer(person.slash("ask", place, question=self._question()[:_LONGEST]))

    async def _mention(self, person: Person, place: Channel) -> VisibleMessage:
        sight = await self._reply(person, person.mention(self._question(), place))
        if sight.embeds:
            self._said.append((place, sight))
        return sight

    async def _follow_up(self, person: Person, place: Channel) -> VisibleMessage:
        known = [sight for where, sight in self._said if where is place]
        if not known:
            return await self._mention(person, place)
        text = self._random.choice(FOLLOW_UPS)
        return await self._reply(person, person.say(text, place, reply_to=self._random.choice(known)))

    async def _direct(self, person: Person, _: Channel) -> VisibleMessage:
        return await self._reply(person, person.dm(self._question()))

    async def _press(self, person: Person, place: Channel) -> VisibleMessage:
        if not self._answers:
            return await self._ask(person, place)
        presser, sight = self._random.choice(self._answers)
        buttons = [each for each in sight.buttons if each.custom_id and not each.disabled]
        if not buttons:
            return await self._ask(person, place)
        return await self._answer(presser.press(sight, custom_id=self._random.choice(buttons).custom_id))

    async def _find(self, person: Person, place: Channel) -> VisibleMessage:
        return await self._answer(person.slash("find", place, words=self._random.choice(WORDS)))

    async def _find_sources(self, person: Person, place: Channel) -> VisibleMessage:
        said = person.say(self._random.choice(ANSWERABLE), place)
        return await self._answer(person.message_command("Find sources", said))

    async def _type(self, person: Person, place: Channel) -> None:
        await person.autocomplete("ask", "article", self._random.choice(TYPED), place, question="Who?")

    async def _about(self, person: Person, place: Channel) -> VisibleMessage:
        return await self._answer(person.slash(self._random.choice(("about", "help", "sources")), place))

    @staticmethod
    async def _answer(exchange: Exchange) -> VisibleMessage:
        return await exchange.answer(_PATIENCE)

    async def _reply(self, person: Person, said: Said) -> VisibleMessage:
        """The answer, or the line in direct messages that says why there is none."""
        before = set(person.dm_channel.messages)

        def look() -> VisibleMessage | None:
            received = [each for each in person.sees(person.dm_channel) if each.id not in before]
            own = [each for each in received if each.message.author is self._discord.bot and each.reply_to is None]
            return next(iter([*said.sights, *own]), None)

        return await self._discord.world.happenings.until(
            look, _PATIENCE, f"an answer to {said.message.content[:80]!r}"
        )
