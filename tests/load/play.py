"""One run: a Discord, a bot, a crowd, and what happens in the middle."""

from __future__ import annotations

import asyncio
import json
import math
import re
import time
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.conftest import SEEDS
from tests.load.crowd import Crowd
from tests.load.gauges import Gauge, Handles, handles
from tests.load.outcomes import Outcomes
from tests.load.programs import ServerProcess, answers, fetch, pullquote
from tests.load.questions import ANSWERABLE, UNANSWERABLE
from tests.support.bot.bot_process import TO_END, Bot, BotEndedError, started_afresh
from tests.support.fake_discord import DiscordDouble
from tests.support.processes.ports import free_port

_SAMPLED_EVERY = 10.0
#: Seconds for which the double remembers: longer than any wait, and than buttons are pressed.
_REMEMBERED = 240.0
_TO_COME_BACK = 60.0
#: Seconds after which an unused connection is closed.
_QUIET = 35.0
_GOOD = re.compile(r'^pullquote_vectors_state\{state="good"\} 1(?:\.0)?$', re.MULTILINE)
_KEYWORDS = re.compile(r"^pullquote_keyword_only_answers_total (\S+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """Options of the command line."""

    folder: Path
    minutes: float = 30.0
    rate: float = 5.0
    server: bool = False
    outage: bool = False
    backup: bool = False
    questions: Path | None = None

    @property
    def seconds(self) -> float:
        """Of load."""
        return self.minutes * 60


@dataclass
class Course:
    """Record of a run."""

    outcomes: Outcomes
    gauge: Gauge
    quiet: tuple[Handles, Handles] = field(default_factory=lambda: (Counter(), Counter()))  # before the load and after
    events: list[str] = field(default_factory=list)
    wrongs: list[str] = field(default_factory=list)
    double_seconds: list[float] = field(default_factory=list)  # how late the double's own loop was
    log_bytes: int = 0

    def happened(self, what: str) -> None:
        """With the seconds of the run."""
        self.events.append(f"{time.monotonic() - self.gauge.began:.0f} s: {what}")


async def played(plan: LoadPlan) -> Course:
    """Play it from start to end. Raises ProgramError, BotEndedError."""
    home = plan.folder / "home"
    settings = {"HTTP_PORT": str(free_port())}
    async with AsyncExitStack() as stack:
        chroma: ServerProcess | None = None
        if plan.server:
            chroma = ServerProcess(plan.folder / "chroma")
            stack.push_async_callback(chroma.kill)
            await chroma.start()
            settings["CHROMA_URL"] = chroma.url
        own = {name: value for name, value in settings.items() if name != "HTTP_PORT"}
        await pullquote(home, "index", str(SEEDS), settings=own)
        discord = await stack.enter_async_context(DiscordDouble())
        bot = await stack.enter_async_context(started_afresh(discord, home, plan.folder, wait=True, **settings))
        course = Course(Outcomes(), Gauge(bot.process.pid))
        await _load(plan, discord, course, _Middle(plan, course, bot, chroma, settings))
        await _end(discord, bot, course)
        if plan.backup:
            await _compare(plan, home, own, course)
    return course


@dataclass
class _Middle:
    """Events at half time: an outage or a backup."""

    plan: LoadPlan
    course: Course
    bot: Bot
    chroma: ServerProcess | None
    settings: dict[str, str]

    async def happen(self) -> None:
        """At half time."""
        await asyncio.sleep(self.plan.seconds / 2)
        if self.plan.backup:
            file = str(self.plan.folder / "backup.tar.gz")
            began = time.monotonic()
            await pullquote(self.bot.home, "backup", file)
            self.course.happened(f"backed up in {time.monotonic() - began:.1f} s")
        if self.plan.outage and self.chroma is not None:
            await self.chroma.kill()
            self.course.happened("the Chroma server is killed")
            await asyncio.sleep(min(20.0, self.plan.seconds / 4))
            await self.chroma.start()
            self.course.happened("the Chroma server is started again")
            await self._come_back()

    async def _come_back(self) -> None:
        """Until the bot's health page says that vectors are searched again."""
        began = time.monotonic()
        page = f"http://127.0.0.1:{self.settings['HTTP_PORT']}"
        metrics: tuple[int, str] | None = None
        while time.monotonic() - began < _TO_COME_BACK:
            metrics = await asyncio.to_thread(fetch, f"{page}/metrics")
            ready = await asyncio.to_thread(fetch, f"{page}/readyz")
            if metrics and _GOOD.search(metrics[1]) and ready and ready[0] == 200 and not json.loads(ready[1])["notes"]:
                keywords = _KEYWORDS.search(metrics[1])
                count = keywords[1] if keywords else "no"
                self.course.happened(
                    f"vectors are back after {time.monotonic() - began:.1f} s, {count} keyword-only answers"
                )
                return
            await asyncio.sleep(0.5)
        why = "no health page" if metrics is None else "the health page does not say so"
        self.course.wrongs.append(f"vectors did not come back within {_TO_COME_BACK:.0f} s: {why}")


async def _load(plan: LoadPlan, discord: DiscordDouble, course: Course, middle: _Middle) -> None:
    """Ask a little, be quiet, ask for as long as planned, be quiet again."""
    # So many at once that every worker has opened what it keeps open.
    await Crowd(discord, 30, seed=2).run(6)
    await asyncio.sleep(_QUIET)
    before = handles(course.gauge.pid)
    crowd = Crowd(discord, plan.rate)
    course.outcomes = crowd.outcomes
    course.gauge.samples.clear()
    course.gauge.began = time.monotonic()
    watching = asyncio.create_task(_watch(discord, course))
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(middle.happen())
            group.create_task(crowd.run(plan.seconds))
    finally:
        watching.cancel()
    course.gauge.read()
    await asyncio.sleep(_QUIET)
    course.quiet = before, handles(course.gauge.pid)


async def _watch(discord: DiscordDouble, course: Course) -> None:
    """Measure the bot now and then, and let the double forget."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + _SAMPLED_EVERY
        try:
            course.gauge.read()
        except OSError:
            course.wrongs.append("the bot ended under load")
            return
        discord.forget(discord.clock.now() - _REMEMBERED)
        await asyncio.sleep(max(0.0, due - loop.time()))
        course.double_seconds.append(round(max(0.0, loop.time() - due), 3))


async def _end(discord: DiscordDouble, bot: Bot, course: Course) -> None:
    try:
        code, seconds = await bot.stop()
    except TimeoutError:
        code, seconds = -1, math.inf
    course.happened(f"the bot ended with {code} after {seconds:.1f} s")
    log = bot.log
    course.log_bytes = len(log)
    found = {
        "the bot's end": code != 0 or seconds >= TO_END,
        "pings": bool(discord.pings),
        f"what Discord does not take: {discord.complaints[:3]}": bool(discord.complaints),
        "heartbeats": discord.gateway.missed_heartbeats > 0,
        "the token in the log": discord.token in log,
        "a traceback in the log": "Traceback" in log,
    }
    course.wrongs += [what for what, wrong in found.items() if wrong]


async def _compare(plan: LoadPlan, home: Path, own: dict[str, str], course: Course) -> None:
    """Restore the backup elsewhere, and ask both."""
    questions = plan.questions or plan.folder / "questions.jsonl"
    if plan.questions is None:
        asked = (json.dumps({"question": text}) for text in (*ANSWERABLE, *UNANSWERABLE))
        questions.write_text("\n".join(asked) + "\n", encoding="utf-8")
    elsewhere = plan.folder / "restored"
    await pullquote(elsewhere, "restore", str(plan.folder / "backup.tar.gz"))
    before: list[Any] = await answers(home, questions, own)
    after: list[Any] = await answers(elsewhere, questions, {})
    same = sum(one == other for one, other in zip(before, after, strict=True))
    course.happened(f"of {len(before)} answers {same} are the same after restoring")
    if same < len(before) or not before:
        course.wrongs.append("answers after restoring differ")


__all__ = ["BotEndedError", "Course", "LoadPlan", "played"]
