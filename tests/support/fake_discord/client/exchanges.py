"""Exchanges: an interaction or a message of a person, and the bot's replies as that person sees them."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from tests.support.fake_discord.client.visible_message import VisibleMessage
from tests.support.fake_discord.state.interactions import ACKNOWLEDGE_WITHIN, TOKEN_LASTS, Interaction, Reply
from tests.support.fake_discord.state.permissions import P
from tests.support.fake_discord.state.world import Channel, ChannelType, Message, User, World

PATIENCE = 30.0


class NoAnswerError(AssertionError):
    """The person sees "The application did not respond", or waits for ever at "is thinking…"."""


class Exchange:
    """An interaction from the side of the person. Awaiting it gives the first complete answer."""

    def __init__(self, interaction: Interaction, world: World) -> None:
        self.interaction = interaction
        self._world = world
        self._seen = len(interaction.message.versions) if interaction.message else 0

    def __await__(self) -> Generator[Any, None, VisibleMessage]:
        return self.answer().__await__()

    @property
    def user(self) -> User:
        """The person who acted."""
        return self.interaction.user

    @property
    def sights(self) -> list[VisibleMessage]:
        """Everything that came so far, in order, complete or not."""
        return [VisibleMessage(each, self.user, self._world) for each in self.interaction.messages if not each.deleted]

    def expire(self) -> None:
        """Let the token of this interaction end now."""
        self.interaction.expired = True

    async def acknowledged(self, timeout: float = PATIENCE) -> float:
        """Seconds from the doing to the acknowledgement. Raises NoAnswerError if that took too long."""
        found: float = await self._until(lambda: self.interaction.acknowledged, timeout, "acknowledgement")
        return found - self.interaction.created

    async def answer(self, timeout: float = PATIENCE) -> VisibleMessage:
        """The first complete message; of a press that changes its own message, that message."""
        message = await self._until(self._first, timeout, "answer")
        return VisibleMessage(message, self.user, self._world)

    async def followups(self, count: int = 1, timeout: float = PATIENCE) -> list[VisibleMessage]:
        """The messages after the first, once there are so many."""

        def enough() -> list[Message] | None:
            found = self.interaction.followups
            return found if len(found) >= count else None

        found = await self._until(enough, timeout, f"{count} follow-ups")
        return [VisibleMessage(each, self.user, self._world) for each in found]

    async def modal(self, timeout: float = PATIENCE) -> dict[str, Any]:
        """The form that opened."""
        found: dict[str, Any] = await self._until(lambda: self.interaction.modal, timeout, "form")
        return found

    def _first(self) -> Message | None:
        one = self.interaction
        if one.reply in {Reply.MESSAGE, Reply.DEFERRED_MESSAGE, Reply.UPDATE}:
            return one.original if one.original is not None and not one.original.loading else None
        if one.reply is Reply.DEFERRED_UPDATE and one.message is not None:
            changed = len(one.message.versions) > self._seen
            return one.message if changed else next(iter(one.followups), None)
        return None

    async def _until(self, look: Any, timeout: float, what: str) -> Any:
        def look_or_lose_hope() -> Any:
            found = look()
            waited = self._world.clock.now() - self.interaction.created
            if not found and self.interaction.acknowledged is None and waited > ACKNOWLEDGE_WITHIN:
                delivered = "" if self.interaction.delivered else " (no bot was connected)"
                raise NoAnswerError(f"{self._what()}: The application did not respond{delivered}")
            if not found and self.interaction.pending and (self.interaction.expired or waited > TOKEN_LASTS):
                raise NoAnswerError(f"{self._what()}: thinking for ever")
            return found

        return await self._world.happenings.until(look_or_lose_hope, timeout, f"{self._what()}: {what}")

    def _what(self) -> str:
        data = self.interaction.data
        return f"{self.user.name}: {data.get('name') or data.get('custom_id')}"


class Said:
    """A message of a person. Awaiting it gives the bot's first answer."""

    def __init__(self, message: Message, world: World) -> None:
        self.message = message
        self._world = world

    def __await__(self) -> Generator[Any, None, VisibleMessage]:
        return self.answer().__await__()

    @property
    def sights(self) -> list[VisibleMessage]:
        """The bot's answers so far: replies to it, what stands in its thread, and in a quiet place what came after."""
        found = [*self.message.channel.messages.values()]
        thread = self.message.thread
        if thread is not None:
            found += thread.messages.values()
        return [VisibleMessage(each, self.message.author, self._world) for each in found if self._answers(each)]

    @property
    def typed(self) -> bool:
        """Tell whether "is typing…" has been visible since."""
        return any(at >= self._at and channel is self.message.channel for channel, at in self._world.typing)

    async def answer(self, timeout: float = PATIENCE) -> VisibleMessage:
        """The bot's first answer."""
        return (await self.answers(1, timeout))[0]

    async def answers(self, count: int, timeout: float = PATIENCE) -> list[VisibleMessage]:
        """The bot's answers, once there are so many."""

        def enough() -> list[VisibleMessage] | None:
            found = self.sights
            return found if len(found) >= count else None

        what = f"answer {count} to {self.message.author.name}: {self.message.content!r}"
        return await self._world.happenings.until(enough, timeout, what)

    @property
    def _at(self) -> float:
        return self.message.versions[0].at

    def _answers(self, other: Message) -> bool:
        if other.author is not self._world.bot or other.id <= self.message.id or other.through_webhook:
            return False
        if other.reference is not None:
            return bool(int(other.reference["message_id"]) == self.message.id)
        place: Channel = other.channel
        return place is self.message.thread or place.is_thread or place.type is ChannelType.DM


def visible(message: Message, user: User) -> bool:
    """Tell whether a person can see a message."""
    if message.deleted or P.VIEW_CHANNEL not in message.channel.permissions(user):
        return False
    return message.only_for is None or message.only_for is user
