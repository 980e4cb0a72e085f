"""Sends replies to Discord: acknowledges in time, retries, falls back to a message once an interaction has expired."""

from __future__ import annotations

import asyncio
import io
import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import aiohttp
import discord

from bot.transport.retry import ACKNOWLEDGE_TIMEOUT, ALREADY_ACKNOWLEDGED, ANSWER_TIMEOUT, is_expired, retrying
from bot.ui import strings
from bot.ui.buttons import BotInteraction
from bot.ui.markup.pages import Page

_log = logging.getLogger(__name__)

_NO_MENTIONS = discord.AllowedMentions.none()
_TYPING_SECONDS = 8.0
_typing: set[asyncio.Task[None]] = set()  # the event loop holds tasks by weak reference only
FAILURES = (discord.DiscordException, aiohttp.ClientError, OSError)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to send. ``view`` is called for each attempt, because a view belongs to one message."""

    page: Page
    view: Callable[[], discord.ui.View | None] = lambda: None
    files: Sequence[tuple[str, bytes]] = ()

    def build_files(self) -> list[discord.File]:
        """Build the files for one attempt: sending closes them."""
        return [discord.File(io.BytesIO(data), filename=name) for name, data in self.files]

    def arguments(self) -> dict[str, Any]:
        """Build the arguments of one attempt to send a new message; an absent part has none."""
        parts = {"content": self.page.content, "embeds": list(self.page.embeds), "files": self.build_files()}
        view = self.view()
        present = {name: part for name, part in parts.items() if part} | ({} if view is None else {"view": view})
        return present | {"allowed_mentions": _NO_MENTIONS}


@dataclass(frozen=True, slots=True)
class Sent:
    """Result of a delivery; ``message`` is the id of a message that is where it was meant to be."""

    arrived: bool
    message: int | None = None


class Responder:
    """Answers interactions and posts messages, with retries."""

    async def acknowledge(self, interaction: BotInteraction, *, private: bool) -> bool:
        """Defer the response to an interaction; return False if it was too late for that.

        A retry is refused as a second acknowledgement when only the response to the first was lost: that is a success.
        """
        defer = partial(interaction.response.defer, ephemeral=private, thinking=True)
        return await self._acknowledge(interaction, defer)

    async def acknowledge_update(self, interaction: BotInteraction) -> bool:
        """Defer the update of the message with the pressed button."""
        return await self._acknowledge(interaction, interaction.response.defer)

    async def _acknowledge(self, interaction: BotInteraction, attempt: Callable[[], Awaitable[object]]) -> bool:
        left = ACKNOWLEDGE_TIMEOUT - (discord.utils.utcnow() - interaction.created_at).total_seconds()
        # Clamped, because our clock may differ from Discord's.
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

    async def send_ephemeral(self, interaction: BotInteraction, text: str) -> None:
        """Respond with an ephemeral line to an interaction that is not acknowledged yet."""
        send = partial(interaction.response.send_message, text, ephemeral=True, allowed_mentions=_NO_MENTIONS)
        await self._acknowledge(interaction, send)

    async def edit_response(self, interaction: BotInteraction, outgoing: Outgoing, *, private: bool) -> Sent:
        """Put the answer into the acknowledged response.

        An edit is idempotent, so it is retried until the interaction expires. After that, or when the response was
        deleted, the answer is posted in the channel, or sent to the user alone if it is private.

        Raises:
            HTTPException: when Discord rejects the answer itself.
        """

        async def attempt() -> discord.InteractionMessage:
            return await interaction.edit_original_response(
                content=outgoing.page.content, embeds=list(outgoing.page.embeds), view=outgoing.view(),
                attachments=outgoing.build_files(), allowed_mentions=_NO_MENTIONS,
            )  # fmt: skip

        try:
            return Sent(arrived=True, message=(await retrying(attempt, ANSWER_TIMEOUT)).id)
        except FAILURES as error:
            if isinstance(error, discord.HTTPException) and not is_expired(error) and error.status < 500:
                raise
            _log.warning("An interaction can no longer be answered (%s); sending the answer as a message", error)
        if not private and isinstance(interaction.channel, discord.abc.Messageable):
            with suppress(*FAILURES):
                return Sent(arrived=True, message=await self.post(interaction.channel, outgoing))
        arrived = await self.send_direct(interaction.user, outgoing, strings.LOST_PRIVATE) is not None
        if not arrived:
            _log.error("An answer could be delivered neither to its interaction nor otherwise")
        return Sent(arrived)

    async def follow_up(self, interaction: BotInteraction, outgoing: Outgoing, *, private: bool) -> None:
        """Send one more message for an interaction that was answered.

        A retry may double it: webhook messages have no nonce. Better twice than not at all.

        Raises:
            DiscordException, OSError: the last error.
        """
        await retrying(lambda: interaction.followup.send(**outgoing.arguments(), ephemeral=private), ANSWER_TIMEOUT)

    async def post(
        self, channel: discord.abc.Messageable, outgoing: Outgoing, reply_to: discord.Message | None = None
    ) -> int:
        """Send a message to a channel and return its id. A nonce keeps a retry from doubling it.

        Raises:
            DiscordException, OSError: the last error.
        """
        extra: dict[str, Any] = {"nonce": secrets.randbits(63)}
        if reply_to is not None:
            extra["reference"] = reply_to.to_reference(fail_if_not_exists=False)
        return (await retrying(lambda: channel.send(**outgoing.arguments(), **extra), ANSWER_TIMEOUT)).id

    async def send_direct(
        self, user: discord.User | discord.Member, outgoing: Outgoing, why: str | None = None
    ) -> int | None:
        """Send a direct message, after a line that says why; return ``None`` if the user accepts none."""
        try:
            if why is not None:
                await self.post(user, Outgoing(Page(why)))
            return await self.post(user, outgoing)
        except FAILURES as error:
            _log.info("A direct message could not be sent (%s)", type(error).__name__)
            return None

    async def notify(self, message: discord.Message, text: str) -> None:
        """Send a line to the author of a message by direct message, or as a reply where none is accepted."""
        outgoing = Outgoing(Page(text))
        if message.guild is not None and await self.send_direct(message.author, outgoing) is not None:
            return
        with suppress(*FAILURES):
            await self.post(message.channel, outgoing, reply_to=message)


@asynccontextmanager
async def typing(channel: discord.abc.Messageable) -> AsyncIterator[None]:
    """Show the typing indicator during the block, without delaying or failing it.

    A request under way is never cancelled: discord.py, cancelled while it sleeps out a global rate limit, blocks every
    later request.
    """
    over = asyncio.Event()

    async def keep_typing() -> None:
        while not over.is_set():
            with suppress(*FAILURES):
                await channel.typing()
            with suppress(TimeoutError):
                async with asyncio.timeout(_TYPING_SECONDS):
                    await over.wait()

    task = asyncio.create_task(keep_typing())
    _typing.add(task)
    task.add_done_callback(_typing.discard)
    try:
        yield
    finally:
        over.set()
