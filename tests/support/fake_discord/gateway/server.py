"""The gateway: sessions, their events, and everything that may happen to a connection."""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Callable
from typing import Any

from aiohttp import WSMsgType, web

from tests.support.fake_discord.clock import Clock
from tests.support.fake_discord.gateway.connection import Connection
from tests.support.fake_discord.gateway.sessions import Payload, Session, shard_in
from tests.support.fake_discord.state import payloads
from tests.support.fake_discord.state.world import Guild, World

HEARTBEAT, IDENTIFY, PRESENCE, VOICE, RESUME = 1, 2, 3, 4, 6
RECONNECT, REQUEST_MEMBERS, INVALID_SESSION, HELLO, HEARTBEAT_ACK = 7, 8, 9, 10, 11
GUILDS, GUILD_MEMBERS, PRESENCES, GUILD_MESSAGES = 1 << 0, 1 << 1, 1 << 8, 1 << 9
DIRECT_MESSAGES, MESSAGE_CONTENT = 1 << 12, 1 << 15
PRIVILEGED = GUILD_MEMBERS | PRESENCES | MESSAGE_CONTENT
_KNOWN_INTENTS = sum(1 << bit for bit in (*range(17), 20, 21, 24, 25))
_LONGEST = 4096  # bytes that a bot may send at once
_IDENTIFY_SECONDS, _IDENTIFY_GRACE = 5.0, 0.2

_log = logging.getLogger(__name__)


class Gateway:
    """Lets the bot in, keeps its sessions, and misbehaves on demand."""

    def __init__(self, world: World, token: str, clock: Clock, *, heartbeat_interval: float, privileged: int) -> None:
        self.world = world
        self.sessions: dict[str, Session] = {}
        self.connections: list[Connection] = []
        self.identifies = 0
        self.session_starts = 1000  # how often a day the bot may identify
        self.shards = 1  # how many connections the bot has to make; with fewer it is turned away
        self.max_concurrency = 1  # how many of several shards may identify in 5 s
        self.hasty_identifies = 0  # how many came sooner
        self.heartbeat_interval = heartbeat_interval
        self.silent = False  # heartbeats are no longer acknowledged
        self.turns_away: int | None = None  # a close code for every identify
        self.address = ""
        self._token = token
        self._clock = clock
        self.privileged = privileged
        self._identified: dict[int, float] = {}

    # For tests.

    @property
    def live(self) -> list[Connection]:
        """Connections on which a session runs at this moment."""
        return [each for each in self.connections if each.open and each.session_id is not None]

    async def connected(self, timeout: float = 30.0) -> None:
        """Until the bot has a session on every shard."""
        await self.world.happenings.until(
            lambda: len({self.sessions[each.session_id].shard for each in self.live if each.session_id}) >= self.shards,
            timeout,
            "the bot's connection to the gateway",
        )

    async def drop(self, code: int | None = None, *, shard: int | None = None) -> None:
        """Break every connection, or a shard's: without a word, or with a close code. Sessions stay resumable."""
        for connection in self.live:
            if shard is None or self.sessions[connection.session_id or ""].shard[0] == shard:
                await connection.drop(code)

    def reconnect(self) -> None:
        """Op 7: ask the bot to come back elsewhere."""
        for connection in self.live:
            connection.send({"op": RECONNECT, "d": None})

    def invalidate(self, *, resumable: bool) -> None:
        """Op 9: the session is over, or (`resumable`) may be taken up again."""
        for connection in self.live:
            if not resumable and connection.session_id is not None:
                self._forget(connection.session_id)
            connection.send({"op": INVALID_SESSION, "d": resumable})

    def ask_heartbeat(self) -> None:
        """Op 1 from this side: beat now."""
        for connection in self.live:
            connection.send({"op": HEARTBEAT, "d": None})

    @property
    def worst_heartbeat(self) -> float:
        """The greatest lateness of any heartbeat so far, in seconds; 0.0 if each came in time."""
        return max((late for each in self.connections for late in each.lateness), default=0.0)

    @property
    def missed_heartbeats(self) -> int:
        """Connections closed because the bot's heart stopped."""
        return sum(each.heart_stopped for each in self.connections)

    # For the rest of the double.

    def dispatch(
        self, event: str, make: Callable[[bool], Payload] | Payload, intent: int = 0, *, guild: Guild | None
    ) -> bool:
        """Send what happened in `guild`, or directly, to every session that asked for it and whose shard it is.

        `make` is called with true where message content is withheld.

        Returns whether any session got it.
        """
        delivered = False
        for session in list(self.sessions.values()):
            if not session.serves(guild) or (intent and not session.intents & intent):
                continue
            session.push(event, make(not session.intents & MESSAGE_CONTENT) if callable(make) else make)
            delivered = True
        return delivered

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One websocket, from hello to the end."""
        if request.query.get("v") not in {"9", "10"}:
            return web.Response(status=400)
        socket = web.WebSocketResponse(max_msg_size=0, timeout=1.0)
        await socket.prepare(request)
        connection = Connection(socket, request, self._clock, self.heartbeat_interval, self.world.happenings)
        self.connections.append(connection)
        connection.start()
        connection.send({"op": HELLO, "d": {"heartbeat_interval": int(self.heartbeat_interval * 1000)}})
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    await self._receive(connection, message.data)
        finally:
            await self._left(connection)
        return socket

    async def _left(self, connection: Connection) -> None:
        await connection.finish()
        session = self.sessions.get(connection.session_id or "")
        if session is not None and session.connection is connection:
            session.connection = None
            # A client that closes with 1000 or 1001 goes for good; any other way it may come back.
            if connection.heart_stopped or (
                connection.closed_by_client and connection.socket.close_code in {1000, 1001}
            ):
                self._forget(session.id)
        self.world.happenings.tell()

    async def _receive(self, connection: Connection, text: str) -> None:
        if len(text.encode()) > _LONGEST:
            return await connection.close(4002, "Error while decoding payload.")
        if not connection.within_rate():
            return await connection.close(4008, "You are being rate limited.")
        try:
            frame = json.loads(text)
            op, data = frame["op"], frame.get("d")
        except (ValueError, KeyError, TypeError):
            return await connection.close(4002, "Error while decoding payload.")
        await self._obey(connection, op, data)
        return None

    async def _obey(self, connection: Connection, op: int, data: Any) -> None:
        if op == HEARTBEAT:
            connection.beat()
            if not self.silent:
                connection.send({"op": HEARTBEAT_ACK, "d": None})
        elif op in {IDENTIFY, RESUME}:
            if not isinstance(data, dict):
                await connection.close(4002, "Error while decoding payload.")
            else:
                await (self._identify if op == IDENTIFY else self._resume)(connection, data)
        elif connection.session_id is None:
            await connection.close(4003, "Not authenticated.")
        elif op == REQUEST_MEMBERS:
            self.sessions[connection.session_id].push("GUILD_MEMBERS_CHUNK", payloads.members_chunk(self.world, data))
        elif op not in {PRESENCE, VOICE}:
            await connection.close(4001, "Unknown opcode.")

    async def _identify(self, connection: Connection, data: Payload) -> None:
        refusal = self._refusal(connection, data)
        if refusal is not None:
            return await connection.close(*refusal)
        intents, shard = data["intents"], shard_in(data) or (0, 1)
        if self._too_soon(shard[0]):
            self.hasty_identifies += 1
            connection.send({"op": INVALID_SESSION, "d": False})
            return None
        session = Session(secrets.token_hex(16), intents, connection=connection, shard=shard)
        self.sessions[session.id] = session
        self.identifies += 1
        connection.session_id = session.id
        session.push("READY", self._ready(session))
        if intents & GUILDS:
            for guild in self._guilds(session):
                session.push("GUILD_CREATE", payloads.guild(guild, self.world))
        self.world.happenings.tell()
        return None

    def _refusal(self, connection: Connection, data: Payload) -> tuple[int, str] | None:
        """The close code and reason for an identify that is not taken."""
        intents, shard = data.get("intents"), shard_in(data)
        known = isinstance(intents, int) and not intents & ~_KNOWN_INTENTS
        refusals = (
            (connection.session_id is not None, 4005, "Already authenticated."),
            (self.turns_away is not None, self.turns_away or 0, "Turned away."),
            (data.get("token") != self._token, 4004, "Authentication failed."),
            (not known, 4013, "Invalid intent(s)."),
            (known and bool((intents or 0) & PRIVILEGED & ~self.privileged), 4014, "Disallowed intent(s)."),
            (shard is None, 4010, "Invalid shard."),
            (shard is not None and shard[1] < self.shards, 4011, "Sharding required."),
        )
        return next(((code, reason) for refused, code, reason in refusals if refused), None)

    def _too_soon(self, shard: int) -> bool:
        """Several shards have to take turns."""
        if self.shards == 1:
            return False
        bucket, now = shard % self.max_concurrency, self._clock.now()
        before = self._identified.get(bucket)
        self._identified[bucket] = now
        return before is not None and now - before < _IDENTIFY_SECONDS - _IDENTIFY_GRACE

    def _guilds(self, session: Session) -> list[Guild]:
        return [
            guild
            for guild in self.world.guilds.values()
            if self.world.bot.id in guild.members and session.serves(guild)
        ]

    def _ready(self, session: Session) -> Payload:
        return {
            "v": 10,
            "user": payloads.user(self.world.bot) | {"verified": True, "mfa_enabled": False, "email": None},
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in self._guilds(session)],
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": f"{self.address}/resume",
            "application": {"id": str(self.world.application_id), "flags": 1 << 23},
            "private_channels": [],
            "relationships": [],
            "shard": list(session.shard),
        }

    async def _resume(self, connection: Connection, data: Payload) -> None:
        if data.get("token") != self._token:
            return await connection.close(4004, "Authentication failed.")
        session = self.sessions.get(str(data.get("session_id")))
        if session is None:
            connection.send({"op": INVALID_SESSION, "d": False})
            return None
        seen = data.get("seq")
        if not isinstance(seen, int) or seen > session.number:
            return await connection.close(4007, "Invalid seq.")
        session.connection, connection.session_id = connection, session.id
        session.resumes += 1
        for number, text in session.events:
            if number > seen:
                connection.send_text(text)
        session.push("RESUMED", {"_trace": []})
        self.world.happenings.tell()
        return None

    def _forget(self, session_id: str) -> None:
        session = self.sessions.pop(session_id, None)
        if session is not None:
            session.valid = False
