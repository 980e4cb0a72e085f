"""Answering interactions: the callback, and what follows by token."""

from __future__ import annotations

from typing import Any

from tests.support.fake_discord.limits.components import check_choices, check_modal
from tests.support.fake_discord.limits.messages import check_message
from tests.support.fake_discord.rest import errors
from tests.support.fake_discord.rest.server import Call, Route
from tests.support.fake_discord.state import payloads
from tests.support.fake_discord.state.interactions import Interaction, Interactions, Reply
from tests.support.fake_discord.state.messages import Messages
from tests.support.fake_discord.state.world import Message, World

_HOOK = "/webhooks/{application_id}/{token}"


def check_callback(call: Call) -> None:
    """Limits of whatever kind of answer it is. Raises ApiError 50035."""
    body = call.object()
    kind, data = body.get("type"), body.get("data") or {}
    if kind == Reply.CHOICES:
        check_choices(data.get("choices") or [])
    elif kind == Reply.MODAL:
        check_modal(data)
    else:
        check_message(data, ("data",))


class InteractionRoutes:
    """No bot token is needed here: the interaction's own token is in the address."""

    def __init__(self, world: World, interactions: Interactions, messages: Messages) -> None:
        self._world = world
        self._interactions = interactions
        self._messages = messages

    def routes(self) -> list[Route]:
        """To be mounted. @original stands before ids, as a route has to that is more particular."""

        def check(call: Call) -> None:
            check_message(call.object())

        def check_edit(call: Call) -> None:
            check_message(call.object(), v2=self._own(call).is_layout)

        found = [
            Route("POST /interactions/{interaction_id}/{token}/callback", self._acknowledge, check_callback, open=True),
            Route(f"POST {_HOOK}", self._follow_up, check, open=True),
        ]
        for which in ("@original", "{message_id}"):
            base = f"{_HOOK}/messages/{which}"
            found += [
                Route(f"GET {base}", self._read, open=True),
                Route(f"PATCH {base}", self._edit, check_edit, open=True),
                Route(f"DELETE {base}", self._delete, open=True),
            ]
        return found

    def _acknowledge(self, call: Call) -> Any:
        number, token = call.number("interaction_id"), call.parts["token"]
        answer = self._interactions.acknowledge(number, token, call.object(), call.files)
        return answer if call.query.get("with_response") in {"1", "true", "True"} else None

    def _interaction(self, call: Call) -> Interaction:
        return self._interactions.by_token(call.number("application_id"), call.parts["token"])

    def _follow_up(self, call: Call) -> Any:
        message = self._interactions.follow_up(self._interaction(call), call.object(), call.files)
        return payloads.message(message, self._world)

    def _own(self, call: Call) -> Message:
        return self._interactions.own_message(self._interaction(call), call.parts.get("message_id", "@original"))

    def _read(self, call: Call) -> Any:
        return payloads.message(self._own(call), self._world)

    def _edit(self, call: Call) -> Any:
        message = self._own(call)
        if message.author is not self._world.bot:
            raise errors.not_own_message()
        return payloads.message(self._messages.edit(message, call.object(), call.files), self._world)

    def _delete(self, call: Call) -> None:
        self._messages.delete(self._own(call))
