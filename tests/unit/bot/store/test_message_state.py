"""The state of a message comes back from storage as it was, also when an earlier version stored it."""

from __future__ import annotations

import json

import pytest

from bot.store.message_state import (
    AnswerMessage,
    ArticleList,
    ArticleView,
    AskedQuestion,
    ClosestPassages,
    MessageState,
    MorePassages,
    QuoteRef,
    QuotesInContext,
    RelatedPassages,
    SearchResults,
    from_json,
    to_json,
)
from retrieval.core.display.span import Span
from retrieval.core.types import Outcome

FIRST = QuoteRef("paris", 5, 9, 2, 3, "0" * 16, "Section", (Span(0, 2),), Span(1, 4), False, ("other",))
SECOND = QuoteRef("paris", 15, 19, 4, 4, "1" * 16)
_FIRST = (
    '{"article":"paris","start":5,"end":9,"paragraph":2,"last_paragraph":3,"digest":"0000000000000000",'
    '"section":"Section","highlights":[[0,2]],"lead_in":[1,4],"lead_in_adjacent":false,"also_in":["other"]}'
)
_SECOND = (
    '{"article":"paris","start":15,"end":19,"paragraph":4,"last_paragraph":4,"digest":"1111111111111111",'
    '"section":null,"highlights":[],"lead_in":null,"lead_in_adjacent":true,"also_in":[]}'
)
#: A row of format 1, which had no number: every kind had all of these fields.
_FORMAT_1 = (
    '{"kind":"sources","query":"","article":null,"quotes":3,"outcome":"nothing","confidence":0.0,"notes":[],"refs":[],'
    '"closest":[],"took_up":null,"understood":null,"private":false,"guild":7,"passed":[]}'
)

STATES: tuple[MessageState, ...] = (
    AnswerMessage(
        AskedQuestion("and Ada?", "paris", "Who met?", "Who met Ada?"),
        Outcome.ANSWERED,
        0.75,
        quotes=(FIRST,),
        notes=("A note.",),
        guild=7,
    ),
    AnswerMessage(AskedQuestion("Who?"), Outcome.NOT_SURE, 0.25, closest=(SECOND,)),
    MorePassages(AskedQuestion("Who?"), already_shown=(FIRST,), quotes=(SECOND,), guild=7),
    ClosestPassages(AskedQuestion("Who?"), quotes=(FIRST,), guild=7),
    ClosestPassages(None, quotes=(FIRST,), guild=7),
    RelatedPassages(quotes=(FIRST,), more=(SECOND,), guild=7),
    RelatedPassages(closest=(SECOND,), guild=7),
    QuotesInContext((SECOND,)),
    SearchResults("exact words", guild=7),
    ArticleView("paris"),
    ArticleList("2024", guild=7),
)
FORMAT_1_FIELDS: tuple[str, ...] = (
    (
        '"kind":"answer","query":"and Ada?","article":"paris","outcome":"answered","confidence":0.75,'
        f'"notes":["A note."],"refs":[{_FIRST}],"took_up":"Who met?","understood":"Who met Ada?","private":true'
    ),
    f'"kind":"answer","query":"Who?","outcome":"not sure","confidence":0.25,"closest":[{_SECOND}],"guild":null',
    f'"kind":"more","query":"Who?","outcome":"answered","confidence":0.75,"refs":[{_SECOND}],"passed":[{_FIRST}]',
    f'"kind":"closest","query":"Who?","outcome":"not sure","confidence":0.3,"refs":[{_FIRST}],"private":true',
    f'"kind":"closest","query":"","refs":[{_FIRST}],"private":true',
    f'"kind":"bearing","quotes":1,"outcome":"answered","refs":[{_FIRST},{_SECOND}],"private":true',
    f'"kind":"bearing","closest":[{_SECOND}],"private":true',
    f'"kind":"context","query":"Who?","refs":[{_SECOND}],"private":true',
    '"kind":"findings","query":"exact words"',
    '"kind":"source","query":"paris","guild":null',
    '"kind":"sources","query":"2024"',
)


@pytest.mark.parametrize("state", STATES, ids=repr)
def test_a_state_comes_back_as_it_was(state: MessageState) -> None:
    """Every kind, through the JSON in which it is stored."""
    stored = to_json(state)
    assert json.loads(stored)["format"] == 2
    assert from_json(stored) == state


@pytest.mark.parametrize(("fields", "state"), list(zip(FORMAT_1_FIELDS, STATES, strict=True)))
def test_a_row_without_a_format_number_still_loads(fields: str, state: MessageState) -> None:
    """Buttons on messages that an earlier version sent keep working, whatever kind of message it is."""
    row = {**json.loads(_FORMAT_1), **json.loads(f"{{{fields}}}")}
    assert from_json(json.dumps(row)) == state


@pytest.mark.parametrize(
    "text", ["no JSON", "[]", '{"format":3,"kind":"sources"}', '{"format":2,"kind":"future"}', '{"kind":"future"}']
)
def test_an_unknown_format_is_refused(text: str) -> None:
    """A later version's rows are not guessed at."""
    with pytest.raises(ValueError, match=r"Expecting value|known format|expected tags"):
        from_json(text)
