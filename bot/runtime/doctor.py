"""The bot's checks of ``pullquote doctor``: token, clock, intents, servers, permissions, commands. Read-only."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import aiohttp
import discord

from bot.runtime.bot import PullquoteBot
from bot.runtime.command_sync import definitions
from bot.settings import Settings
from bot.transport.gateway import configure_discord
from bot.transport.rest_probe import Response, RestProbe, readiness
from retrieval.core.errors import SettingsError, one_line
from retrieval.core.health import Check, Verdict

PORTAL = "https://discord.com/developers/applications"
#: Permissions that an answer to a mention needs; slash commands need none.
NEEDED = discord.Permissions(
    view_channel=True, send_messages=True, send_messages_in_threads=True, embed_links=True, read_message_history=True
)
#: Application flags of the privileged intents; the second of each pair is for bots in few servers.
_PRIVILEGED = {
    "Presence": 1 << 12 | 1 << 13,
    "Server Members": 1 << 14 | 1 << 15,
    "Message Content": 1 << 18 | 1 << 19,
}
_PAGE_SIZE, _MAX_PAGES, _MAX_NAMES = 200, 5, 5
#: Seconds by which the clock may be off without a note, and without a fault.
_CLOCK_NOTE, _CLOCK_FAULT = 5.0, 60.0


def checks(environ: Mapping[str, str]) -> list[Check]:
    """Check the health of a bot that runs here, and what Discord knows of the bot of the token in ``environ``."""
    return [*_health(environ), *_discord(environ)]


def _health(environ: Mapping[str, str]) -> list[Check]:
    port = environ.get("HTTP_PORT", "").strip()
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 1 << 16):
        return []  # off, or invalid, which the bot reports at its start
    host = environ.get("HTTP_HOST", "").strip() or "127.0.0.1"
    try:
        ready, notes = asyncio.run(readiness(host, int(port)))
    except (aiohttp.ClientError, OSError, ValueError, KeyError, TypeError) as error:
        return [Check("Health", Verdict.NOTE, f"no bot serves HTTP_PORT {port} here ({type(error).__name__})")]
    words = "; ".join(one_line(each) for each in notes)
    if not ready:
        return [Check("Health", Verdict.BAD, f"the bot is not ready: {words}", "See its log.")]
    return [Check("Health", Verdict.NOTE if words else Verdict.GOOD, f"the bot is ready{words and f', but: {words}'}")]


def _discord(environ: Mapping[str, str]) -> list[Check]:
    if not any(environ.get(name, "").strip() for name in ("DISCORD_TOKEN", "DISCORD_TOKEN_FILE")):
        finding = "not asked: neither DISCORD_TOKEN nor DISCORD_TOKEN_FILE is set"
        return [Check("Discord", Verdict.NOTE, finding, "Set one of them to run the bot, and to have it checked.")]
    try:
        settings = Settings.from_env(environ)
    except SettingsError as error:
        return [Check("Settings of the bot", Verdict.BAD, str(error))]
    return asyncio.run(_ask(settings))


async def _ask(settings: Settings) -> list[Check]:
    found: list[Check] = []
    async with RestProbe(settings.api_url, settings.token) as probe:
        try:
            me = await probe.get("/users/@me")
            name = one_line(me.document["username"])
            found += [Check("Token", Verdict.GOOD, f"Discord takes it; the bot is called {name}"), *_clock(me)]
            application = (await probe.get("/applications/@me")).document
            found.append(_intents(int(application.get("flags") or 0)))
            guilds, complete = await _guilds(probe)
            found += _servers(guilds, settings.guild_ids, complete=complete)
            found.append(await _commands(probe, settings, int(application["id"]), {int(g["id"]) for g in guilds}))
        except aiohttp.ClientResponseError as error:
            found.append(_refused(error.status))
        except (aiohttp.ClientError, OSError) as error:
            finding = f"{settings.api_url} cannot be asked ({type(error).__name__})"
            remedy = "Check the network, the proxy, and DISCORD_API_URL if you set it."
            found.append(Check("Discord", Verdict.BAD, finding, remedy))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            finding = f"{settings.api_url} does not answer as Discord does ({type(error).__name__})"
            found.append(Check("Discord", Verdict.BAD, finding, "Check DISCORD_API_URL, or upgrade pullquote."))
    return found


def _refused(status: int) -> Check:
    if status == 401:
        remedy = f"Copy it again from {PORTAL} (your application, Bot, Reset Token)."
        return Check("Token", Verdict.BAD, "Discord refuses it", remedy)
    if status == 429:
        return Check("Discord", Verdict.NOTE, "it limits the bot's requests just now", "Try again in a minute.")
    remedy = "Check DISCORD_API_URL." if status == 404 else "See https://discordstatus.com"
    return Check("Discord", Verdict.BAD, f"it answers the bot's request with an error (HTTP {status})", remedy)


def _clock(response: Response) -> list[Check]:
    if response.ahead is None:
        return []
    off = abs(response.ahead)
    if off <= _CLOCK_NOTE:
        return [Check("Clock", Verdict.GOOD, "agrees with Discord's")]
    finding = f"{off:.0f} s {'ahead of' if response.ahead > 0 else 'behind'} Discord's"
    verdict = Verdict.BAD if off > _CLOCK_FAULT else Verdict.NOTE
    return [Check("Clock", verdict, finding, "Set this machine's clock by NTP: timedatectl set-ntp true")]


def _intents(flags: int) -> Check:
    needless = [name for name, bits in _PRIVILEGED.items() if flags & bits]
    if not needless:
        return Check("Intents", Verdict.GOOD, "no privileged intent is on, and none is needed")
    finding = f"on, but not needed: {', '.join(needless)}"
    return Check("Intents", Verdict.NOTE, finding, f"Switch them off at {PORTAL} (your application, Bot).")


async def _guilds(probe: RestProbe) -> tuple[list[Any], bool]:
    """Fetch the servers that the bot is in, and whether these are all."""
    found: list[Any] = []
    after = 0
    for _ in range(_MAX_PAGES):
        page = (await probe.get(f"/users/@me/guilds?limit={_PAGE_SIZE}&after={after}")).document
        found += page
        if len(page) < _PAGE_SIZE:
            return found, True
        after = int(page[-1]["id"])
    return found, False


def _servers(guilds: Sequence[Any], wanted: frozenset[int], *, complete: bool) -> list[Check]:
    count = f"{len(guilds)} servers" if complete else f"the first {len(guilds)} servers"
    if absent := wanted - {int(guild["id"]) for guild in guilds} if complete else ():
        finding = f"the bot is not in {_some(str(each) for each in sorted(absent))} of DISCORD_GUILD_IDS"
        return [Check("Servers", Verdict.BAD, finding, "Invite the bot there, or take the ids out of the setting.")]
    if not guilds:
        remedy = f"Invite it: {PORTAL} (your application, Installation)."
        return [Check("Servers", Verdict.NOTE, "the bot is in no server yet", remedy)]
    concerned = [guild for guild in guilds if not wanted or int(guild["id"]) in wanted]
    lacking = [f"{guild['name']} ({', '.join(missing)})" for guild in concerned if (missing := _missing(guild))]
    if not lacking:
        return [Check("Permissions", Verdict.GOOD, f"the bot may do what it needs in {count}")]
    remedy = "Give the bot's role these permissions in the server's settings; /settings show looks at one channel."
    return [Check("Permissions", Verdict.BAD, f"missing in {_some(lacking)}", remedy)]


def _missing(guild: Mapping[str, Any]) -> list[str]:
    has = discord.Permissions(int(guild["permissions"]))
    if has.administrator:
        return []
    return [name.replace("_", " ") for name, needed in NEEDED if needed and not getattr(has, name)]


def _some(names: Iterable[str]) -> str:
    every = list(names)
    more = f" and {len(every) - _MAX_NAMES} more" if len(every) > _MAX_NAMES else ""
    return ", ".join(every[:_MAX_NAMES]) + more


async def _commands(probe: RestProbe, settings: Settings, application: int, guilds: set[int]) -> Check:
    """Compare the commands that Discord has with those that the bot would register in the same place."""
    ours = await command_definitions(settings)
    base = f"/applications/{application}"
    places = [f"{base}/guilds/{guild}/commands" for guild in sorted(settings.guild_ids & guilds)]
    known = [(await probe.get(path)).document for path in places or [f"{base}/commands"]]
    if all(_outlines(ours) == _outlines(theirs) for theirs in known):
        return Check("Commands", Verdict.GOOD, f"{len(ours)} are registered, as this version defines them")
    if not any(known):
        return Check("Commands", Verdict.NOTE, "none are registered yet", "Start the bot: it registers them.")
    finding = "those that Discord knows are not those of this version"
    return Check("Commands", Verdict.BAD, finding, "Restart the bot: it registers them when it starts.")


def _outlines(commands: Iterable[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
    """Types, names, descriptions and options, in an order of their own: Discord adds ids, defaults and the like."""
    return sorted(
        (each.get("type") or 1, each["name"], each.get("description") or "", _outlines(each.get("options") or ()))
        for each in commands
    )


async def command_definitions(settings: Settings) -> list[dict[str, Any]]:
    """The commands as the bot would register them with these settings; makes no request."""
    configure_discord(settings.api_url)
    unused: Any = None  # the bot never connects: it only builds its commands
    async with PullquoteBot(settings, unused, unused, unused, unused) as bot:
        await bot.add_cogs()
        return definitions(bot)
