"""One websocket of the gateway: compressed frames out, heartbeats in."""

from __future__ import annotations

import asyncio
import json
import zlib
from collections import deque
from typing import Any, Protocol

from aiohttp import web

from tests.support.fake_discord.clock import Clock, Happenings

_FRAMES_A_MINUTE = 120
_GRACE = 1.0  # seconds that a heartbeat may be late on top of half an interval before its sender counts as dead


class _Compressor(Protocol):
    def frame(self, text: str) -> bytes: ...


class _ZlibStream:
    """One stream over all frames of a connection, flushed after each."""

    def __init__(self) -> None:
        self._stream = zlib.compressobj()

    def frame(self, text: str) -> bytes:
        return self._stream.compress(text.encode()) + self._stream.flush(zlib.Z_SYNC_FLUSH)


class _ZstdStream:
    """The same with zstandard, which a client only asks for where it is installed."""

    def __init__(self) -> None:
        import zstandard  # type: ignore[import-not-found, unused-ignore]

        self._module: Any = zstandard
        self._stream: Any = zstandard.ZstdCompressor().compressobj()

    def frame(self, text: str) -> bytes:
        done: bytes = self._stream.compress(text.encode()) + self._stream.flush(self._module.COMPRESSOBJ_FLUSH_BLOCK)
        return done


def _compressor(name: str | None) -> _Compressor | None:
    if name == "zlib-stream":
        return _ZlibStream()
    return _ZstdStream() if name == "zstd-stream" else None


class Connection:
    """Sends in order, watches the heartbeat, and can be broken."""

    def __init__(
        self, socket: web.WebSocketResponse, request: web.Request, clock: Clock, interval: float, happenings: Happenings
    ) -> None:
        self.socket = socket
        self.path = request.path
        self.session_id: str | None = None
        self.heartbeats: list[float] = []
        self.lateness: list[float] = []
        self.heart_stopped = False
        self.ended = False
        self.closed_by_us = False
        self.turned_away: int | None = None  # the close code that this side gave
        self._request = request
        self._clock = clock
        self._interval = interval
        self._happenings = happenings
        self._compress = _compressor(request.query.get("compress"))
        self._queue: asyncio.Queue[str] = asyncio.Queue()
        self._frames: deque[float] = deque()
        self._tasks: list[asyncio.Task[None]] = []
        self._last_beat = asyncio.get_running_loop().time()

    @property
    def open(self) -> bool:
        """Tell whether frames still go through."""
        return not self.ended and not self.socket.closed

    @property
    def closed_by_client(self) -> bool:
        """Tell whether the other side closed it normally."""
        return not self.closed_by_us and self.socket.close_code is not None

    def start(self) -> None:
        """Begin to write, and to listen for the heart."""
        self._tasks = [asyncio.create_task(self._write()), asyncio.create_task(self._watch_heart())]

    async def finish(self) -> None:
        """After the last frame."""
        self.ended = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def send(self, payload: dict[str, Any]) -> None:
        """Queue a frame that is not an event."""
        self.send_text(json.dumps({**payload, "s": None, "t": None}))

    def send_text(self, text: str) -> None:
        """Queue a frame."""
        self._queue.put_nowait(text)

    async def close(self, code: int, reason: str) -> None:
        """Turn the bot away."""
        self.closed_by_us = True
        self.turned_away = code
        await self.socket.close(code=code, message=reason.encode())

    async def drop(self, code: int | None) -> None:
        """End it from this side: with a close frame, or by cutting the wire."""
        self.closed_by_us = True
        self.ended = True
        if code is not None:
            await self.socket.close(code=code)
        elif self._request.transport is not None:
            self._request.transport.abort()

    def beat(self) -> None:
        """A heartbeat came; note how late."""
        now = asyncio.get_running_loop().time()
        # The first comes whenever the client likes, each later one is due an interval after the one before.
        if self.heartbeats:
            self.lateness.append(max(0.0, now - self._last_beat - self._interval))
        self._last_beat = now
        self.heartbeats.append(self._clock.now())

    def within_rate(self) -> bool:
        """Tell whether the bot keeps to 120 frames a minute."""
        now = asyncio.get_running_loop().time()
        self._frames.append(now)
        while self._frames[0] < now - 60:
            self._frames.popleft()
        return len(self._frames) <= _FRAMES_A_MINUTE

    async def _write(self) -> None:
        while True:
            text = await self._queue.get()
            try:
                if self._compress is None:
                    await self.socket.send_str(text)
                else:
                    await self.socket.send_bytes(self._compress.frame(text))
            except (ConnectionError, RuntimeError):
                return  # the wire is cut; the session keeps the event
            self._happenings.tell()

    async def _watch_heart(self) -> None:
        patience = self._interval * 1.5 + _GRACE
        while True:
            silence = asyncio.get_running_loop().time() - self._last_beat
            if silence >= patience:
                self.heart_stopped = True
                await self.close(4009, "Session timed out.")
                return
            await asyncio.sleep(patience - silence)
