"""The disk is full while the bot answers: answers still come, and nothing that was stored is lost."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from retrieval.core.settings import Settings
from tests.support.bot.bot_process import TO_END, Bot, started
from tests.support.bot.bot_session import assert_kept_quiet
from tests.support.bot.rendered_messages import labels, numbered, passages
from tests.support.fake_discord import DiscordDouble, Guild

TRUCE = "Who will lead the truce monitoring mechanism?"
_SPACE = 4_000_000  # bytes beside the stores


@pytest.fixture
def small_disk(seeded: Settings, tmp_path: Path) -> Iterator[Path]:
    """A data folder with the seeds, on a disk of its own with a few MB to spare."""
    folder = tmp_path / "disk"
    folder.mkdir()
    used = sum(path.stat().st_size for path in seeded.home.rglob("*") if path.is_file())
    mount = ["mount", "-t", "tmpfs", "-o", f"size={used + _SPACE}", "none", str(folder)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small disk cannot be mounted here: that takes the rights of root")
    try:
        yield Path(shutil.copytree(seeded.home, folder / "home"))
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(ballast: Path) -> None:
    """Leave no byte free."""
    with ballast.open("ab", buffering=0) as file, contextlib.suppress(OSError):
        for size in (65_536, 4096, 512, 1):
            with contextlib.suppress(OSError):
                while file.write(b"x" * size):
                    pass


async def ask_without_room(discord: DiscordDouble, guild: Guild) -> None:
    """So many questions that a record of them has to grow: each is answered, some without buttons."""
    bare = 0
    for number in range(12):
        sight = await discord.person(f"Late {number}", guild).slash("ask", question=f"{TRUCE[:-1]}, {number}?")
        assert passages(sight)
        bare += not labels(sight)
    assert bare > 0, "what the buttons need could not be kept"


async def test_a_full_disk_takes_no_answer_away(small_disk: Path, tmp_path: Path) -> None:
    """Filled to the last byte, it answers without buttons and logs why; votes and settings get a message.

    With room again everything works at once, and what was stored before is there, also after a new start.
    """

    async with DiscordDouble(heartbeat_interval=5) as discord:
        guild = discord.guild()
        ada, owner = discord.person("Ada", guild), discord.owner(guild)
        async with started(discord, small_disk, tmp_path) as bot:
            answer = await ada.slash("ask", question=TRUCE)
            await ada.press(answer, "Helpful")
            await owner.slash("settings quotes", number=1)

            ballast = small_disk.parent / "ballast"
            fill(ballast)
            await ask_without_room(discord, guild)
            assert "disk is full" in bot.log
            assert numbered(await ada.press(answer, "In context"))
            assert bot.running

            ballast.unlink()
            again = await ada.slash("ask", question=TRUCE)
            assert labels(again), "buttons are kept again"
            assert "counted" in (await ada.press(again, "Not helpful")).content
            await restarted(discord, bot)
            bea = discord.person("Bea", guild)
            assert len(passages(await bea.slash("ask", question="How many countries are in the Coalition?"))) == 1
            assert "already your vote" in (await ada.press(answer, "Helpful")).content
            code, seconds = await bot.stop()
            assert (code, seconds < TO_END) == (0, True)
        assert_kept_quiet(discord, bot.log)
        assert "Traceback" not in bot.log


async def restarted(discord: DiscordDouble, bot: Bot) -> None:
    """Killed, and started again."""
    await bot.kill()
    await bot.start()
    await bot.connected(discord)
