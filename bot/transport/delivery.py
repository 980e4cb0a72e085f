"""Replies to Discord: acknowledged in time, tried again, and sent another way where the first is closed."""

from __future__ import annotations

import asyncio
import io
import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import aiohttp
import discord

from bot.transport.retry import ACKNOWLEDGE_TIMEOUT, ALREADY_ACKNOWLEDGED, ANSWER_TIMEOUT, is_expired, retrying
from bot.ui import strings
from bot.ui.buttons import Act
from bot.ui.markup.pages import Page

_log = logging.getLogger(__name__)

_NO_ONE = discord.AllowedMentions.none()
_TYPING_LASTS = 8.0
_typing: set[asyncio.Task[None]] = set()  # the event loop itself holds tasks weakly
FAILURES = (discord.DiscordException, aiohttp.ClientError, asyncio.TimeoutError, OSError)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message. ``view`` is called for each attempt, because a view belongs to one message."""

    page: Page
    view: Callable[[], discord.ui.View | None] = lambda: None
    files: Sequence[tuple[str, bytes]] = ()

    def made_files(self) -> list[discord.File]:
        """The files, new for each attempt: sending closes them."""
        return [discord.File(io.BytesIO(data), filename=name) for name, data in self.files]


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a message: whether anybody got it, and its id if it is where it was meant to be."""

    arrived: bool
    message: int | None = None


class Courier:
    """Carries messages to Discord."""

    async def acknowledge(self, act: Act, *, private: bool) -> bool:
        """Tell Discord that an answer will come; false if it was too late for that.

        Once a first attempt's answer is lost on the way back, the next one is refused as a second acknowledgement:
        then the first has arrived.
        """

        async def attempt() -> None:
            await act.response.defer(ephemeral=private, thinking=True)

        return await self._called_back(act, attempt)

    async def acknowledge_change(self, act: Act) -> bool:
        """Tell Discord that the message with the pressed button will change."""

        async def attempt() -> None:
            await act.response.defer()

        return await self._called_back(act, attempt)

    async def _called_back(self, act: Act, attempt: Callable[[], Awaitable[None]]) -> bool:
        left = ACKNOWLEDGE_TIMEOUT - (discord.utils.utcnow() - act.created_at).total_seconds()
        # A clock that differs from Discord's must not keep the bot from trying.
        left = min(ACKNOWLEDGE_TIMEOUT, max(1.0, left))
        try:
            async with asyncio.timeout(left):
                await retrying(attempt, left)
        except discord.HTTPException as error:
            if error.code == ALREADY_ACKNOWLEDGED:
                return True
            _log.warning("An interaction could not be acknowledged (%s %s)", error.status, error.code)
            return False
        except FAILURES as error:
            _log.warning("An interaction could not be acknowledged in time (%s)", type(error).__name__)
            return False
        return True

    async def say(self, act: Act, text: str) -> None:
        """A private line at once, for an interaction that is not acknowledged yet."""

        async def attempt() -> None:
            await act.response.send_message(text, ephemeral=True, allowed_mentions=_NO_ONE)

        await self._called_back(act, attempt)

    async def fill(self, act: Act, outgoing: Outgoing, *, private: bool) -> Sent:
        """The answer into the acknowledged message.

        Sending the same again does no harm here, so it is tried until the interaction's time is over. After that,
        or when the message is gone, the answer goes into the channel, or to the person alone if it is private.
        """

        async def attempt() -> discord.InteractionMessage:
            return await act.edit_original_response(
                content=outgoing.page.content, embeds=list(outgoing.page.embeds), view=outgoing.view(),
                attachments=outgoing.made_files(), allowed_mentions=_NO_ONE,
            )  # fmt: skip

        try:
            return Sent(arrived=True, message=(await retrying(attempt, ANSWER_TIMEOUT)).id)
        except FAILURES as error:
            if isinstance(error, discord.HTTPException) and not is_expired(error) and error.status < 500:
                raise
            _log.warning("An interaction can no longer be answered (%s); sending the answer as a message", error)
        return await self._otherwise(act, outgoing, private=private)

    async def _otherwise(self, act: Act, outgoing: Outgoing, *, private: bool) -> Sent:
        if not private and isinstance(act.channel, discord.abc.Messageable):
            with suppress(*FAILURES):
                return Sent(arrived=True, message=await self.post(act.channel, outgoing))
        arrived = await self.to_person(act.user, outgoing, strings.LOST_PRIVATE) is not None
        if not arrived:
            _log.error("An answer could be delivered neither to its interaction nor otherwise")
        return Sent(arrived)

    async def follow_up(self, act: Act, outgoing: Outgoing, *, private: bool) -> None:
        """One more message for an interaction that was answered.

        Discord cannot tell a second attempt from a second message: where only its answer was lost, the message comes
        twice, which is better than not at all.
        """

        async def attempt() -> None:
            view = outgoing.view()
            await act.followup.send(
                content=outgoing.page.content or discord.utils.MISSING,
                embeds=list(outgoing.page.embeds) or discord.utils.MISSING,
                view=view if view is not None else discord.utils.MISSING,
                files=outgoing.made_files() or discord.utils.MISSING,
                ephemeral=private,
                allowed_mentions=_NO_ONE,
            )

        await retrying(attempt, ANSWER_TIMEOUT)

    async def post(
        self, channel: discord.abc.Messageable, outgoing: Outgoing, reply_to: discord.Message | None = None
    ) -> int:
        """A message in a channel; its id. The nonce keeps a second attempt from doubling it.

        Raises what Discord answers.
        """
        nonce = secrets.randbits(63)
        extra: dict[str, Any] = {}
        if reply_to is not None:
            extra["reference"] = reply_to.to_reference(fail_if_not_exists=False)

        async def attempt() -> discord.Message:
            if (view := outgoing.view()) is not None:
                extra["view"] = view
            return await channel.send(
                content=outgoing.page.content,
                embeds=list(outgoing.page.embeds),
                files=outgoing.made_files(),
                nonce=nonce,
                allowed_mentions=_NO_ONE,
                **extra,
            )

        return (await retrying(attempt, ANSWER_TIMEOUT)).id

    async def to_person(
        self, person: discord.User | discord.Member, outgoing: Outgoing, why: str | None = None
    ) -> int | None:
        """A direct message, after a line that says why it comes this way; ``None`` if the person takes none."""
        try:
            if why is not None:
                await self.post(person, Outgoing(Page(why)))
            return await self.post(person, outgoing)
        except FAILURES as error:
            _log.info("A direct message could not be sent (%s)", type(error).__name__)
            return None

    async def tell(self, message: discord.Message, text: str) -> None:
        """A private line for the author of a message, or a short reply where no direct message is taken."""
        outgoing = Outgoing(Page(text))
        if message.guild is not None and await self.to_person(message.author, outgoing) is not None:
            return
        with suppress(*FAILURES):
            await self.post(message.channel, outgoing, reply_to=message)


@asynccontextmanager
async def typing(channel: discord.abc.Messageable) -> AsyncIterator[None]:
    """Shows that the bot is typing; an answer never waits for that, nor fails with it.

    A request under way is left to end by itself: discord.py, when it is cancelled while it waits for a global rate
    limit to pass, never lets another request through.
    """
    over = asyncio.Event()

    async def keep_typing() -> None:
        while not over.is_set():
            with suppress(*FAILURES):
                await channel.typing()
            with suppress(TimeoutError):
                async with asyncio.timeout(_TYPING_LASTS):
                    await over.wait()

    task = asyncio.create_task(keep_typing())
    _typing.add(task)
    task.add_done_callback(_typing.discard)
    try:
        yield
    finally:
        over.set()
