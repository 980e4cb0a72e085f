"""The gateway: sessions, their events, and everything that may happen to a connection."""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from . import payloads
from .clock import Clock
from .connection import Connection
from .state import Guild, World

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, VOICE, RESUME = 0, 1, 2, 3, 4, 6
RECONNECT, REQUEST_MEMBERS, INVALID_SESSION, HELLO, HEARTBEAT_ACK = 7, 8, 9, 10, 11
GUILDS, GUILD_MEMBERS, PRESENCES, GUILD_MESSAGES = 1 << 0, 1 << 1, 1 << 8, 1 << 9
DIRECT_MESSAGES, MESSAGE_CONTENT = 1 << 12, 1 << 15
PRIVILEGED = GUILD_MEMBERS | PRESENCES | MESSAGE_CONTENT
_KNOWN_INTENTS = sum(1 << bit for bit in (*range(17), 20, 21, 24, 25))
_LONGEST = 4096  # bytes that a bot may send at once

Payload = dict[str, Any]
_log = logging.getLogger(__name__)


@dataclass(eq=False)
class Session:
    """What survives a lost connection: the events, and how far they were counted."""

    id: str
    intents: int
    number: int = 0
    events: list[tuple[int, str]] = field(default_factory=list)
    connection: Connection | None = None
    resumes: int = 0
    valid: bool = True

    def push(self, event: str, payload: Payload) -> None:
        """Send an event now, or keep it for when the bot comes back."""
        self.number += 1
        text = json.dumps({"op": DISPATCH, "t": event, "s": self.number, "d": payload})
        self.events.append((self.number, text))
        del self.events[:-5000]
        if self.connection is not None:
            self.connection.send_text(text)


class Gateway:
    """Lets the bot in, keeps its sessions, and can be told to misbehave."""

    def __init__(self, world: World, token: str, clock: Clock, *, heartbeat_interval: float, privileged: int) -> None:
        self.world = world
        self.sessions: dict[str, Session] = {}
        self.connections: list[Connection] = []
        self.identifies = 0
        self.session_starts = 1000  # how often a day the bot may identify
        self.heartbeat_interval = heartbeat_interval
        self.silent = False  # heartbeats are no longer acknowledged
        self.turns_away: int | None = None  # a close code for whoever identifies
        self.address = ""
        self._token = token
        self._clock = clock
        self.privileged = privileged

    # What tests do to it.

    @property
    def live(self) -> list[Connection]:
        """Connections on which a session runs at this moment."""
        return [each for each in self.connections if each.open and each.session_id is not None]

    async def connected(self, timeout: float = 30.0) -> None:
        """Until the bot has a session."""
        await self.world.happenings.until(lambda: self.live, timeout, "the bot's connection to the gateway")

    async def drop(self, code: int | None = None) -> None:
        """Break every connection: without a word, or with a close code. Sessions stay resumable."""
        for connection in self.live:
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

    # What the rest of the double does with it.

    def dispatch(self, event: str, make: Callable[[bool], Payload] | Payload, intent: int = 0) -> bool:
        """Send an event to every session that asked for it. `make` is told whether to withhold message content.

        Returns whether any session got it.
        """
        delivered = False
        for session in list(self.sessions.values()):
            if intent and not session.intents & intent:
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
        if connection.session_id is not None:
            return await connection.close(4005, "Already authenticated.")
        if self.turns_away is not None:
            return await connection.close(self.turns_away, "Turned away.")
        if data.get("token") != self._token:
            return await connection.close(4004, "Authentication failed.")
        intents = data.get("intents")
        if not isinstance(intents, int) or intents & ~_KNOWN_INTENTS:
            return await connection.close(4013, "Invalid intent(s).")
        if intents & PRIVILEGED & ~self.privileged:
            return await connection.close(4014, "Disallowed intent(s).")
        session = Session(secrets.token_hex(16), intents, connection=connection)
        self.sessions[session.id] = session
        self.identifies += 1
        connection.session_id = session.id
        session.push("READY", self._ready(session))
        if intents & GUILDS:
            for guild in self._guilds():
                session.push("GUILD_CREATE", payloads.guild(guild, self.world))
        self.world.happenings.tell()
        return None

    def _guilds(self) -> list[Guild]:
        return [guild for guild in self.world.guilds.values() if self.world.bot.id in guild.members]

    def _ready(self, session: Session) -> Payload:
        return {
            "v": 10,
            "user": payloads.user(self.world.bot) | {"verified": True, "mfa_enabled": False, "email": None},
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in self._guilds()],
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": f"{self.address}/resume",
            "application": {"id": str(self.world.application_id), "flags": 1 << 23},
            "private_channels": [],
            "relationships": [],
            "shard": [0, 1],
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
