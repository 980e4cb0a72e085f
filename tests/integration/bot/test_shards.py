"""A bot that Discord wants in several shards: each serves its own servers, and none takes the others down."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.support.bot.bot_process import TO_END, started
from tests.support.bot.bot_session import assert_kept_quiet
from tests.support.bot.rendered_messages import passages
from tests.support.fake_discord import DiscordDouble, Exchange, Guild, Person, Said
from tests.support.fake_discord.gateway.server import Gateway
from tests.support.fake_discord.gateway.sessions import shard_of

TRUCE = "Who will lead the truce monitoring mechanism?"


async def server_on_each(discord: DiscordDouble, count: int) -> list[Guild]:
    """A server for each shard, in the order of the shards. A server's number says where it belongs, so try some."""
    found: dict[int, Guild] = {}
    while len(found) < count:
        guild = discord.guild("Newsroom")
        found.setdefault(shard_of(guild, count), guild)
        await asyncio.sleep(0.002)
    return [found[number] for number in range(count)]


def sessions(gateway: Gateway) -> dict[int, tuple[str, int]]:
    """Each shard's session, and how often it was taken up again."""
    return {each.shard[0]: (each.id, each.resumes) for each in gateway.sessions.values() if each.connection}


async def ask_everywhere(people: list[Person], guilds: list[Guild]) -> None:
    """A command and a mention in each server, and a direct message: all are answered, once."""
    places = [next(iter(guild.channels.values())) for guild in guilds]
    asked = [who.slash("ask", place, question=TRUCE) for who, place in zip(people, places, strict=True)]
    said = [who.mention(TRUCE, place) for who, place in zip(people, places, strict=True)]
    said.append(people[-1].dm(TRUCE))
    exchanges: list[Exchange | Said] = [*asked, *said]
    for each in exchanges:
        assert passages(await each)
        assert len(each.sights) == 1


async def test_three_shards_answer_and_one_may_fall(home: Path) -> None:
    """Servers of each shard and direct messages are answered; one shard is lost, and the others do not notice.

    What is asked meanwhile of the lost one is answered when it is back. A new session of one leaves the others alone.
    The commands are registered once. SIGTERM takes leave of every shard, in less than 10 s.
    """

    async with DiscordDouble(heartbeat_interval=5) as discord:
        gateway = discord.gateway
        gateway.shards = gateway.max_concurrency = 3
        guilds = await server_on_each(discord, 3)
        async with started(discord, home, home.parent) as bot:
            people = [discord.person(f"Person {n}", guild) for n, guild in enumerate(guilds)]
            await ask_everywhere(people, guilds)
            assert len(discord.commands.registrations) == 1

            before = sessions(gateway)
            others = [discord.person(f"Other {n}", guild) for n, guild in enumerate(guilds)]
            await gateway.drop(shard=1)
            await ask_everywhere(others, guilds)
            await gateway.connected()
            after = sessions(gateway)
            assert after.pop(1) == (before[1][0], 1)
            assert after == {number: before[number] for number in after}

            await discord.world.happenings.until(lambda: "servers, 3 shards" in bot.log, 10, "the log of it")
            code, seconds = await bot.stop()
            assert (code, seconds < TO_END) == (0, True)
            assert sum(each.closed_by_client for each in gateway.connections) == 3
            assert "Traceback" not in bot.log
        assert_kept_quiet(discord, bot.log)
        assert gateway.hasty_identifies == 0
        assert len(discord.calls("GET /gateway/bot")) == 1


async def test_shards_take_turns_and_answer_from_the_first_on(home: Path, tmp_path: Path) -> None:
    """Two may not identify in the same 5 s: the first answers before the second starts, and comes back when lost."""
    async with DiscordDouble(heartbeat_interval=5) as discord:
        gateway = discord.gateway
        gateway.shards = 2
        guilds = await server_on_each(discord, 2)
        async with started(discord, home, tmp_path, wait=False) as bot:
            await discord.world.happenings.until(lambda: gateway.live, 60, "the first shard")
            ada, bob = (discord.person(name, guild) for name, guild in zip(("Ada", "Bob"), guilds, strict=True))
            assert passages(await ada.mention(TRUCE, next(iter(guilds[0].channels.values()))))
            assert [number for number, _ in sessions(gateway).items()] == [0]
            await gateway.drop(shard=0)
            await gateway.connected()
            assert passages(await bob.slash("ask", next(iter(guilds[1].channels.values())), question=TRUCE))
            assert (await bot.stop())[0] == 0
            assert "Traceback" not in bot.log
        assert gateway.hasty_identifies == 0
