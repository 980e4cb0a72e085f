"""What the buttons under the bot's messages do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

import discord
from discord.ext import commands

from bot.cogs.common.interaction_handler import Front, Want
from bot.observability.request_log import Source
from bot.services.question_service import RefusedError, Reply
from bot.services.worker_pool import Place
from bot.store.message_state import (
    AnswerMessage,
    ArticleView,
    ClosestPassages,
    MessageState,
    MorePassages,
    RelatedPassages,
)
from bot.transport.delivery import Outgoing
from bot.ui import strings
from bot.ui.articles import text_files
from bot.ui.buttons import TEMPLATE, Act, Action, ActionButton
from bot.ui.markup.limits import CONTENT, fitted_line, size
from bot.ui.markup.pages import Page, sentence
from bot.ui.quotes import title_of


class ButtonsCog(commands.Cog):
    """Presses of buttons, also of those that an earlier process sent."""

    def __init__(self, bot: commands.Bot, front: Front) -> None:
        self._bot = bot
        self._front = front

    async def cog_load(self) -> None:
        """Make the client recognise the buttons on messages that exist."""
        self._bot.add_dynamic_items(ActionButton)

    @commands.Cog.listener()
    async def on_interaction(self, act: Act) -> None:
        """A button that this version of the program does not know is answered too."""
        if act.type is discord.InteractionType.component and not TEMPLATE.fullmatch(act.custom_id or ""):
            await self._front.say(act, strings.OVER)

    @commands.Cog.listener()
    async def on_button(self, button: ActionButton, act: Act) -> None:
        """Do what the button says, or tell whoever pressed it why not."""
        with self._front.underway():
            want = Want.of(act)
            try:
                state = await self._front.desk.message(button.key)
                self._permit(button, want)
                if button.action in {Action.HELPFUL, Action.NOT_HELPFUL}:
                    await self._vote(button, want)
                    return
            except Exception as error:  # noqa: BLE001 - whatever it is, somebody waits for a line
                outgoing = self._front.told(error)
                await self._front.courier.say(act, outgoing.page.content or strings.OVER)
                return
            await self._do(button, want, state)

    def _permit(self, button: ActionButton, want: Want) -> None:
        desk = self._front.desk
        if button.action in {Action.PREVIOUS, Action.NEXT, Action.PLACE, Action.TEXT}:
            desk.permit_reading(want.asker)
        else:
            desk.permit(want.asker, Source.BUTTON)

    async def _do(self, button: ActionButton, want: Want, state: MessageState) -> None:
        desk = self._front.desk
        match button.action, state:
            case Action.SHARE, _:
                await self._share(button, want, state)
            case Action.TEXT, ArticleView(article):
                await self._front.privately(want.act, lambda: self._full_text(want, article))
            case Action.CLOSEST, _:
                await self._privately(want, lambda place: desk.closest(place, want.asker, state, want.form))
            case Action.MORE, AnswerMessage() | MorePassages() | ClosestPassages() | RelatedPassages() as passages:
                await self._privately(want, lambda place: desk.more(place, want.asker, passages, want.form))
            case Action.CONTEXT, AnswerMessage() | MorePassages() | ClosestPassages() | RelatedPassages() as passages:
                await self._privately(want, lambda place: desk.context(place, want.asker, passages, want.form))
            case _:
                await self._turn(button, want, state)

    async def _privately(self, want: Want, make: Callable[[Place], Awaitable[Reply]]) -> None:
        await self._front.serve(want, self._front.desk.place, make, private=True)

    async def _vote(self, button: ActionButton, want: Want) -> None:
        helpful = button.action is Action.HELPFUL
        vote = await self._front.desk.vote(button.key, want.asker.person, helpful=helpful)
        await self._front.courier.say(want.act, strings.VOTES[vote.value])

    async def _turn(self, button: ActionButton, want: Want, state: MessageState) -> None:
        """Another page into the same message; its buttons stay what they are there, shared or private."""
        act, front = want.act, self._front
        private = act.message is not None and act.message.flags.ephemeral
        step = {Action.NEXT: 1, Action.PREVIOUS: -1}.get(button.action, 0)
        try:
            place = front.desk.place()
        except RefusedError as refusal:
            await front.courier.say(act, str(refusal))
            return
        with place:
            await front.courier.acknowledge_change(act)
            try:
                reply = Reply(state, await front.desk.pages(place, state, want.form), button.key)
            except Exception as error:  # noqa: BLE001
                await front.courier.follow_up(act, front.told(error), private=True)
                return
        outgoing = front.outgoing(reply, private=private, page=button.page + step)
        if outgoing.page.content is None and act.message is not None and act.message.content:
            outgoing = replace(outgoing, page=replace(outgoing.page, content=act.message.content))  # who shared it
        await front.send(act, outgoing, private=private)

    async def _share(self, button: ActionButton, want: Want, state: MessageState) -> None:
        """What only one person saw, for the whole channel, with the name of whoever shared it."""
        name = fitted_line(want.act.user.display_name, 100)

        async def make(place: Place) -> Reply:
            pages = await self._front.desk.pages(place, state, want.form)
            return Reply(state, [_signed(page, name) for page in pages], button.key)

        await self._front.serve(want, self._front.desk.place, make, private=False, page=lambda _: button.page)

    async def _full_text(self, want: Want, article: str) -> None:
        with self._front.desk.place() as place:
            text = await place.run(self._front.desk.articles.text, article)
        files = text_files(article, text)
        summary = self._front.desk.articles.catalogue.get(article)
        page = sentence(fitted_line(title_of(summary.metadata, article), 300) if summary is not None else "")
        await self._front.courier.fill(want.act, Outgoing(page, files=files[:1]), private=True)
        for file in files[1:]:
            await self._front.courier.follow_up(want.act, Outgoing(Page(), files=[file]), private=True)


def _signed(page: Page, name: str) -> Page:
    """A page that says who shared it."""
    line = f"-# {strings.SHARED.format(name=name)}"
    content = line if page.content is None else f"{page.content}\n{line}"
    return replace(page, content=content) if size(content) <= CONTENT else page
