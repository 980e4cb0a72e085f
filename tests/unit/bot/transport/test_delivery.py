"""An accepted question gets its answer: after lost connections and responses, and when its interaction has expired."""

from __future__ import annotations

import asyncio
import errno
from types import SimpleNamespace
from typing import Any

import discord
import pytest

from bot.transport.delivery import Outgoing, Responder, Sent, typing
from bot.ui.markup.pages import Page
from tests.unit.bot.transport.test_retry import refusal

pytestmark = pytest.mark.usefixtures("pauses")
RESET = OSError(errno.ECONNRESET, "reset")
ANSWER = Outgoing(Page("the answer"))


class FakeChannel(discord.abc.Messageable):
    """A channel or a user that accepts messages, after the given errors."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.sent: list[dict[str, Any]] = []
        self.tried: list[dict[str, Any]] = []
        self.typed = 0

    async def send(self, content: str | None = None, **more: Any) -> Any:
        self.tried.append({"content": content, **more})
        if self.errors:
            raise self.errors.pop(0)
        self.sent.append({"content": content, **more})
        return SimpleNamespace(id=77)

    def typing(self) -> Any:
        """A typing indicator that fails with the given errors."""

        async def type_() -> None:
            self.typed += 1
            if self.errors:
                raise self.errors.pop(0)

        return type_()


class FakeInteraction:
    """An interaction whose requests fail with the given errors."""

    def __init__(self, *errors: Exception, user: FakeChannel | None = None) -> None:
        self.errors = list(errors)
        self.created_at = discord.utils.utcnow()
        self.channel = FakeChannel()
        self.user = user or FakeChannel()
        self.response = self
        self.done: list[tuple[str, Any]] = []

    def _do(self, what: str, how: Any) -> None:
        if self.errors:
            raise self.errors.pop(0)
        self.done.append((what, how))

    async def defer(self, **how: Any) -> None:
        """The callback."""
        self._do("defer", how)

    async def edit_original_response(self, **how: Any) -> Any:
        """The answer."""
        self._do("edit", how)
        return SimpleNamespace(id=88)


def acknowledged(interaction: FakeInteraction) -> bool:
    """Acknowledge an interaction; return the result."""
    fake: Any = interaction
    return asyncio.run(Responder().acknowledge(fake, private=True))


def filled(interaction: FakeInteraction, *, private: bool) -> Sent:
    """Send an answer."""
    fake: Any = interaction
    return asyncio.run(Responder().edit_response(fake, ANSWER, private=private))


def test_an_acknowledgement_survives_a_lost_request() -> None:
    """It is said once more at once: there are three seconds."""
    interaction = FakeInteraction(RESET, RESET)
    assert acknowledged(interaction)
    assert interaction.done == [("defer", {"ephemeral": True, "thinking": True})]


def test_a_lost_answer_to_the_acknowledgement_is_no_failure() -> None:
    """A second attempt refused as "already acknowledged" means that the first arrived."""
    assert acknowledged(FakeInteraction(RESET, refusal(400, 40060)))


def test_an_interaction_that_is_over_is_said_to_be() -> None:
    """Nothing is raised: the answer is sent another way."""
    assert not acknowledged(FakeInteraction(refusal(404, 10062)))


@pytest.mark.parametrize("error", [RESET, refusal(502), refusal(503), refusal(429)])
def test_an_answer_is_sent_again_until_it_arrives(error: Exception) -> None:
    """Filling in an answer twice does no harm."""
    assert filled(FakeInteraction(error, error, error), private=False) == Sent(arrived=True, message=88)


@pytest.mark.parametrize("error", [refusal(404, 10015), refusal(401, 50027), refusal(404, 10062), refusal(404, 10008)])
def test_an_answer_that_comes_too_late_comes_as_a_message(error: Exception) -> None:
    """Into the channel if it is for all, to the person alone if it is private."""
    public, private, closed = (
        FakeInteraction(error),
        FakeInteraction(error),
        FakeInteraction(error, user=FakeChannel(refusal(403, 50007))),
    )
    assert filled(public, private=False) == Sent(arrived=True, message=77)
    assert filled(private, private=True) == Sent(arrived=True)
    assert filled(closed, private=True) == Sent(arrived=False)
    assert [each["content"] for each in public.channel.sent] == ["the answer"]
    assert not public.user.sent
    assert [each["content"] for each in private.user.sent][-1] == "the answer"
    assert not private.channel.sent


def test_an_answer_that_discord_refuses_is_raised() -> None:
    """A mistake of ours is not tried again, nor sent another way."""
    interaction = FakeInteraction(refusal(400, 50035))
    with pytest.raises(discord.HTTPException):
        filled(interaction, private=False)
    assert not interaction.channel.sent


async def test_a_message_is_tried_again_under_one_nonce() -> None:
    """So a second attempt is not a second message; and no mention pings."""
    line = FakeChannel(RESET, refusal(502))
    assert await Responder().post(line, ANSWER) == 77
    assert len(line.tried) == 3
    assert len({each["nonce"] for each in line.tried} - {None}) == 1
    assert all(each["allowed_mentions"].to_dict() == {"parse": []} for each in line.tried)


async def test_a_user_without_direct_messages_is_answered_in_the_channel() -> None:
    """A refusal is never silent."""
    channel, author = FakeChannel(), FakeChannel(refusal(403, 50007))
    message: Any = SimpleNamespace(guild=object(), author=author, channel=channel, to_reference=lambda **_: None)
    await Responder().notify(message, "Not here.")
    assert [each["content"] for each in channel.sent] == ["Not here."]


async def test_typing_neither_delays_nor_fails_an_answer() -> None:
    """Also if the indicator fails; its request is never cancelled."""

    async def scenario(line: FakeChannel) -> None:
        async with typing(line):
            await asyncio.sleep(0)

    for line in (FakeChannel(), FakeChannel(RESET), FakeChannel(refusal(403, 50013))):
        await scenario(line)
        assert line.typed == 1
