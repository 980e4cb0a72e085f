"""Buttons: the right ones under each message, with ids that are short, distinct and say all."""

from __future__ import annotations

import pytest

from bot.store.message_state import (
    AnswerMessage,
    ArticleView,
    AskedQuestion,
    MessageState,
    QuoteRef,
    QuotesInContext,
    RelatedPassages,
    new_key,
)
from bot.ui.buttons import TEMPLATE, Action, ActionButton, actions_for, view_for
from retrieval.core.display.span import Span
from retrieval.core.types import Outcome

QUESTION = AskedQuestion("?")
REF = QuoteRef("paris", 0, 9, 1, 1, "0" * 16, highlights=(Span(0, 3),), lead_in=Span(1, 2))


@pytest.mark.parametrize(
    ("state", "private", "labels"),
    [
        (
            AnswerMessage(QUESTION, Outcome.ANSWERED, quotes=(REF,), guild=7),
            False,
            ["More passages", "In context", "Helpful", "Not helpful"],
        ),
        (
            AnswerMessage(QUESTION, Outcome.ANSWERED, quotes=(REF,), guild=7),
            True,
            ["More passages", "In context", "Share", "Helpful", "Not helpful"],
        ),
        (
            AnswerMessage(QUESTION, Outcome.NOT_SURE, closest=(REF,), guild=7),
            False,
            ["Closest passages", "Helpful", "Not helpful"],
        ),
        (RelatedPassages(quotes=(REF,), guild=7), True,
         ["More passages", "In context", "Share"]),
        (RelatedPassages(closest=(REF,), guild=7), True, ["Closest passages"]),
        (QuotesInContext(quotes=(REF,)), True, []),
        (ArticleView("paris"), False, ["Full text"]),
    ],
)  # fmt: skip
async def test_the_buttons_under_a_message(state: MessageState, private: bool, labels: list[str]) -> None:
    """Sharing is for what is private in a server, votes for questions, the closest passages for no answer."""

    async def scenario() -> list[str | None]:
        view = view_for(actions_for(state, private=private), "k" * 12, 0, 1)
        return [] if view is None else [item.item.label for item in view.children if isinstance(item, ActionButton)]

    assert await scenario() == labels


async def test_ids_are_distinct_and_short_and_read_back() -> None:
    """Discord takes 100 characters, once each; a later process learns all it needs from them."""
    key = new_key()
    view = view_for([action for action in Action if action not in {Action.PREVIOUS, Action.NEXT, Action.PAGE}][:5],
                    key, 41, 999)  # fmt: skip
    assert view is not None
    ids = [item.custom_id for item in view.children if isinstance(item, ActionButton)]
    assert len(ids) == len(set(ids)) == 8
    for custom_id in ids:
        match = TEMPLATE.fullmatch(custom_id)
        assert match is not None
        assert len(custom_id) <= 100
        assert (match["key"], match["page"]) == (key, "41")


async def test_the_pager_ends_at_the_ends() -> None:
    """No way back from the first page, none on from the last; none at all for one page."""
    for page, disabled in ((0, [True, True, False]), (1, [False, True, False]), (2, [False, True, True])):
        view = view_for([], "k" * 12, page, 3)
        assert view is not None
        assert [item.item.disabled for item in view.children if isinstance(item, ActionButton)] == disabled
    assert view_for([], "k" * 12, 0, 1) is None
    assert view_for([Action.MORE], None, 0, 3) is None
