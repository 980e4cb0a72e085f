"""Buttons under the bot's messages. Their custom ids and the store hold all they need, so they survive a restart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Self

import discord

from bot.store.message_state import (
    KEY_LENGTH,
    AnswerMessage,
    ArticleView,
    ClosestPassages,
    MessageState,
    MorePassages,
    QuotesInContext,
    RelatedPassages,
)
from bot.ui import strings
from retrieval.core.types import Outcome


class Action(StrEnum):
    """The action of a button. The values are part of custom ids on sent messages, so they never change."""

    MORE = "more"
    CONTEXT = "context"
    SHARE = "share"
    HELPFUL = "helpful"
    NOT_HELPFUL = "unhelpful"
    CLOSEST = "closest"
    PREVIOUS = "prev"
    NEXT = "next"
    PAGE = "place"  # shows the page's number, cannot be pressed
    TEXT = "text"


TEMPLATE = re.compile(rf"pq:(?P<action>{'|'.join(Action)}):(?P<key>[0-9A-Za-z]{{{KEY_LENGTH}}}):(?P<page>\d{{1,6}})")

BotInteraction = discord.Interaction[discord.Client]


class ActionButton(discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=TEMPLATE):
    """A button of the bot. ``page`` is the page, from 0, that the message shows."""

    def __init__(self, action: Action, key: str, page: int = 0, *, row: int = 0, disabled: bool = False) -> None:
        self.action = action
        self.key = key
        self.page = page
        style = discord.ButtonStyle.primary if action is Action.SHARE else discord.ButtonStyle.secondary
        label, custom_id = strings.BUTTONS.get(action, "·"), f"pq:{action}:{key}:{page}"
        super().__init__(discord.ui.Button(label=label, style=style, custom_id=custom_id, disabled=disabled, row=row))

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction, _item: discord.ui.Item[discord.ui.View], match: re.Match[str], /
    ) -> Self:
        """The pressed button, from its custom id."""
        return cls(Action(match["action"]), match["key"], int(match["page"]))

    async def callback(self, interaction: discord.Interaction) -> None:
        """Dispatch the press as a ``button`` event, which a cog listens to."""
        interaction.client.dispatch("button", self, interaction)


def actions_for(state: MessageState, *, private: bool) -> list[Action]:
    """The buttons under a message."""
    actions = _passage_actions(state)
    empty = isinstance(state, RelatedPassages) and not state.quotes
    if private and not empty and not isinstance(state, QuotesInContext) and state.guild is not None:
        actions.append(Action.SHARE)
    if isinstance(state, AnswerMessage):
        actions += [Action.HELPFUL, Action.NOT_HELPFUL]
    if isinstance(state, ArticleView):
        actions.append(Action.TEXT)
    return actions


def _passage_actions(state: MessageState) -> list[Action]:
    match state:
        case AnswerMessage(outcome=Outcome.ANSWERED) | MorePassages() | RelatedPassages(quotes=[_, *_]):
            return [Action.MORE, Action.CONTEXT]
        case AnswerMessage(closest=[_, *_]) | RelatedPassages(closest=[_, *_]):
            return [Action.CLOSEST]
        case ClosestPassages(quotes=[_, *_]):
            return [Action.CONTEXT]
    return []


def view_for(actions: Sequence[Action], key: str | None, page: int, pages: int) -> discord.ui.View | None:
    """The buttons of a message that shows page ``page`` (from 0) of ``pages``; ``None`` if it has none."""
    if key is None or (not actions and pages < 2):
        return None
    view = discord.ui.View(timeout=None)
    for action in actions:
        view.add_item(ActionButton(action, key, page))
    if pages > 1:
        row = 1 if actions else 0
        view.add_item(ActionButton(Action.PREVIOUS, key, page, row=row, disabled=page == 0))
        number = ActionButton(Action.PAGE, key, page, row=row, disabled=True)
        number.item.label = f"{page + 1}/{pages}"
        view.add_item(number)
        view.add_item(ActionButton(Action.NEXT, key, page, row=row, disabled=page >= pages - 1))
    return view
