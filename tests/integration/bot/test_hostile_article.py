"""Markdown, mentions and links in an article are shown literally and ping no one."""

from __future__ import annotations

import re
from pathlib import Path

from tests.support.bot.bot_process import started
from tests.support.bot.bot_session import assert_kept_quiet, assert_nothing_amiss
from tests.support.bot.rendered_messages import displayed, numbered, passages
from tests.support.fake_discord import TALKING, Channel, DiscordDouble, Permission, Person, VisibleMessage

#: Hostile content of each paragraph, behind words by which it is found. USER, ROLE and CHANNEL become ids that exist.
NASTY = {
    "albatross": "The albatross calls @everyone and @here and <@USER> and <@!USER> and <@&ROLE> in <#CHANNEL>.",
    "bittern": "The bittern said `code`, ``more code`` and ```py\\nprint(1)``` to the marsh.",
    "cormorant": "The cormorant hid ||a secret|| and | one || more ||| behind bars ||||.",
    "dunlin": "# The dunlin is no heading, ## nor is this, ### nor that.",
    "egret": "-# The egret is no small print, and neither is what it says.",
    "fulmar": ">>> The fulmar quotes no one > and > nothing.",
    "gannet": "- The gannet is no list, * nor is this, + nor that.",
    "heron": "1. The heron is no list 2) either, and costs 3. crowns.",
    "ibis": "The ibis links [a](https://evil.example/x_y_z) and <https://evil.example> and https://evil.example/a_b?c=*d*.",
    "jackdaw": "The jackdaw is *italic*, **bold**, ***both***, _thin_, __under__, ~~gone~~ and snake_case_word_.",
    "kestrel": "The kes\u200btrel kestrel hides\u200b zero\u200cwidth\u200djoiners\u2060 and a\ufeffmark\u00ad here.",
    "lapwing": "The lapwing speaks \u202ebackwards\u202c and \u2067עברית\u2069 and \u200fالعربية\u200e left to right.",
    "merlin": "The merlin waits until <t:0:R> or <t:1700000000> and uses </ask:123456789012345678> twice.",
    "nightjar": "The nightjar smiles :smile: <:laugh:123456789012345678> <a:wave:12345678901234567> :: at 12:30:45.",
    "osprey": r"The osprey keeps C:\new\*x*\_y_ and \\ and \` and ends with a backslash \\",
    "puffin": "The puffin has *one star and _one line and ~~two waves and `one tick and ||two bars",
    "quail": "The quail counts 👩‍👩‍👧‍👦 and é and é and ﬁ and 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 and 🏳️‍🌈 as it is.",
    "redshank": "The redshank sends mailto:a@evil.example, discord://x, steam://run/1, www.evil.example/__init__.py.",
    "siskin": "The siskin\tstands in\u00a0tabs and  two  spaces   and \u3000wide ones.",
    "twite": "The twite ends its line in **bold** and _thin_** *",
}

TITLE = "**Birds** of [the](https://evil.example) @everyone || `marsh` || # 1. -# <@1>"
PUBLISHER = "The *Marsh* _Post_ @here"
URL = "https://example.org/birds_of_the_marsh"
CATALOG = f"""[articles.birds]
title = "{TITLE}"
title_source = "document"
publisher = "{PUBLISHER}"
published = "2026-03-01"
url = "{URL}"
"""


class Cast:
    """A server with a person, a role and a channel for every mention in the article."""

    def __init__(self, discord: DiscordDouble) -> None:
        self.guild = discord.guild(bot_permissions=TALKING | Permission.MENTION_EVERYONE)
        self.role = discord.role(self.guild, "Everybody here", mentionable=True)
        self.victim = discord.person("Victim", self.guild, roles=(self.role,))
        self.channel: Channel = next(iter(self.guild.channels.values()))
        self.plain = discord.channel(self.guild, "plain")
        discord.deny(self.plain, discord.bot, Permission.EMBED_LINKS)

    def paragraphs(self) -> dict[str, str]:
        """The article, by the bird of each paragraph."""
        ids = (("USER", self.victim.id), ("ROLE", self.role.id), ("CHANNEL", self.channel.id))
        found = dict(NASTY)
        for word, number in ids:
            found = {bird: text.replace(word, str(number)) for bird, text in found.items()}
        return found


def plain_quote(sight: VisibleMessage) -> str:
    """The block quote of a message without embeds."""
    return "\n".join(displayed(line[2:]) for line in sight.content.split("\n") if line.startswith("> "))


async def read_through(person: Person, article_id: str) -> dict[int, str]:
    """Every paragraph of an article, as its pages number them."""
    card = await person.slash("source", article=article_id)
    seen = numbered(card)
    while any(button.label == "Next ▶" and not button.disabled for button in card.buttons):
        await person.press(card, "Next ▶")
        for number, words in numbered(card).items():
            seen[number] = f"{seen[number]}\n{words}" if number in seen else words
    return seen


async def test_an_article_that_means_harm(tmp_path: Path) -> None:
    """No ping, no formatting, no lost character: by /find, /ask, mention, plain text, page by page and as a file.

    The bot may mention everyone here, and the people, roles and channels that the article names exist.
    """

    corpus = tmp_path / "corpus"
    corpus.mkdir()
    async with DiscordDouble(heartbeat_interval=5) as discord:
        cast = Cast(discord)
        text = "\n\n".join(cast.paragraphs().values()) + "\n"
        (corpus / "birds.txt").write_bytes(text.encode())
        (corpus / "catalog.toml").write_text(CATALOG, encoding="utf-8")
        async with started(discord, tmp_path / "home", tmp_path, PULLQUOTE_CORPUS=str(corpus)) as bot:
            await look_everywhere(discord, cast, text)
            assert (await bot.stop())[0] == 0
            assert_kept_quiet(discord, bot.log)
            assert_nothing_amiss(re.sub(r".*Indexing .* now\.", "", bot.log))


async def look_everywhere(discord: DiscordDouble, cast: Cast, text: str) -> None:
    """Every way in which the article can be seen, each held against its text."""
    reader = discord.person("Reader", cast.guild)
    paragraphs = cast.paragraphs()
    seen = await read_through(reader, "birds")
    assert seen == dict(enumerate(paragraphs.values(), start=1))
    full = await reader.press(await reader.slash("source", article="birds"), "Full text")
    assert full.files == {"birds.txt": text.encode()}
    for bird, paragraph in paragraphs.items():
        found = await reader.slash("find", words=bird)
        (quote,) = passages(found)
        assert quote.text == paragraph
        assert (quote.title, quote.url) == (TITLE, URL)
        assert quote.footer.endswith(f" · {PUBLISHER} · 2026-03-01")
        flat = await reader.slash("find", cast.plain, words=bird)
        assert flat.embeds == []
        assert plain_quote(flat) == paragraph
    everything = await reader.slash("find", words="The")
    texts = [quote.text for quote in passages(everything)]
    while not everything.button("Next ▶").disabled:
        await reader.press(everything, "Next ▶")
        texts += [quote.text for quote in passages(everything)]
    assert sorted(texts) == sorted(paragraphs.values()), "a client shows each embed of one address, or it hides some"
    offered = await reader.autocomplete("source", "article", "birds")
    assert offered == [{"name": offered[0]["name"], "value": "birds"}]
    assert TITLE in (await reader.slash("sources")).embeds[0]["description"].replace("\\", "")
    for bird in ("albatross", "ibis", "jackdaw"):
        asker = discord.person(f"Asker of {bird}", cast.guild)
        words = paragraphs[bird]
        for answer in (await asker.slash("ask", question=words), await asker.mention(words)):
            assert passages(answer)[0].text == words
            assert words in displayed(answer.embeds[0]["description"].split("\n")[0])
        bearing = await asker.message_command("Find sources", asker.say(words))
        shared = await asker.press(bearing, "Share")
        assert passages(shared)[0].text == words
    said = await reader.slash("source", article="@everyone <@1> **x** [a](b) `c`")
    assert "@everyone <@1> **x** [a](b) `c`" in displayed(said.content)
