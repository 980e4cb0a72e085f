"""The double by itself, for a person at a terminal: python -m tests.support.fake_discord [port]."""

from __future__ import annotations

import asyncio
import contextlib
import re
import sys
import threading
from collections.abc import Coroutine
from typing import Any

from tests.support.fake_discord.client.command_input import NotOfferedError
from tests.support.fake_discord.client.exchanges import NoAnswerError, visible
from tests.support.fake_discord.client.people import Person
from tests.support.fake_discord.client.visible_message import VisibleMessage
from tests.support.fake_discord.double import DiscordDouble
from tests.support.fake_discord.limits.commands import BOOLEAN, CHAT_INPUT, INTEGER, NUMBER, SUB_COMMAND
from tests.support.fake_discord.state.world import Channel

HELP = """\
ask <question>, find <words>, …   a slash command; its first option is the text, others as name=value
mention <text>   say <text>       a message in #general, with or without the bot's name
dm <text>        reply <text>     a direct message; a reply to what was seen last
press <label>    menu <name>      a button of what was seen last; a message command on it
type <command> <option> <text>    autocomplete
drop   reconnect   invalid        what a gateway does to bots
quit
"""
_NAMED = re.compile(r"(\w+)=(\"[^\"]*\"|\S+)")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


class Terminal:
    """One person, whose eyes are the terminal."""

    def __init__(self, discord: DiscordDouble, person: Person, channel: Channel) -> None:
        self._discord = discord
        self._person = person
        self._channel = channel
        self._last: VisibleMessage | None = None
        self._printed: dict[int, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def watch(self) -> None:
        """Print whatever becomes visible, for ever."""
        while True:
            for channel in list(self._discord.world.channels.values()):
                for message in list(channel.messages.values()):
                    self._show(VisibleMessage(message, self._person.user, self._discord.world))
            await asyncio.sleep(0.1)

    def _show(self, sight: VisibleMessage) -> None:
        mine = sight.message.author is self._person.user
        if not sight.history or not visible(sight.message, self._person.user):
            return
        if self._printed.get(sight.id, 0) == len(sight.history):
            return
        self._printed[sight.id] = len(sight.history)
        self._last = sight
        if not mine:
            _say(f"--- {sight.message.author.name}\n{sight.printed()}")

    async def obey(self, line: str) -> None:
        """Do what a line says."""
        verb, _, rest = line.strip().partition(" ")
        person, gateway = self._person, self._discord.gateway
        if verb in {"mention", "say", "dm"}:
            where = () if verb == "dm" else (self._channel,)
            getattr(person, verb)(rest, *where)
        elif verb == "reply":
            person.say(rest, reply_to=self._seen())
        elif verb == "press":
            self._await(person.press(self._seen(), rest).answer())
        elif verb == "menu":
            self._await(person.message_command(rest, self._seen()).answer())
        elif verb == "type":
            command, option, text = [*rest.split(" ", 2), "", ""][:3]
            self._await(self._complete(command, option, text))
        elif verb == "drop":
            await gateway.drop()
        elif verb == "reconnect":
            gateway.reconnect()
        elif verb == "invalid":
            gateway.invalidate(resumable=False)
        elif verb:
            self._slash(verb.removeprefix("/"), rest)

    def _seen(self) -> VisibleMessage:
        if self._last is None:
            raise NotOfferedError("nothing was seen yet")
        return self._last

    def _slash(self, name: str, rest: str) -> None:
        found = self._discord.commands.offered(
            name, CHAT_INPUT, self._channel.guild.id if self._channel.guild else None
        )
        if found is None:
            raise NotOfferedError(f"there is no command {name}\n{HELP}")
        options = found.get("options") or []
        if options and options[0]["type"] == SUB_COMMAND:
            branch, _, rest = rest.partition(" ")
            name = f"{name} {branch}"
            options = next((each.get("options") or [] for each in options if each["name"] == branch), [])
        kinds = {each["name"]: each["type"] for each in options}
        given = {key: value.strip('"') for key, value in _NAMED.findall(rest) if key in kinds}
        text = _NAMED.sub(lambda match: "" if match[1] in kinds else match[0], rest).strip()
        if text and options:
            given.setdefault(options[0]["name"], text)
        values = {key: _typed(value, kinds[key]) for key, value in given.items()}
        self._await(self._person.slash(name, self._channel, **values).answer())

    async def _complete(self, command: str, option: str, text: str) -> None:
        offered = await self._person.autocomplete(command, option, text, self._channel)
        _say("\n".join(f"  {each['name']}  ({each['value']})" for each in offered) or "  nothing is offered")

    def _await(self, coming: Coroutine[Any, Any, Any]) -> None:
        """Let it come; the watcher prints it, and here is only said what does not come."""

        async def wait() -> None:
            try:
                await coming
            except (NoAnswerError, TimeoutError) as error:
                _say(f"!!! {error}")

        task = asyncio.create_task(wait())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _typed(value: str, kind: int) -> str | int | float | bool:
    if kind == INTEGER:
        return int(value)
    if kind == NUMBER:
        return float(value)
    return value.lower() in {"true", "yes", "1"} if kind == BOOLEAN else value


def _lines(loop: asyncio.AbstractEventLoop) -> asyncio.Queue[str]:
    """Lines of standard input; an empty string at its end."""
    queue: asyncio.Queue[str] = asyncio.Queue()

    def read() -> None:
        # At the very end the loop may be closed before the last line is handed over.
        with contextlib.suppress(RuntimeError):
            for line in sys.stdin:
                loop.call_soon_threadsafe(queue.put_nowait, line)
            loop.call_soon_threadsafe(queue.put_nowait, "")

    threading.Thread(target=read, daemon=True).start()
    return queue


async def main(port: int) -> None:
    """Until "quit" or the end of the input."""
    discord = DiscordDouble()
    guild = discord.guild("Newsroom")
    channel = next(iter(guild.channels.values()))
    person = discord.person("Ada", guild)
    await discord.start(port)
    _say(f"DISCORD_API_URL={discord.url}\nDISCORD_TOKEN={discord.token}\nDISCORD_GUILD_IDS={guild.id}")
    _say(discord.openapi.skipped or "Request bodies are checked against Discord's OpenAPI document.")
    _say(HELP)
    terminal = Terminal(discord, person, channel)
    watching = asyncio.create_task(terminal.watch())
    lines = _lines(asyncio.get_running_loop())
    try:
        while (line := await lines.get()) and line.strip() != "quit":
            try:
                await terminal.obey(line)
            except (NotOfferedError, LookupError, ValueError) as error:
                _say(f"!!! {error}")
    finally:
        watching.cancel()
        await discord.stop()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 0))
