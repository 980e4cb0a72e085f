"""Actions of the buttons under the bot's messages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import discord
from discord.ext import commands

from bot.cogs.common.interaction_handler import InteractionHandler, Reply, RequestContext
from bot.observability.request_log import Source
from bot.services import Services
from bot.services.admission import RefusedError
from bot.services.worker_pool import Slot
from bot.store import Vote
from bot.store.message_state import ArticleView, MessageState, PassagesMessage, QuotesInContext
from bot.transport.delivery import Outgoing
from bot.ui import strings
from bot.ui.articles import text_files
from bot.ui.buttons import TEMPLATE, Action, ActionButton, BotInteraction
from bot.ui.markup.limits import CONTENT, fitted_line, size
from bot.ui.markup.pages import Page, sentence
from bot.ui.quotes import title_of


class ButtonsCog(commands.Cog):
    """Presses of buttons, also of those that an earlier process sent."""

    def __init__(self, bot: commands.AutoShardedBot, handler: InteractionHandler, services: Services) -> None:
        self._bot = bot
        self._handler = handler
        self._services = services

    async def cog_load(self) -> None:
        """Make the client recognise the buttons on messages that exist."""
        self._bot.add_dynamic_items(ActionButton)

    @commands.Cog.listener()
    async def on_interaction(self, interaction: BotInteraction) -> None:
        """Answer a button that this version of the program does not know."""
        component = interaction.type is discord.InteractionType.component
        if component and not TEMPLATE.fullmatch(interaction.custom_id or ""):
            await self._handler.say(interaction, strings.EXPIRED)

    @commands.Cog.listener()
    async def on_button(self, button: ActionButton, interaction: BotInteraction) -> None:
        """Do what the button says, or say why not."""
        with self._handler.in_progress():
            context = RequestContext.of(interaction)
            try:
                state = await self._services.records.message(button.key)
                if state is None:
                    raise RefusedError(strings.EXPIRED)  # noqa: TRY301 - answered as every error here
                if button.action in {Action.PREVIOUS, Action.NEXT, Action.PAGE, Action.TEXT}:
                    self._services.admission.permit_lookup(context.requester)
                else:
                    self._services.admission.permit(context.requester, Source.BUTTON)
                if button.action in {Action.HELPFUL, Action.NOT_HELPFUL}:
                    await self._vote(button, context)
                    return
            except Exception as error:  # noqa: BLE001 - the member is waiting for an answer
                await self._handler.responder.send_ephemeral(interaction, self._handler.error_text(error))
                return
            await self._do(button, context, state)

    async def _do(self, button: ActionButton, context: RequestContext, state: MessageState) -> None:
        questions = self._services.questions
        match button.action, state:
            case Action.SHARE, _:
                await self._share(button, context, state)
            case Action.TEXT, ArticleView(article):
                await self._handler.show_privately(context.interaction, partial(self._full_text, article))
            case Action.CLOSEST, _:
                await self._show(context, lambda: questions.closest(state))
            case Action.MORE, _ if isinstance(state, PassagesMessage):
                await self._show(context, partial(questions.more, state))
            case Action.CONTEXT, _ if isinstance(state, PassagesMessage):
                await self._show(context, partial(QuotesInContext, state.quotes))
            case _:
                await self._turn(button, context, state)

    async def _show(self, context: RequestContext, make: Callable[[], MessageState]) -> None:
        """Show a new message to the requester alone."""
        await self._handler.respond(
            context,
            self._services.admission.reserve,
            lambda slot: self._handler.reply(slot, context.requester, make, context.form),
            private=True,
        )

    async def _vote(self, button: ActionButton, context: RequestContext) -> None:
        helpful = button.action is Action.HELPFUL
        vote = await self._services.records.vote(button.key, context.requester.user, helpful=helpful)
        if vote in {Vote.COUNTED, Vote.CHANGED}:
            self._services.request_log.metrics.feedback(helpful=helpful)
        await self._handler.responder.send_ephemeral(context.interaction, strings.VOTES[vote.value])

    async def _turn(self, button: ActionButton, context: RequestContext, state: MessageState) -> None:
        """Show another page in the same message; its buttons stay what they are there, shared or private."""
        interaction, handler = context.interaction, self._handler
        private = interaction.message is not None and interaction.message.flags.ephemeral
        step = {Action.NEXT: 1, Action.PREVIOUS: -1}.get(button.action, 0)
        try:
            slot = self._services.admission.reserve()
        except RefusedError as refusal:
            await handler.responder.send_ephemeral(interaction, str(refusal))
            return
        with slot:
            await handler.responder.acknowledge_update(interaction)
            try:
                reply = Reply(state, await handler.pages(slot, state, context.form), button.key)
            except Exception as error:  # noqa: BLE001 - the member is waiting for an answer
                await handler.responder.follow_up(interaction, handler.error_message(error), private=True)
                return
        outgoing = handler.outgoing(reply, private=private, page=button.page + step)
        if outgoing.page.content is None and interaction.message is not None and interaction.message.content:
            outgoing = replace(outgoing, page=replace(outgoing.page, content=interaction.message.content))  # its sharer
        await handler.send(interaction, outgoing, private=private)

    async def _share(self, button: ActionButton, context: RequestContext, state: MessageState) -> None:
        """Post a private message's page in the channel, with the name of the member who shares it."""
        name = fitted_line(context.interaction.user.display_name, 100)

        async def make(slot: Slot) -> Reply:
            pages = await self._handler.pages(slot, state, context.form)
            return Reply(state, [_signed(page, name) for page in pages], button.key)

        await self._handler.respond(
            context, self._services.admission.reserve, make, private=False, page=lambda _: button.page
        )

    async def _full_text(self, article: str) -> list[Outgoing]:
        articles = self._services.articles
        with self._services.admission.reserve() as slot:
            text = await slot.run(articles.text, article)
        first, *others = text_files(article, text)
        summary = articles.title_index.get(article)
        page = sentence(fitted_line(title_of(summary.metadata, article), 300) if summary is not None else "")
        return [Outgoing(page, files=[first]), *(Outgoing(Page(), files=[file]) for file in others)]


def _signed(page: Page, name: str) -> Page:
    """``page`` with the name of the member who shared it."""
    line = f"-# {strings.SHARED.format(name=name)}"
    content = line if page.content is None else f"{page.content}\n{line}"
    return replace(page, content=content) if size(content) <= CONTENT else page
