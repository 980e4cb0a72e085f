"""Faults between bot and Discord, against the real discord.py."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import aiohttp
import discord
import pytest

from tests.support.fake_discord import DiscordDouble, NoAnswerError, OpenApi
from tests.unit.support.fake_discord.small_bot import SmallBot, online, play

CALLBACK = "POST */callback"


async def answer(interaction: discord.Interaction[Any]) -> None:
    """The shortest possible."""
    await interaction.response.send_message("yes")


def test_a_dropped_gateway_resumes_and_nothing_is_lost() -> None:
    """Events during a cut connection are replayed; op 7 and a resumable op 9 resume as well."""

    async def scene(double: DiscordDouble) -> None:
        ada = double.person("Ada", double.guild())
        bot = SmallBot()
        bot.command(answer)
        async with online(double, bot):
            await double.gateway.drop()
            assert (await ada.slash("ask", question="While away?")).text == "yes"
            await double.gateway.drop(4000)
            assert (await ada.slash("ask", question="And now?")).text == "yes"
            double.gateway.reconnect()
            assert (await ada.slash("ask", question="Elsewhere?")).text == "yes"
            await asyncio.sleep(0.05)
            (session,) = double.gateway.sessions.values()
            assert session.resumes == 3
            assert double.gateway.live[-1].path == "/gateway/resume"
        assert double.gateway.identifies == 1

    play(scene)


def test_an_invalid_session_identifies_anew() -> None:
    """Op 9 without a way back makes the bot identify again, and it answers in the new session."""

    async def scene(double: DiscordDouble) -> None:
        ada = double.person("Ada", double.guild())
        bot = SmallBot()
        bot.command(answer)
        async with online(double, bot):
            double.gateway.invalidate(resumable=False)
            await double.world.happenings.until(lambda: double.gateway.identifies == 2, 5, "a second identify")
            assert (await ada.slash("ask", question="Still?")).text == "yes"

    play(scene)


def test_429_and_5xx_are_retried_and_the_person_is_answered() -> None:
    """A 429 is waited out, a global one too, a 502 is tried again, and each request is on record."""

    async def scene(double: DiscordDouble) -> None:
        ada = double.person("Ada", double.guild())
        bot = SmallBot()
        bot.command(answer)
        async with online(double, bot):
            limited = double.faults.rate_limit(CALLBACK, retry_after=0.05)
            assert (await ada.slash("ask", question="Busy?")).text == "yes"
            everywhere = double.faults.rate_limit("POST /channels/*/messages", everywhere=True)
            broken = double.faults.server_error("POST /channels/*/messages", status=502)
            assert (await ada.mention("hello")).content.startswith("You said")
        assert (limited.hits, everywhere.hits, broken.hits) == (1, 1, 1)
        assert [call.status for call in double.calls("POST /channels/{channel_id}/messages")] == [429, 502, 200]
        assert [call.status for call in double.api.calls if call.path.endswith("/callback")] == [429, 200]

    play(scene)


def test_a_lost_answer_was_performed() -> None:
    """When the connection breaks after a callback, the bot sees an error and the person sees the message."""
    errors: list[BaseException] = []

    async def act(interaction: discord.Interaction[Any]) -> None:
        try:
            await interaction.response.send_message("yes")
        except (OSError, aiohttp.ClientError) as error:
            errors.append(error)

    async def scene(double: DiscordDouble) -> None:
        ada = double.person("Ada", double.guild())
        bot = SmallBot()
        bot.command(act)
        async with online(double, bot):
            double.faults.lose_answer(CALLBACK)
            assert (await ada.slash("ask", question="Lost?")).text == "yes"
            await double.world.happenings.until(lambda: errors, 5, "the broken connection")

    play(scene)


def test_a_token_that_ends_during_an_answer() -> None:
    """One interaction's token can be ended alone: the follow-up gets 50027, what another person asked goes on."""
    codes: list[int] = []
    go = asyncio.Event()

    async def act(interaction: discord.Interaction[Any]) -> None:
        await interaction.response.defer()
        await go.wait()
        try:
            await interaction.followup.send("done")
        except discord.HTTPException as error:
            codes.append(error.code)

    async def scene(double: DiscordDouble) -> None:
        ada = double.person("Ada", double.guild())
        bot = SmallBot()
        bot.command(act)
        async with online(double, bot):
            ended, other = ada.slash("ask", question="a"), ada.slash("ask", question="b")
            await asyncio.gather(ended.acknowledged(), other.acknowledged())
            ended.expire()
            go.set()
            assert (await other).text == "done"
            with pytest.raises(NoAnswerError, match="thinking"):
                await ended
        assert codes == [50027]
        assert double.complaints == []

    play(scene)


def test_limits_of_a_bucket_hold_and_headers_tell() -> None:
    """Beyond a bucket's limit comes a 429 with the wait; discord.py reads the headers and never gets there."""

    async def scene(double: DiscordDouble) -> None:
        guild = double.guild()
        number = next(iter(guild.channels))
        double.rate_limits.set("POST /channels/{channel_id}/messages", 2, 0.4)
        bot = SmallBot()
        async with online(double, bot):
            channel: Any = bot.get_channel(number)
            for text in "abc":
                await channel.send(text)
        assert {call.status for call in double.calls("POST /channels/{channel_id}/messages")} == {200}
        await asyncio.sleep(0.4)
        headers = {"Authorization": f"Bot {double.token}"}
        async with aiohttp.ClientSession(headers=headers) as session:
            answers = []
            for _ in range(3):
                async with session.post(f"{double.url}/channels/{number}/messages", json={"content": "x"}) as response:
                    answers.append((response.status, response.headers["X-RateLimit-Remaining"]))
                    last = await response.json()
        assert answers == [(200, "1"), (200, "0"), (429, "0")]
        assert 0 < last["retry_after"] <= 0.4
        assert last["global"] is False

    play(scene)


def test_a_wrong_token_is_refused_at_login() -> None:
    """HTTP answers 401 to a token that is not the bot's."""

    async def scene(double: DiscordDouble) -> None:
        with pytest.raises(discord.LoginFailure):
            async with online(double, SmallBot(), "wrong"):
                pytest.fail("was let in")

    play(scene)


def test_a_privileged_intent_has_to_be_switched_on() -> None:
    """Asking for message content closes with 4014; switched on, the content of every message comes."""
    intents = discord.Intents(guilds=True, guild_messages=True, message_content=True)

    async def turned_away(double: DiscordDouble) -> None:
        bot = SmallBot(intents=intents)
        with pytest.raises(discord.PrivilegedIntentsRequired):
            async with online(double, bot):
                pytest.fail("was let in")
        assert [each.turned_away for each in double.gateway.connections] == [4014]

    async def let_in(double: DiscordDouble) -> None:
        bot = SmallBot(intents=intents)
        ada = double.person("Ada", double.guild())
        async with online(double, bot):
            ada.say("between us")
            await double.world.happenings.until(lambda: bot.heard, 5, "the message")
        assert bot.heard[0].content == "between us"

    play(turned_away)
    play(let_in, privileged_intents=intents.value)


def test_heartbeats_are_counted_and_a_stopped_heart_is_noticed() -> None:
    """A bot that runs keeps beating in time; one whose loop stands still loses its session with 4009."""

    async def scene(double: DiscordDouble) -> None:
        double.guild()
        async with online(double, SmallBot()):
            await asyncio.sleep(1.0)
            (connection,) = double.gateway.live
            assert len(connection.heartbeats) >= 4
            assert double.gateway.worst_heartbeat < 0.2
            assert double.gateway.missed_heartbeats == 0
        async with aiohttp.ClientSession() as session, session.ws_connect(f"{double.gateway.address}?v=10") as wire:
            hello = await wire.receive_json()
            assert hello["d"]["heartbeat_interval"] == 200
            started = time.monotonic()
            assert (await wire.receive()).type is aiohttp.WSMsgType.CLOSE
            assert (wire.close_code, time.monotonic() - started < 3) == (4009, True)
        assert double.gateway.missed_heartbeats == 1

    play(scene, heartbeat_interval=0.2)


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("not json", 4002),
        (json.dumps({"op": 3, "d": {}}), 4003),
        (json.dumps({"op": 2, "d": {"token": "wrong", "intents": 0}}), 4004),
        (json.dumps({"op": 2, "d": {"token": "TOKEN", "intents": 1 << 30}}), 4013),
        (json.dumps({"op": 6, "d": {"token": "wrong", "session_id": "x", "seq": 1}}), 4004),
    ],
)
def test_close_codes(frame: str, code: int) -> None:
    """The gateway answers an invalid frame with Discord's close code."""

    async def scene(double: DiscordDouble) -> None:
        async with aiohttp.ClientSession() as session, session.ws_connect(f"{double.gateway.address}?v=10") as wire:
            await wire.receive_json()
            await wire.send_str(frame.replace("TOKEN", double.token))
            await wire.receive()
            assert wire.close_code == code

    play(scene)


def test_bodies_are_held_against_the_document_where_it_is() -> None:
    """A body that Discord's OpenAPI document does not know is refused and noted; without it the double says so."""
    assert OpenApi(None, "no document").skipped == "no document"
    at_hand = OpenApi.at_hand()
    if at_hand.skipped:
        pytest.skip(at_hand.skipped)

    async def scene(double: DiscordDouble) -> None:
        number = next(iter(double.guild().channels))
        headers = {"Authorization": f"Bot {double.token}"}
        url = f"{double.url}/channels/{number}/messages"
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.post(url, json={"content": "x", "tts": "yes"}) as response,
        ):
            assert (response.status, (await response.json())["code"]) == (400, 50035)
        assert len(double.api.violations) == len(double.complaints) == 1
        assert "tts" in double.api.violations[0]
        for call in double.api.calls:
            assert double.openapi.knows(call.method, call.route)

    play(scene)


def test_every_route_of_the_double_is_one_of_discords() -> None:
    """No route is made up: each is in Discord's document."""
    openapi = OpenApi.at_hand()
    if openapi.skipped:
        pytest.skip(openapi.skipped)

    async def scene(double: DiscordDouble) -> None:
        unknown = [name for name in double.api.routes if not openapi.knows(*name.split(" ", 1))]
        assert unknown == []

    play(scene)
