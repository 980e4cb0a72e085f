"""Questions asked by mentioning the bot, by replying to it, or in a direct message."""

from __future__ import annotations

import logging
import re
from collections import OrderedDict

import discord
from discord.ext import commands

from bot.cogs.common.interaction_handler import Front, asked_by, asker_of, form_in, sound
from bot.observability.request_log import Source, Step
from bot.services.answers import Request
from bot.services.question_service import RefusedError, Reply
from bot.services.worker_pool import Place
from bot.transport.delivery import FAILURES, Outgoing, typing
from bot.ui import strings
from bot.ui.markup.pages import sentence
from bot.ui.notices import MENTION_HELP

_log = logging.getLogger(__name__)
_REMEMBERED = 1000
_NO_HISTORY = 160002  # replies need the right to read the message history; plain messages do not


class MentionsCog(commands.Cog):
    """Questions asked in messages."""

    def __init__(self, bot: commands.Bot, front: Front) -> None:
        self._bot = bot
        self._front = front
        self._seen: OrderedDict[int, None] = OrderedDict()

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Answer a message that is meant for the bot; others are not even looked at."""
        if not self._is_for_me(message) or not self._is_new(message):
            return
        question = self._question(message)
        with self._front.underway(asked_by(message, Source.MENTION, question) if question else None):
            asker = asker_of(message.author, message.guild.id if message.guild else None, message.channel,
                             message.channel.id)  # fmt: skip
            try:
                if not question:
                    self._front.desk.permit(asker, Source.MENTION)
                    await self._reply(message, Outgoing(sentence(MENTION_HELP)))
                    return
                place = self._front.desk.accept(asker, Source.MENTION)
            except RefusedError as refusal:
                await self._front.courier.tell(message, self._front.refused(refusal))
                return
            await self._answer(message, question, place)

    def _is_for_me(self, message: discord.Message) -> bool:
        me = self._bot.user
        if me is None or message.author.bot or message.webhook_id is not None or message.is_system():
            return False
        return message.guild is None or any(user.id == me.id for user in message.mentions)

    def _is_new(self, message: discord.Message) -> bool:
        """A resumed connection may tell of a message once more."""
        if message.id in self._seen:
            return False
        self._seen[message.id] = None
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        return True

    def _question(self, message: discord.Message) -> str:
        me = self._bot.user.id if self._bot.user else 0
        return sound(re.sub(rf"<@!?{me}>", " ", message.content).strip(" \t\n,:"))

    async def _answer(self, message: discord.Message, question: str, place: Place) -> None:
        desk = self._front.desk
        guild = message.guild.id if message.guild else None
        asker = asker_of(message.author, guild, message.channel, message.channel.id)
        conversation = message.channel.id if guild is None or isinstance(message.channel, discord.Thread) else None
        answered = message.reference.message_id if message.reference is not None else None
        reply: Reply | None = None
        with place:
            async with typing(message.channel):
                try:
                    before = await desk.previous_question(answered, conversation)
                    request = Request(question, desk.rules(guild).quotes, guild=guild, before=before)
                    reply = await desk.answer(place, asker, request, form_in(message))
                    outgoing = self._front.outgoing(reply, private=False)
                except Exception as error:  # noqa: BLE001 - whatever it is, somebody waits for a line
                    outgoing = self._front.told(error)
        with desk.journal.timed(Step.SENDING):
            sent = await self._reply(message, outgoing)
        if sent is None:
            desk.journal.undelivered()
        if reply is not None and sent is not None:
            await desk.link_conversation(reply.key, sent, *([conversation] if conversation else []))

    async def _reply(self, message: discord.Message, outgoing: Outgoing) -> int | None:
        """A reply in the channel; where the bot may not write, a direct message that says so."""
        courier = self._front.courier
        try:
            try:
                return await courier.post(message.channel, outgoing, reply_to=message)
            except discord.HTTPException as error:
                if error.code != _NO_HISTORY:
                    raise
                return await courier.post(message.channel, outgoing)
        except discord.Forbidden:
            why = strings.MAY_NOT_WRITE.format(channel=message.channel.id)
            return await courier.to_person(message.author, outgoing, why)
        except discord.HTTPException as error:
            if error.status == 404:  # the channel is gone, and everybody with it
                return None
            return await self._told(message, error)
        except FAILURES as error:
            _log.error("A reply could not be sent (%s)", type(error).__name__)
            return None

    async def _told(self, message: discord.Message, error: Exception) -> int | None:
        try:
            return await self._front.courier.post(message.channel, self._front.told(error), reply_to=message)
        except FAILURES:
            return None
