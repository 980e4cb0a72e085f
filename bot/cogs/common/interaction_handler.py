"""Interaction flow shared by commands, messages and buttons: admit, defer, run, respond."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import discord
from discord import app_commands

from bot.cogs.common.autocomplete import suggestions
from bot.cogs.common.error_messages import for_user
from bot.cogs.common.rendering import render
from bot.observability.request_log import ReceivedQuestion, RequestOutcome, Source, Step
from bot.services import Services
from bot.services.admission import RefusedError, TooBusyError
from bot.services.permissions import Requester
from bot.services.worker_pool import Slot
from bot.store.message_state import MessageState
from bot.transport.delivery import Outgoing, Responder
from bot.ui import strings
from bot.ui.buttons import BotInteraction, actions_for, view_for
from bot.ui.markup.pages import Form, Page, sentence
from retrieval.core.errors import QuestionError, UnknownArticleError


@dataclass(frozen=True, slots=True)
class RequestContext:
    """An interaction, its requester, and the form in which the answer may be shown."""

    interaction: BotInteraction
    requester: Requester
    form: Form

    @classmethod
    def of(cls, interaction: BotInteraction) -> RequestContext:
        """The context of an interaction."""
        embeds = interaction.guild_id is None or interaction.app_permissions.embed_links
        requester = requester_of(interaction.user, interaction.guild_id, interaction.channel, interaction.channel_id)
        return cls(interaction, requester, _form(embeds))


@dataclass(frozen=True, slots=True)
class Reply:
    """The pages of a message to send. ``key`` belongs to its buttons; ``None``: its state could not be stored."""

    state: MessageState
    pages: list[Page]
    key: str | None = None


def asked_by(event: BotInteraction | discord.Message, source: Source, text: str | None) -> ReceivedQuestion:
    """The log entry of a question that came in through an interaction or a message."""
    guild = event.guild_id if isinstance(event, discord.Interaction) else event.guild.id if event.guild else None
    return ReceivedQuestion(source, guild, text, (discord.utils.utcnow() - event.created_at).total_seconds())


def requester_of(
    user: discord.User | discord.Member, guild: int | None, channel: object, channel_id: int | None
) -> Requester:
    """The requester, with the channel and roles that permissions depend on."""
    threads = (discord.Thread, app_commands.AppCommandThread)
    roles = frozenset(role.id for role in user.roles) if isinstance(user, discord.Member) else frozenset()
    parent = channel.parent_id if isinstance(channel, threads) else None
    return Requester(user.id, guild, channel_id or 0, parent, roles)


def without_surrogates(text: str) -> str:
    """``text`` with lone surrogates replaced: JSON can carry them, UTF-8 cannot."""
    return text.encode("utf-8", "replace").decode()


def form_in(message: discord.Message) -> Form:
    """The form of an answer to a message: in its channel, or by direct message if the bot may not write there."""
    if message.guild is None or message.guild.me is None:
        return Form.EMBEDS
    permissions = message.channel.permissions_for(message.guild.me)
    return _form(permissions.embed_links or not may_write(message.channel, permissions))


def may_write(channel: object, permissions: discord.Permissions) -> bool:
    """Check that ``permissions`` allow messages in a channel or thread."""
    in_thread = isinstance(channel, discord.Thread)
    return permissions.send_messages_in_threads if in_thread else permissions.send_messages


def _form(embeds: bool) -> Form:
    return Form.EMBEDS if embeds else Form.PLAIN


class InteractionHandler:
    """Serves requests and answers them whatever happens. Counts the requests in progress."""

    def __init__(self, services: Services, responder: Responder) -> None:
        self.responder = responder
        self._services = services
        self._log = services.request_log
        self._count = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @contextmanager
    def in_progress(self, asked: ReceivedQuestion | None = None) -> Iterator[None]:
        """Count a request until it is answered, and log it if it is a question."""
        self._count += 1
        self._idle.clear()
        try:
            with self._log.track(asked):
                yield
        finally:
            self._count -= 1
            if not self._count:
                self._idle.set()

    async def idle(self, seconds: float) -> bool:
        """Wait until no request is in progress; false if some still are after ``seconds``."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._idle.wait()
        return not self._count

    async def reply(self, slot: Slot, requester: Requester, make: Callable[[], MessageState], form: Form) -> Reply:
        """Make and render a new message in ``slot``, and store its state. Raises what ``make`` raises."""

        def work() -> tuple[MessageState, list[Page]]:
            state = make()
            return state, self._rendered(state, form)

        state, pages = await slot.run(work)
        return Reply(state, pages, await self._services.records.save_message(requester.user, state))

    async def pages(self, slot: Slot, state: MessageState, form: Form) -> list[Page]:
        """Render a message that was sent before, in ``slot``. Raises RetrievalError."""
        return await slot.run(self._rendered, state, form)

    def _rendered(self, state: MessageState, form: Form) -> list[Page]:
        with self._log.timed(Step.RENDERING):
            return render(self._services.articles, state, form)

    @staticmethod
    def outgoing(reply: Reply, *, private: bool, page: int = 0) -> Outgoing:
        """A page of a reply with its buttons."""
        page = max(0, min(page, len(reply.pages) - 1))
        actions = actions_for(reply.state, private=private)
        return Outgoing(reply.pages[page], lambda: view_for(actions, reply.key, page, len(reply.pages)))

    def error_text(self, error: Exception) -> str:
        """The text for a member whose request failed with ``error``, which is logged."""
        refused = isinstance(error, (RefusedError, QuestionError, UnknownArticleError))
        outcome = RequestOutcome.REFUSED if refused else RequestOutcome.FAILED
        self._log.set_outcome(RequestOutcome.BUSY if isinstance(error, TooBusyError) else outcome)
        return for_user(error, self._services.articles.title_index)

    def error_message(self, error: Exception) -> Outgoing:
        """``error_text`` as a message."""
        return Outgoing(sentence(self.error_text(error)))

    async def respond(
        self,
        context: RequestContext,
        admit: Callable[[], Slot],
        make: Callable[[Slot], Awaitable[Reply]],
        *,
        private: bool,
        page: Callable[[Reply], int] = lambda _: 0,
        asked: ReceivedQuestion | None = None,
    ) -> None:
        """Admit or refuse at once, defer, make the reply, send it. Errors become messages."""
        with self.in_progress(asked):
            try:
                slot = admit()
            except RefusedError as refusal:
                await self.responder.send_ephemeral(context.interaction, self.error_text(refusal))
                return
            reply: Reply | None = None
            with slot:
                await self.responder.acknowledge(context.interaction, private=private)
                try:
                    reply = await make(slot)
                    outgoing = self.outgoing(reply, private=private, page=page(reply))
                except Exception as error:  # noqa: BLE001 - the member is waiting for an answer
                    outgoing = self.error_message(error)
            message = await self.send(context.interaction, outgoing, private=private)
            if reply is not None and not private and message is not None:
                await self._services.records.link_conversation(reply.key, message, context.requester.conversation)

    async def send(self, interaction: BotInteraction, outgoing: Outgoing, *, private: bool) -> int | None:
        """Fill in a deferred response, with an error message if Discord refuses it; the message's id if it arrived."""
        try:
            with self._log.timed(Step.SENDING):
                sent = await self.responder.edit_response(interaction, outgoing, private=private)
        except Exception as error:  # noqa: BLE001 - the member is waiting for an answer
            await self.responder.edit_response(interaction, self.error_message(error), private=private)
            return None
        if not sent.arrived:
            self._log.mark_undelivered()
        return sent.message

    def suggestions(self, typed: str) -> list[app_commands.Choice[str]]:
        """The articles whose names are like what was typed, the best first, for autocomplete."""
        return suggestions(typed, self._services.articles.title_index)

    async def say(self, interaction: BotInteraction, text: str) -> None:
        """Send a private line at once."""
        with self.in_progress():
            await self.responder.send_ephemeral(interaction, text)

    async def show_privately(
        self, interaction: BotInteraction, make: Callable[[], Awaitable[Sequence[Outgoing]]]
    ) -> None:
        """Defer privately, then make messages without buttons and send them. Errors become messages."""
        with self.in_progress():
            await self.responder.acknowledge(interaction, private=True)
            try:
                first, *others = await make()
                await self.responder.edit_response(interaction, first, private=True)
                for outgoing in others:
                    await self.responder.follow_up(interaction, outgoing, private=True)
            except Exception as error:  # noqa: BLE001 - the member is waiting for an answer
                await self.responder.edit_response(interaction, self.error_message(error), private=True)

    async def show_to_manager(
        self, interaction: BotInteraction, make: Callable[[int], Awaitable[Sequence[Outgoing]]]
    ) -> None:
        """As ``show_privately``, for a member who may manage the guild, which is passed to ``make``."""
        guild = interaction.guild_id
        if guild is None:
            await self.say(interaction, strings.ONLY_IN_SERVERS)
        elif not interaction.permissions.manage_guild:  # a guild can grant commands to other members
            await self.say(interaction, strings.NOT_A_MANAGER)
        else:
            await self.show_privately(interaction, lambda: make(guild))
