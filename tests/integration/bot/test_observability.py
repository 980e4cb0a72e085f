"""Observability end to end: health and metrics over HTTP, and a log that follows each question."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from retrieval.core.settings import Settings
from tests.conftest import SEEDS
from tests.support.bot.bot_process import TO_END, Bot, started, started_afresh
from tests.support.bot.bot_session import assert_kept_quiet
from tests.support.bot.rendered_messages import passages
from tests.support.fake_discord import Channel, DiscordDouble
from tests.support.fake_discord.rest.errors import invalid_form
from tests.support.processes.ports import free_port

TRUCE = "Who will lead the truce monitoring mechanism?"
UNANSWERED = "How do I reset my password?"
EDIT = "PATCH */@original"
Figures = dict[tuple[str, tuple[tuple[str, str], ...]], float]


class Pages:
    """The bot's HTTP pages."""

    def __init__(self, session: aiohttp.ClientSession, port: int) -> None:
        self._session = session
        self._address = f"http://127.0.0.1:{port}"

    async def get(self, path: str) -> tuple[int, str]:
        """Status and text; status 0 while the port is closed."""
        try:
            async with self._session.get(self._address + path) as answer:
                return answer.status, await answer.text()
        except aiohttp.ClientConnectionError:
            return 0, ""

    async def until(self, path: str, status: int, seconds: float = 60.0) -> str:
        """The text of a page, once it has that status."""
        async with asyncio.timeout(seconds):
            while (found := await self.get(path))[0] != status:
                await asyncio.sleep(0.05)
        return found[1]

    async def figures(self) -> Figures:
        """By name and labels."""
        families = text_string_to_metric_families((await self.get("/metrics"))[1])
        return {(s.name, tuple(sorted(s.labels.items()))): s.value for family in families for s in family.samples}

    async def settled(self, way: str, outcome: str, count: float = 1.0) -> Figures:
        """The figures, once so many questions of a way have ended so: the answer is seen before its end is logged."""
        async with asyncio.timeout(10):
            while (found := await self.figures()).get(ended(way, outcome), 0.0) < count:
                await asyncio.sleep(0.02)
        return found


def ended(way: str, outcome: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The sample that counts questions."""
    return "pullquote_questions_total", (("outcome", outcome), ("way", way))


async def see_it_start(discord: DiscordDouble, pages: Pages, bot: Bot) -> None:
    """Alive at once; not ready, with reasons, until articles are open, commands registered, the gateway connected."""
    await pages.until("/healthz", 200)
    status, text = await pages.get("/readyz")
    assert status == 503
    reasons = " ".join(json.loads(text)["reasons"])
    for words in ("being opened", "commands are not registered", "no connection to Discord's gateway"):
        assert words in reasons
    assert (await pages.figures())["pullquote_ready", ()] == 0
    assert not discord.gateway.connections
    await bot.connected(discord)
    ready = json.loads(await pages.until("/readyz", 200))
    assert ready["reasons"] == []
    assert not [note for note in ready["notes"] if "disk" not in note and "Memory" not in note]


async def ask_everything(discord: DiscordDouble, pages: Pages, place: Channel) -> str:
    """Questions of every outcome but busy; the incident number of the one that failed."""
    ada, bob, cy = (discord.person(name, place.guild) for name in ("Ada", "Bob", "Cy") if place.guild)
    answer = await ada.slash("ask", place, question=TRUCE)
    assert passages(answer)
    await bob.press(answer, "Helpful")
    await ada.slash("ask", place, question=UNANSWERED)
    await ada.slash("ask", place, question=f"{UNANSWERED} Please?")
    assert "again in" in (await ada.slash("ask", place, question=TRUCE)).content
    await bob.mention("What did Nausėda say?", place)
    await bob.message_command("Find sources", answer)
    discord.faults.refuse(EDIT, invalid_form([(("embeds",), "BASE_TYPE_MAX_LENGTH", "no")]))
    reply = await cy.slash("ask", place, question=f"{TRUCE[:-1]} then?")
    discord.faults.clear()
    await pages.settled("command", "failed")
    return reply.content.rpartition("under ")[2].strip(".")


async def see_the_figures(pages: Pages) -> None:
    """Every question is counted once, with its stages; so are votes and what Discord refused."""
    await pages.settled("mention", "answered")
    await pages.settled("message", "answered")
    found = await pages.figures()
    assert found[ended("command", "answered")] == 1
    assert found[ended("command", "refused")] == 1
    declined = sum(found.get(ended("command", outcome), 0.0) for outcome in ("not_sure", "nothing"))
    assert declined == 2
    for stage in (
        "encoding",
        "vectors",
        "keywords",
        "reading",
        "ranking",
        "quoting",
        "waiting",
        "rendering",
        "sending",
    ):
        assert found["pullquote_stage_seconds_count", (("stage", stage),)] >= 5, stage
    assert found["pullquote_stage_seconds_count", (("stage", "total"),)] == 6
    assert found["pullquote_feedback_total", (("vote", "helpful"),)] == 1
    assert found["pullquote_discord_errors_total", (("code", "50035"),)] == 1
    assert (found["pullquote_queue_depth", ()], found["pullquote_queue_places", ()]) == (0, 36)
    assert found["pullquote_library_articles", ()] == 5
    assert found["pullquote_library_passages", ()] > 50
    assert found["pullquote_vectors_state", (("state", "good"),)] == 1
    assert found["pullquote_ready", ()] == found["pullquote_gateway_connected", ()] == 1
    assert found["pullquote_disk_free_bytes", ()] > 0
    assert ("process_resident_memory_bytes", ()) in found


async def see_it_lose_the_gateway(discord: DiscordDouble, pages: Pages) -> None:
    """Not ready, and why, until it is back; the code of a closed connection is counted."""
    await discord.gateway.drop(4000)
    closed = "pullquote_discord_errors_total", (("code", "gateway_4000"),)
    async with asyncio.timeout(20):
        while closed not in await pages.figures() or not discord.gateway.live:
            await asyncio.sleep(0.05)
    await pages.until("/readyz", 200)
    discord.gateway.invalidate(resumable=False)  # after which discord.py waits seconds before it begins a new session
    reasons = json.loads(await pages.until("/readyz", 503))["reasons"]
    assert len(reasons) == 1
    assert re.search(r"no connection to Discord's gateway since \d{4}-", reasons[0])
    assert (await pages.get("/healthz"))[0] == 200
    await pages.until("/readyz", 200)
    assert (await pages.figures())["pullquote_gateway_connected", ()] == 1


def read(bot: Bot) -> list[dict[str, Any]]:
    """Its log, every line of which is a JSON object."""
    return [json.loads(line) for line in bot.log.splitlines()]


def see_the_log(bot: Bot, incident: str) -> None:
    """One line a question, whose id all its other lines carry; nothing of what was asked."""
    lines = read(bot)
    assert all(list(line)[:4] == ["timestamp", "level", "logger", "event"] for line in lines)
    ends = [line for line in lines if line["event"] == "question"]
    assert len(ends) == 7
    assert len({line["id"] for line in ends}) == 7
    assert not [line for line in ends if "question" in line]
    for line in ends:
        stages = {each["stage"] for each in lines if each["event"] == "stage" and each["id"] == line["id"]}
        assert stages == line["stages_ms"].keys()
        assert ("encoding" in stages) == (line["outcome"] != "refused")
    (failed,) = [line for line in ends if line["outcome"] == "failed"]
    assert failed["id"] == incident
    (report,) = [line for line in lines if line["event"] == f"incident {incident}"]
    assert report["id"] == incident
    assert "Traceback" in report["exception"]


async def test_health_metrics_and_log_follow_the_bot(home: Path, tmp_path: Path) -> None:
    """From the first moment over questions of every kind and a lost gateway to the end."""

    port = free_port()
    async with DiscordDouble(heartbeat_interval=5) as discord, aiohttp.ClientSession() as session:
        place = next(iter(discord.guild().channels.values()))
        discord.faults.delay("GET /users/@me", seconds=1.5)
        settings = {"HTTP_PORT": str(port), "LOG_FORMAT": "auto", "PULLQUOTE_LOG_LEVEL": "debug"}
        async with started(discord, home, tmp_path, wait=False, **settings) as bot:
            pages = Pages(session, port)
            await see_it_start(discord, pages, bot)
            incident = await ask_everything(discord, pages, place)
            await see_the_figures(pages)
            with pytest.raises(OSError):  # noqa: PT011 - refused, or not reachable at all
                await asyncio.open_connection("127.0.0.2", port)
            await see_it_lose_the_gateway(discord, pages)
            code, seconds = await bot.stop()
            assert (code, seconds < TO_END) == (0, True)
            see_the_log(bot, incident)
            assert_kept_quiet(discord, bot.log)
            kept = [path.read_bytes() for path in home.rglob("*") if path.is_file()]
            assert kept
            assert not any(discord.token.encode() in content for content in kept)


async def test_questions_are_logged_where_that_is_wanted(home: Path, tmp_path: Path) -> None:
    """In the line at the end, under the same id; in text too no line can be forged by what is asked."""
    forged = "Who leads?\n2026-01-01 00:00:00.000Z ERROR   bot: forged \x1b[31m"

    async with DiscordDouble() as discord:
        place = next(iter(discord.guild().channels.values()))
        async with started(discord, home, tmp_path, LOG_QUESTIONS="yes") as bot:
            ada = discord.person("Ada", *([place.guild] if place.guild else []))
            await ada.slash("ask", place, question=TRUCE)
            await ada.slash("ask", place, question=forged)
            await bot.stop()
        logged = [line for line in bot.log.splitlines() if " bot.observability.request_log: question " in line]
        assert len(logged) == 2
        assert f'question="{TRUCE}"' in logged[0]
        assert "forged" in logged[1]
        assert not [line for line in bot.log.splitlines() if line.startswith("2026-01-01")]
        assert "\x1b" not in bot.log


def opened(bot: Bot) -> bool:
    """Return True once it opens the articles."""
    return "Opening the articles" in bot.log


async def at_once(discord: DiscordDouble, folder: Path, **settings: str) -> tuple[int, Bot, float]:
    """The exit code of a bot that cannot start, and after how many seconds that was clear."""
    folder.mkdir()
    began = time.monotonic()
    async with started(discord, folder / "home", folder, wait=False, **settings) as bot:
        return await bot.ended(30), bot, time.monotonic() - began


async def test_what_keeps_it_from_starting_is_said_before_anything_is_opened(tmp_path: Path) -> None:
    """A wrong token, a port in use: one line each, in the form of the log, and no article was opened or indexed."""

    async with DiscordDouble() as discord:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = str(taken.getsockname()[1])
            wrong = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GaBcDe.wrongwrongwrongwrongwrongwrongwrong"
            cases: list[tuple[dict[str, str], int, str]] = [
                ({"DISCORD_TOKEN": wrong, "LOG_FORMAT": "json"}, 3, "refused the token"),
                ({"HTTP_PORT": port, "LOG_FORMAT": "json"}, 2, "HTTP_PORT"),
                ({"HTTP_PORT": "eighty", "LOG_FORMAT": "json"}, 2, "HTTP_PORT"),
            ]
            for number, (settings, expected, words) in enumerate(cases):
                code, bot, seconds = await at_once(discord, tmp_path / str(number), **settings)
                (line,) = read(bot)
                assert (code, line["level"]) == (expected, "critical")
                assert words in line["event"]
                assert wrong not in bot.log
                assert not opened(bot)
                assert not (bot.home / "library.sqlite3").exists()
                assert seconds < 15, "it takes one or two; the machine is shared"


@pytest.mark.parametrize("indexing", [True, False], ids=["indexing", "loading"])
async def test_sigterm_while_the_articles_are_opened(indexing: bool, seeded: Settings, tmp_path: Path) -> None:
    """It ends at once with exit code 0, without a traceback."""

    home = tmp_path / "home"
    if not indexing:
        shutil.copytree(seeded.home, home)
    async with DiscordDouble() as discord:
        async with started_afresh(discord, home, tmp_path, wait=False, PULLQUOTE_CORPUS=str(SEEDS)) as bot:
            await until(lambda: (opened if not indexing else is_indexing)(bot), bot)
            await asyncio.sleep(0.3)
            code, seconds = await bot.stop()
        assert (code, seconds < TO_END) == (0, True)
        assert "Traceback" not in bot.log
        assert "Ended before it was connected" in bot.log
        assert not discord.gateway.connections


def is_indexing(bot: Bot) -> bool:
    """Return True once it has begun to index."""
    return bool(re.search("Indexing .* now", bot.log))


async def until(condition: Callable[[], bool], bot: Bot) -> None:
    """Wait for something that the bot does; fails with its log when it ends instead."""
    async with asyncio.timeout(60):
        while not condition():
            assert bot.running, bot.log
            await asyncio.sleep(0.02)
