"""Questions asked by mentioning the bot, by replying to it, or in a direct message."""

from __future__ import annotations

import logging
import re
from collections import deque
from contextlib import suppress
from functools import partial

import discord
from discord.ext import commands

from bot.cogs.common.interaction_handler import (
    InteractionHandler,
    Reply,
    asked_by,
    form_in,
    requester_of,
    without_surrogates,
)
from bot.observability.request_log import Source, Step
from bot.services import Services
from bot.services.admission import RefusedError
from bot.services.permissions import Requester
from bot.services.question_service import QuestionRequest
from bot.services.worker_pool import Slot
from bot.transport.delivery import FAILURES, Outgoing, typing
from bot.ui import strings
from bot.ui.markup.pages import sentence

_log = logging.getLogger(__name__)
_NO_HISTORY = 160002  # replies need the right to read the message history; plain messages do not


class MentionsCog(commands.Cog):
    """Questions asked in messages."""

    def __init__(self, bot: commands.AutoShardedBot, handler: InteractionHandler, services: Services) -> None:
        self._bot = bot
        self._handler = handler
        self._services = services
        self._seen: deque[int] = deque(maxlen=1000)

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Answer a message that is meant for the bot; ignore any other."""
        if not self._is_for_me(message) or message.id in self._seen:  # a resumed connection may send an event twice
            return
        self._seen.append(message.id)
        me = self._bot.user.id if self._bot.user else 0
        question = without_surrogates(re.sub(rf"<@!?{me}>", " ", message.content).strip(" \t\n,:"))
        with self._handler.in_progress(asked_by(message, Source.MENTION, question) if question else None):
            guild = message.guild.id if message.guild else None
            requester = requester_of(message.author, guild, message.channel, message.channel.id)
            try:
                if not question:
                    self._services.admission.permit(requester, Source.MENTION)
                    await self._reply(message, Outgoing(sentence(strings.MENTION_HELP)))
                    return
                slot = self._services.admission.accept(requester, Source.MENTION)
            except RefusedError as refusal:
                await self._handler.responder.notify(message, self._handler.error_text(refusal))
                return
            await self._answer(message, question, requester, slot)

    def _is_for_me(self, message: discord.Message) -> bool:
        me = self._bot.user
        if me is None or message.author.bot or message.webhook_id is not None or message.is_system():
            return False
        return message.guild is None or any(user.id == me.id for user in message.mentions)

    async def _answer(self, message: discord.Message, question: str, requester: Requester, slot: Slot) -> None:
        records, log = self._services.records, self._services.request_log
        replied_to = message.reference.message_id if message.reference is not None else None
        reply: Reply | None = None
        with slot:
            async with typing(message.channel):
                try:
                    previous = await records.previous_question(replied_to, requester.conversation)
                    quotes = records.guild_settings(requester.guild).quotes
                    request = QuestionRequest(question, quotes, guild=requester.guild, previous=previous)
                    make = partial(self._services.questions.answer, request)
                    reply = await self._handler.reply(slot, requester, make, form_in(message))
                    outgoing = self._handler.outgoing(reply, private=False)
                except Exception as error:  # noqa: BLE001 - the member is waiting for an answer
                    outgoing = self._handler.error_message(error)
        with log.timed(Step.SENDING):
            sent = await self._reply(message, outgoing)
        if sent is None:
            log.mark_undelivered()
        elif reply is not None:
            await records.link_conversation(reply.key, sent, requester.conversation)

    async def _reply(self, message: discord.Message, outgoing: Outgoing) -> int | None:
        """A reply in the channel; where the bot may not write, a direct message that says so."""
        responder = self._handler.responder
        try:
            try:
                return await responder.post(message.channel, outgoing, reply_to=message)
            except discord.HTTPException as error:
                if error.code != _NO_HISTORY:
                    raise
                return await responder.post(message.channel, outgoing)
        except discord.Forbidden:
            why = strings.MAY_NOT_WRITE.format(channel=message.channel.id)
            return await responder.send_direct(message.author, outgoing, why)
        except discord.HTTPException as error:
            if error.status != 404:  # the channel still exists
                with suppress(*FAILURES):
                    return await responder.post(message.channel, self._handler.error_message(error), reply_to=message)
        except FAILURES as error:
            _log.error("A reply could not be sent (%s)", type(error).__name__)
        return None
