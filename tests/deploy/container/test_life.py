"""The container from its first start on an empty volume to its second on the same one."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.deploy.container.running import Container, Machine
from tests.support.bot.rendered_messages import passages
from tests.support.bot.seed_articles import assert_verbatim
from tests.support.fake_discord import DiscordDouble
from tests.support.processes.chroma_process import ChromaProcess

TRUCE = "Who will lead the truce monitoring mechanism?"
TO_CONNECT, TO_END = 120.0, 10.0
_UNWRITABLE = ("/", "/app", "/app/lib/bot", "/app/venv/bin", "/etc", "/usr/bin", "/var/tmp", "/home")  # noqa: S108


@dataclass(frozen=True, slots=True)
class Life:
    """Observations of a container: its answers, its view from inside, its start and end."""

    answers: tuple[str, ...]
    inside: dict[str, str]
    log: str
    library: tuple[tuple[object, ...], ...]
    seconds_to_start: float
    seconds_to_answer: float
    code: int
    seconds_to_end: float


async def connected(discord: DiscordDouble, container: Container) -> None:
    """Until the bot has a session. Fails with its log when it ends instead."""
    arrived = asyncio.create_task(discord.gateway.connected(TO_CONNECT))
    while not arrived.done():
        assert container.running, container.log
        await asyncio.wait({arrived}, timeout=0.2)
    await arrived


async def page(path: str) -> tuple[int, str]:
    """A page of the bot: its status and its text. The container shares the test's loopback."""

    def fetch() -> tuple[int, str]:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(f"http://127.0.0.1:8080{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()

    return await asyncio.to_thread(fetch)


def inside(container: Container) -> dict[str, str]:
    """The surroundings of a process in the container, as it sees them."""
    tries = "; ".join(f"(: > {place.rstrip('/')}/try) 2>/dev/null && echo {place}" for place in _UNWRITABLE)
    commands = {
        "status": "cat /proc/1/status",
        "first process": "tr '\\0' ' ' < /proc/1/cmdline",
        "mounts": "cat /proc/mounts",
        "written": f"{tries}; true",
        "devices": "tail -n +3 /proc/net/dev | cut -d: -f1",
        "routes": "tail -n +2 /proc/net/route",
        "health check": "python3 /app/healthcheck.py && echo healthy || echo ill",
        "doctor": "pullquote doctor --json",
    }
    return {name: container.exec("sh", "-c", command).stdout.strip() for name, command in commands.items()}


def library(machine: Machine) -> tuple[tuple[object, ...], ...]:
    """Each article under its key, of which no number is given twice, and what the library says of itself."""
    connection = sqlite3.connect(f"file:{machine.data}/library.sqlite3?immutable=1", uri=True)
    try:
        articles = connection.execute("SELECT key, article_id, live, source_sha256 FROM articles ORDER BY key")
        return (*articles, *connection.execute("SELECT name, value FROM properties ORDER BY name"))
    finally:
        connection.close()


async def lived(machine: Machine) -> Life:
    """Start it, ask, look around inside, end it."""
    async with DiscordDouble(heartbeat_interval=5) as discord:
        ada = discord.person("Ada", discord.guild())
        settings = {"DISCORD_API_URL": discord.url, "DISCORD_TOKEN": discord.token, "PULLQUOTE_THREADS": "2"}
        began = time.monotonic()
        with machine.container(**settings) as container:
            await connected(discord, container)
            to_start, asked = time.monotonic() - began, time.monotonic()
            answer = await ada.slash("ask", question=TRUCE)
            to_answer = time.monotonic() - asked
            quotes = passages(answer)
            for quote in quotes:
                assert_verbatim(quote)
            seen = await asyncio.to_thread(inside, container)
            for path in ("/healthz", "/readyz", "/metrics"):
                status, text = await page(path)
                seen[path] = f"{status} {text}"
            # In a thread: the double has to hear the bot say goodbye.
            code, to_end = await asyncio.to_thread(container.stop)
            assert discord.complaints == []
            texts = tuple(quote.text for quote in quotes)
            rows = library(machine)
            return Life(texts, seen, container.log, rows, to_start, to_answer, code, to_end)


@pytest.fixture(scope="module")
def lives(machine: Machine, figures: dict[str, str]) -> tuple[Life, Life]:
    """Two containers, one after the other, on a volume that was empty before the first."""
    machine.empty_volume()
    first = asyncio.run(lived(machine))
    second = asyncio.run(lived(machine))
    for name, life in (("first start", first), ("second start", second)):
        figures[f"{name}, until connected"] = f"{life.seconds_to_start:.1f} s"
        figures[f"{name}, first answer"] = f"{life.seconds_to_answer:.2f} s"
        figures[f"{name}, SIGTERM to exit {life.code}"] = f"{life.seconds_to_end:.1f} s"
    return first, second


def test_it_answers_without_a_network(lives: tuple[Life, Life]) -> None:
    """On an empty volume, with no network device but loopback, it indexes the seeds and quotes them word for word."""
    first, _ = lives
    assert first.inside["devices"].split() == ["lo"]
    assert first.inside["routes"] == ""
    assert any("truce monitoring mechanism" in text for text in first.answers)


def test_it_runs_as_a_user_without_rights(lives: tuple[Life, Life]) -> None:
    """From inside: uid 10001, no capability, no way to get one, and the bot itself is the first process."""
    status = dict(line.split(":\t", 1) for line in lives[0].inside["status"].splitlines() if ":\t" in line)
    assert set(status["Uid"].split()) == {"10001"}
    assert set(status["Gid"].split()) == {"10001"}
    assert {int(status[name], 16) for name in ("CapEff", "CapPrm", "CapBnd", "CapInh", "CapAmb")} == {0}
    assert status["NoNewPrivs"] == "1"
    assert "pullquote-bot" in lives[0].inside["first process"]


def test_its_root_is_read_only(lives: tuple[Life, Life]) -> None:
    """From inside: the root is mounted read-only, and nothing can be written outside of /data and /tmp."""
    mounts = [line.split() for line in lives[0].inside["mounts"].splitlines()]
    (options,) = (fields[3].split(",") for fields in mounts if fields[1] == "/")
    assert "ro" in options
    assert lives[0].inside["written"] == ""


def test_it_ends_in_good_order(lives: tuple[Life, Life]) -> None:
    """SIGTERM to the first process: exit code 0 in less than 10 s, both times."""
    for life in lives:
        assert life.code == 0, life.log
        assert life.seconds_to_end < TO_END


def test_a_second_container_goes_on_where_the_first_ended(lives: tuple[Life, Life]) -> None:
    """The same volume: the same answer, of the same articles under the same keys. Nothing was indexed again."""
    first, second = lives
    assert second.library == first.library
    assert len(first.library) > 5
    assert second.answers == first.answers


def test_the_tools_work_beside_the_bot(lives: tuple[Life, Life]) -> None:
    """``docker exec … pullquote doctor`` finds all stores in agreement while the bot runs."""
    findings = json.loads(lives[1].inside["doctor"])
    assert {"Library", "Vector index", "Keyword index"} <= {each["subject"] for each in findings}
    stores = ("Installation", "Model", "Library", "Vector index", "Keyword index")
    assert {each["verdict"] for each in findings if each["subject"] in stores} == {"good"}, findings


@pytest.mark.parametrize("place", [0, 1])
def test_it_says_how_it_is(lives: tuple[Life, Life], place: int) -> None:
    """The pages answer, and Docker's health check, run as Docker runs it, agrees."""
    seen = lives[place].inside
    assert seen["/healthz"].startswith("200 ")
    status, _, text = seen["/readyz"].partition(" ")
    assert (status, json.loads(text)["ready"]) == ("200", True)
    assert "pullquote_ready 1.0" in seen["/metrics"]
    assert seen["health check"] == "healthy"


def test_its_log_is_for_machines(lives: tuple[Life, Life]) -> None:
    """Each line is one JSON object, and none has the token or the question."""
    for life in lives:
        lines = [json.loads(line) for line in life.log.splitlines()]
        assert lines
        assert all(isinstance(line, dict) for line in lines)
        assert TRUCE not in life.log


async def test_sigterm_before_anything_is_ready(machine: Machine) -> None:
    """Ended while it still indexes, as the first process, whom the kernel spares signals that it does not handle."""
    machine.empty_volume()

    async def scene() -> tuple[int, float]:
        async with DiscordDouble(heartbeat_interval=5) as discord:
            with machine.container(DISCORD_API_URL=discord.url, DISCORD_TOKEN=discord.token) as container:
                deadline = time.monotonic() + 60
                while "Opening the articles" not in container.log:
                    assert container.running
                    assert time.monotonic() < deadline
                    await asyncio.sleep(0.05)
                return await asyncio.to_thread(container.stop)

    code, seconds = await scene()
    assert code == 0
    assert seconds < TO_END


def test_wrong_settings_are_one_line(machine: Machine) -> None:
    """Without a token: exit code 2, and one line that says what is missing."""
    done = machine.run()
    assert done.returncode == 2
    assert len(done.stdout.splitlines()) == 1
    assert "DISCORD_TOKEN" in done.stdout


def test_the_health_check_tells_a_bot_that_is_not_there(machine: Machine) -> None:
    """Exit code 1 where nothing listens; 0 where the page was switched off, as its health is unknown then."""
    assert machine.run("python3", "/app/healthcheck.py").returncode == 1
    assert machine.run("python3", "/app/healthcheck.py", HTTP_PORT="0").returncode == 0


def test_the_command_line_works_alone(machine: Machine) -> None:
    """``docker run … pullquote``: indexes and asks, with the defaults of the image; a stray .env has no place in it."""
    machine.empty_volume()
    assert "5 articles" in machine.run("pullquote", "index").stdout
    done = machine.run("pullquote", "ask", TRUCE)
    assert done.returncode == 0
    assert "truce monitoring mechanism" in done.stdout


def test_the_vectors_may_be_on_a_server(machine: Machine, tmp_path: Path) -> None:
    """With ``CHROMA_URL`` the image has all that it needs: indexed there, asked there, and the doctor agrees."""
    machine.empty_volume()
    chroma = ChromaProcess(tmp_path / "chroma")
    chroma.start()
    try:
        assert "5 articles" in machine.run("pullquote", "index", CHROMA_URL=chroma.url).stdout
        asked = json.loads(machine.run("pullquote", "ask", "--json", TRUCE, CHROMA_URL=chroma.url).stdout)
        checks = json.loads(machine.run("pullquote", "doctor", "--json", CHROMA_URL=chroma.url).stdout)
    finally:
        chroma.kill()
    assert (asked["answered"], asked["keyword_only"]) == (True, False)
    verdicts = {each["subject"]: each["verdict"] for each in checks}
    assert verdicts["Chroma server"] == verdicts["Vector index"] == "good", checks


def test_a_backup_comes_out_and_goes_in_again(machine: Machine) -> None:
    """By way of /data, as everything else is read-only: restored onto an empty volume it answers as before."""
    machine.empty_volume()
    machine.run("pullquote", "index")
    before = json.loads(machine.run("pullquote", "ask", "--json", TRUCE).stdout)
    assert machine.run("pullquote", "backup", "/data/copy.tar.gz").returncode == 0
    copy = (machine.data / "copy.tar.gz").read_bytes()
    machine.empty_volume()
    (machine.data / "copy.tar.gz").write_bytes(copy)
    (machine.data / "copy.tar.gz").chmod(0o644)
    done = machine.run("pullquote", "restore", "/data/copy.tar.gz")
    assert done.returncode == 0, done.stdout
    assert json.loads(machine.run("pullquote", "ask", "--json", TRUCE).stdout) == before
