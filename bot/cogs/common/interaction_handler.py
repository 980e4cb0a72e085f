"""From an interaction or a message to a reply on its way: the steps that every command and button share."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import discord

from bot.cogs.common.error_messages import told
from bot.observability.request_log import Asked, End, Source, Step
from bot.services.permissions import Asker
from bot.services.question_service import Desk, RefusedError, Reply, TooBusyError
from bot.services.worker_pool import Place
from bot.transport.delivery import Courier, Outgoing
from bot.ui.buttons import Act, actions_for, view_for
from bot.ui.markup.pages import Form, Page, sentence
from retrieval.core.errors import QuestionError, UnknownArticleError


@dataclass(frozen=True, slots=True)
class Want:
    """Who wants something, through which interaction, and in which form it may be shown."""

    act: Act
    asker: Asker
    form: Form

    @classmethod
    def of(cls, act: Act) -> Want:
        """Read off an interaction."""
        embeds = act.guild_id is None or act.app_permissions.embed_links
        return cls(act, asker_of(act.user, act.guild_id, act.channel, act.channel_id), _form(embeds))


def asked_by(event: Act | discord.Message, source: Source, text: str | None) -> Asked:
    """The log entry of a question that came in through an interaction or a message."""
    guild = event.guild_id if isinstance(event, discord.Interaction) else event.guild.id if event.guild else None
    return Asked(source, guild, text, (discord.utils.utcnow() - event.created_at).total_seconds())


def asker_of(user: discord.User | discord.Member, guild: int | None, channel: object, channel_id: int | None) -> Asker:
    """Who asks, and where."""
    roles = frozenset(role.id for role in user.roles) if isinstance(user, discord.Member) else frozenset()
    parent = channel.parent_id if isinstance(channel, discord.Thread) else None
    return Asker(user.id, guild, channel_id or 0, parent, roles)


def sound(text: str) -> str:
    """``text`` without halves of characters, which JSON can carry and nothing else can."""
    return text.encode("utf-8", "replace").decode()


def form_in(message: discord.Message) -> Form:
    """How an answer to a message may be shown: in its channel, or by direct message if the bot may not write there."""
    if message.guild is None or message.guild.me is None:
        return Form.EMBEDS
    powers = message.channel.permissions_for(message.guild.me)
    thread = isinstance(message.channel, discord.Thread)
    writes = powers.send_messages_in_threads if thread else powers.send_messages
    return _form(powers.embed_links or not writes)


def _form(embeds: bool) -> Form:
    return Form.EMBEDS if embeds else Form.PLAIN


def _end(error: Exception) -> End:
    """What a request comes to that ``error`` keeps from being served."""
    if isinstance(error, TooBusyError):
        return End.BUSY
    if isinstance(error, (RefusedError, QuestionError, UnknownArticleError)):
        return End.REFUSED
    return End.FAILED


class Front:
    """Carries requests to the desk and its replies back; counts what is under way."""

    def __init__(self, desk: Desk, courier: Courier) -> None:
        self.desk = desk
        self.courier = courier
        self._underway = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @contextmanager
    def underway(self, asked: Asked | None = None) -> Iterator[None]:
        """Something that the end of the process waits for, and that the journal follows."""
        self._underway += 1
        self._idle.clear()
        try:
            with self.desk.journal.following(asked):
                yield
        finally:
            self._underway -= 1
            if not self._underway:
                self._idle.set()

    async def idle(self, seconds: float) -> bool:
        """Wait until nothing is under way; false if it still is after ``seconds``."""
        try:
            async with asyncio.timeout(seconds):
                await self._idle.wait()
        except TimeoutError:
            return False
        return True

    def outgoing(self, reply: Reply, *, private: bool, page: int = 0) -> Outgoing:
        """A page of a reply with its buttons."""
        page = max(0, min(page, len(reply.pages) - 1))
        actions = actions_for(reply.state, private=private)
        return Outgoing(reply.pages[page], lambda: view_for(actions, reply.key, page, len(reply.pages)))

    def told(self, error: Exception) -> Outgoing:
        """What to say to somebody whose request failed."""
        self.desk.journal.ends(_end(error))
        return Outgoing(sentence(told(error, self.desk.articles.catalogue)))

    def refused(self, refusal: RefusedError) -> str:
        """What to say to somebody whose request is not accepted."""
        self.desk.journal.ends(_end(refusal))
        return str(refusal)

    async def serve(
        self,
        want: Want,
        accept: Callable[[], Place],
        make: Callable[[Place], Awaitable[Reply]],
        *,
        private: bool,
        page: Callable[[Reply], int] = lambda _: 0,
        asked: Asked | None = None,
    ) -> None:
        """Accept or refuse at once, acknowledge, make the reply, send it. Errors are told, never raised."""
        with self.underway(asked):
            try:
                place = accept()
            except RefusedError as refusal:
                await self.courier.say(want.act, self.refused(refusal))
                return
            with place:
                await self.courier.acknowledge(want.act, private=private)
                outgoing, reply = await self._made(make, place, private=private, page=page)
            message = await self.send(want.act, outgoing, private=private)
            if reply is not None and not private and message is not None:
                thread = want.asker.channel if want.asker.parent is not None or want.asker.guild is None else None
                await self.desk.link_conversation(reply.key, message, *([thread] if thread else []))

    async def _made(
        self,
        make: Callable[[Place], Awaitable[Reply]],
        place: Place,
        *,
        private: bool,
        page: Callable[[Reply], int],
    ) -> tuple[Outgoing, Reply | None]:
        try:
            reply = await make(place)
            return self.outgoing(reply, private=private, page=page(reply)), reply
        except Exception as error:  # noqa: BLE001 - whatever it is, somebody waits for a line
            return self.told(error), None

    async def send(self, act: Act, outgoing: Outgoing, *, private: bool) -> int | None:
        """Fill an acknowledged interaction; a reply that Discord does not take is logged, and said to have failed."""
        try:
            with self.desk.journal.timed(Step.SENDING):
                sent = await self.courier.fill(act, outgoing, private=private)
        except Exception as error:  # noqa: BLE001
            await self.courier.fill(act, self.told(error), private=private)
            return None
        if not sent.arrived:
            self.desk.journal.undelivered()
        return sent.message

    async def say(self, act: Act, text: str) -> None:
        """A private line, at once."""
        with self.underway():
            await self.courier.say(act, text)

    async def show_privately(self, act: Act, pages: list[Page], files: list[tuple[str, bytes]] | None = None) -> None:
        """Pages without buttons, for one person: the first with the files, the others after it."""
        await self.courier.fill(act, Outgoing(pages[0], files=tuple(files or ())), private=True)
        for page in pages[1:]:
            await self.courier.follow_up(act, Outgoing(page), private=True)

    async def privately(self, act: Act, work: Callable[[], Awaitable[None]]) -> None:
        """Acknowledge, then do ``work``, which answers; errors are told."""
        with self.underway():
            await self.courier.acknowledge(act, private=True)
            try:
                await work()
            except Exception as error:  # noqa: BLE001
                await self.courier.fill(act, self.told(error), private=True)
