"""A Discord to test against: its gateway and HTTP API on loopback, strict where Discord is strict.

    async with DiscordDouble(heartbeat_interval=5) as discord:
        guild = discord.guild("Newsroom")
        ada = discord.person("Ada", guild)
        process = start_bot(DISCORD_API_URL=discord.url, DISCORD_TOKEN=discord.token)
        await discord.gateway.connected()
        asked = ada.slash("ask", question="Who leads it?")
        assert await asked.acknowledged() < 1
        answer = await asked                        # what Ada sees once it is complete
        more = await ada.press(answer, "More passages")
        assert more.ephemeral
        assert discord.pings == []                  # no device rang
        assert discord.complaints == []             # nothing that Discord would not take

Trouble is in `discord.faults` (429, 5xx, refusals, lost requests and answers, delays), in `discord.gateway` (drop,
reconnect, invalidate) and in `discord.clock.advance`. People do only what Discord's client lets them do: anything else
raises NotOfferedError. Who is left without an answer gets NoAnswerError.
"""

from tests.support.fake_discord.client.command_input import NotOfferedError
from tests.support.fake_discord.client.exchanges import Exchange, NoAnswerError, Said
from tests.support.fake_discord.client.people import Person
from tests.support.fake_discord.client.visible_message import Button, VisibleMessage
from tests.support.fake_discord.double import DiscordDouble
from tests.support.fake_discord.rest.openapi import OpenApi
from tests.support.fake_discord.state.permissions import NONE, TALKING, Permission
from tests.support.fake_discord.state.world import Channel, Guild, Message, Ping, Role, User

__all__ = [
    "NONE",
    "TALKING",
    "Button",
    "Channel",
    "DiscordDouble",
    "Exchange",
    "Guild",
    "Message",
    "NoAnswerError",
    "NotOfferedError",
    "OpenApi",
    "Permission",
    "Person",
    "Ping",
    "Role",
    "Said",
    "User",
    "VisibleMessage",
]
