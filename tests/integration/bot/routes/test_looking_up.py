"""Looking up: exact words, an article, the list of articles, and the bot itself."""

from __future__ import annotations

import re

import pytest

from tests.support.bot.bot_session import BotSession
from tests.support.bot.rendered_messages import displayed, heading, labels, numbered, passages, question
from tests.support.bot.seed_articles import HEADLINE, assert_verbatim, ids, paragraphs, texts
from tests.support.fake_discord import Person, VisibleMessage

WESTERN = "001_c89cddc9c1940466"


async def turned(person: Person, sight: VisibleMessage) -> list[list[str]]:
    """All texts of a message's pages: turned to the end, and back to the first."""
    pages = [[embed.get("description", "") for embed in sight.embeds]]
    while any(button.label == "Next ▶" and not button.disabled for button in sight.buttons):
        again = await person.press(sight, "Next ▶")
        assert again.id == sight.id, "a pager changes its own message"
        pages.append([embed.get("description", "") for embed in sight.embeds])
    return pages


async def test_exact_words_are_found_with_their_number(session: BotSession) -> None:
    """A phrase and a word: hits hold both in bold, or have them in the title, are slices, and all are counted."""
    ada = session.discord.person("Ada", session.discord.guild())
    found = await ada.slash("find", words='"coalition of the willing" Paris')
    hits = passages(found)
    assert int(heading(found)[0].split()[0]) >= len(hits)
    assert question(found) == '"coalition of the willing" Paris'
    for hit in hits:
        assert_verbatim(hit)
        bold = {words.casefold() for words in hit.bold}
        for words in ("coalition of the willing", "paris"):
            assert words in bold or words in hit.title.casefold()
    holding = {
        line.strip()
        for text in texts().values()
        for line in text.split("\n")
        if "coalition of the willing" in line.casefold() and re.search(r"\bparis\b", line.casefold())
    }
    assert set(hits[0].text.split("\n")) <= holding


async def test_many_hits_have_a_pager(session: BotSession) -> None:
    """Every hit of a common word is on some page, once, in bold or in its title; the pager says where one is."""
    ada = session.discord.person("Ada", session.discord.guild())
    found = await ada.slash("find", words="Ukraine")
    total = int(heading(found)[0].split()[0])
    seen = passages(found)
    assert labels(found)[0] == "◀ Previous"
    assert found.button("◀ Previous").disabled
    pages = int(labels(found)[1].removeprefix("1/"))
    assert pages > 1
    for page in range(2, pages + 1):
        assert await ada.press(found, "Next ▶")
        assert labels(found)[1] == f"{page}/{pages}"
        seen += passages(found)
    assert found.button("Next ▶").disabled
    assert len(seen) == total == len({(hit.title, hit.text) for hit in seen})
    for hit in seen:
        assert_verbatim(hit)
        bold = any(re.fullmatch(r"ukraine(?:[’']s)?", words.casefold()) for words in hit.bold)
        assert bold or "ukraine" in hit.title.casefold()
    await ada.press(found, "◀ Previous")
    assert labels(found)[1] == f"{pages - 1}/{pages}"


async def test_words_that_stand_nowhere_are_said_to_be_nowhere(session: BotSession) -> None:
    """No hit is no error: it says 0. Signs alone are refused with what to do instead."""
    ada = session.discord.person("Ada", session.discord.guild())
    none = await ada.slash("find", words="zyzzyva")
    assert passages(none) == []
    assert heading(none)[0] == "0 passages with"
    refused = await ada.slash("find", words='"…" !!!')
    assert "word" in refused.text
    assert refused.buttons == []


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (WESTERN, HEADLINE),
        ("001", HEADLINE),
        ("westren alies", HEADLINE),
        ("UKRAINE'S WESTERN", HEADLINE),
        ("rutte prague", "Coalition of the Willing meets in Paris while Rutte visits Prague (title assigned)"),
        ("nordc baltic", "Zelenskyy seeks security guarantees from Nordic and Baltic leaders (title assigned)"),
    ],
)
async def test_articles_are_suggested_while_typing(session: BotSession, typed: str, expected: str) -> None:
    """By title or id, in any case, with typos: the article that was meant is the first that is offered."""
    ada = session.discord.person("Ada", session.discord.guild())
    offered = await ada.autocomplete("source", "article", typed)
    assert offered[0] == {"name": expected, "value": ids()[expected]}


async def test_every_article_is_suggested_before_anything_is_typed(session: BotSession) -> None:
    """Five articles, by title."""
    ada = session.discord.person("Ada", session.discord.guild())
    offered = await ada.autocomplete("source", "article", "")
    assert {choice["name"]: choice["value"] for choice in offered} == ids()


@pytest.mark.parametrize("title", sorted(ids()))
async def test_an_article_is_read_page_by_page(session: BotSession, title: str) -> None:
    """The card, then every paragraph of the file with its number, word for word; Full text is the whole file."""
    ada = session.discord.person("Ada", session.discord.guild())
    article_id = ids()[title]
    text, places = texts()[article_id], paragraphs(article_id)
    card = await ada.slash("source", article=article_id)
    assert displayed(card.embeds[0]["title"]) == title
    assert f"Paragraphs: {len(places)}" in card.text
    assert f"characters: {len(text):,}" in card.text
    full = await ada.press(card, "Full text")
    assert full.ephemeral
    assert {name: content.decode() for name, content in full.files.items()} == {f"{article_id}.txt": text}
    seen = numbered(card)
    while not card.button("Next ▶").disabled:
        await ada.press(card, "Next ▶")
        for number, words in numbered(card).items():
            seen[number] = f"{seen[number]}\n{words}" if number in seen else words
    assert seen == {number: text[start:end].rstrip() for number, (start, end) in enumerate(places, start=1)}


async def test_an_article_opens_at_a_paragraph(session: BotSession) -> None:
    """The page that comes first holds the paragraph that was asked for; one beyond the end shows the last page."""
    ada = session.discord.person("Ada", session.discord.guild())
    middle = await ada.slash("source", article=WESTERN, paragraph=5)
    assert 5 in numbered(middle)
    beyond = await ada.slash("source", article=WESTERN, paragraph=999)
    assert max(numbered(beyond)) == len(paragraphs(WESTERN))


async def test_an_article_that_is_none_is_said_to_be_none(session: BotSession) -> None:
    """Free text that names no article gets the titles that are most like it, privately; formatting in it is literal."""
    ada = session.discord.person("Ada", session.discord.guild())
    near = await ada.slash("source", article="Westren alies seal garantees")
    assert near.ephemeral
    assert HEADLINE in displayed(near.content)
    none = await ada.slash("source", article="**xyz** @everyone <@1>")
    assert "“**xyz** @everyone <@1>”" in displayed(none.content)


async def test_the_list_of_articles(session: BotSession) -> None:
    """Every article with its length; a filter finds by a word of the title, and says when nothing matches."""
    ada = session.discord.person("Ada", session.discord.guild())
    everything = await ada.slash("sources")
    assert everything.embeds[0]["title"] == "5 articles"
    for title, article_id in ids().items():
        assert displayed(title) in everything.text
        assert f"{len(paragraphs(article_id))} paragraphs" in everything.text
    some = await ada.slash("sources", filter="prague")
    assert "1 article" in some.text
    assert "Rutte visits Prague" in some.text
    none = await ada.slash("sources", filter="zyzzyva")
    assert "0 articles" in none.text


async def test_about_and_help(session: BotSession) -> None:
    """About names articles, model, version and what is stored; help names every other command. Both are private."""
    discord = session.discord
    ada = discord.person("Ada", discord.guild())
    about = await ada.slash("about")
    assert about.ephemeral
    for words in ("**Articles:** 5", "all-MiniLM-L6-v2", "0.1.0", "90 days", "30 days", "keyed hash", "/forget me"):
        assert words in displayed_lines(about)
    reply = await ada.slash("help")
    assert reply.ephemeral
    names = {command["name"] for command in discord.commands.stored[None].values()}
    assert names == {
        "ask", "find", "source", "sources", "about", "help", "settings", "report", "forget", "Find sources",
    }  # fmt: skip
    for name in names - {"help"}:
        assert name in reply.text
    alone = await ada.slash("help", ada.dm_channel)
    assert alone.text == reply.text


def displayed_lines(sight: VisibleMessage) -> str:
    """The text with its escapes undone and its bold kept."""
    return re.sub(r"\\([^0-9A-Za-z\s])", r"\1", sight.text)
