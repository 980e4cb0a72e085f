"""Asking: by command, by mention, in a thread, in direct messages, and about a message."""

from __future__ import annotations

from tests.support.bot.bot_session import BotSession
from tests.support.bot.rendered_messages import displayed, heading, labels, passages, question
from tests.support.bot.seed_articles import HEADLINE, assert_verbatim
from tests.support.fake_discord import VisibleMessage

TRUCE = "Who will lead the truce monitoring mechanism?"
COUNTRIES = "How many countries are in the Coalition of the Willing?"
MICHAL = "What did Kristen Michal stress?"
PASSWORD = "How do I reset my password?"
UNDER_AN_ANSWER = ["More passages", "In context", "Helpful", "Not helpful"]


def assert_answers(sight: VisibleMessage, asked: str, words: str) -> None:
    """The question stands above, and quotes below, each a slice of its article, the first with ``words`` in it."""
    assert question(sight) == asked
    quotes = passages(sight)
    assert words in quotes[0].text
    assert quotes[0].bold, "the answering sentence is in bold"
    for quote in quotes:
        assert_verbatim(quote)


async def test_a_question_is_acknowledged_at_once_and_answered_with_quotes(session: BotSession) -> None:
    """/ask is acknowledged within a second; the channel sees the question, the quote word for word, its place."""
    ada = session.discord.person("Ada", session.discord.guild())
    asked = ada.slash("ask", question=TRUCE)
    assert await asked.acknowledged() < 1
    answer = await asked
    assert not answer.ephemeral
    assert_answers(answer, TRUCE, "The US has agreed to lead a truce monitoring mechanism")
    first = passages(answer)[0]
    assert (first.title, first.first, first.footer) == (HEADLINE, 4, "paragraph 4")
    assert first.bold[0].startswith("The US has agreed to lead")
    assert labels(answer) == UNDER_AN_ANSWER


async def test_figures_that_differ_stand_side_by_side_with_a_note(session: BotSession) -> None:
    """31, 35 and some 30: three articles are quoted, and a line above says that they differ."""
    ada = session.discord.person("Ada", session.discord.guild())
    answer = await ada.slash("ask", question=COUNTRIES)
    assert_answers(answer, COUNTRIES, "31 countries")
    quotes = passages(answer)
    note = next(displayed(line) for line in heading(answer) if line.startswith("⚠"))
    for figure in ("31 countries", "35 countries", "some 30 leaders"):
        assert f"“{figure}”" in note
        assert any(figure in quote.text for quote in quotes)


async def test_a_quotation_brings_its_speaker(session: BotSession) -> None:
    """A quotation over two paragraphs is quoted whole, with both paragraph numbers, line break and all."""
    ada = session.discord.person("Ada", session.discord.guild())
    answer = await ada.slash("ask", question=MICHAL)
    assert_answers(answer, MICHAL, "Estonia’s Kristen Michal stressed")
    first = passages(answer)[0]
    assert (first.first, first.last) == (5, 6)
    assert "Russia has no say in Ukraine’s future" in first.text


async def test_the_question_is_repeated_as_it_was_asked(session: BotSession) -> None:
    """Markdown, a mention and an address in a question show literally and ping no one."""
    discord = session.discord
    guild = discord.guild()
    ada, bob = discord.person("Ada", guild), discord.person("Bob", guild)
    asked = f"**Who** will _lead_ the ||truce|| <@{bob.id}> @everyone `monitoring` mechanism? https://a.example/x_y"
    answer = await ada.slash("ask", question=asked)
    assert question(answer) == asked
    assert_verbatim(passages(answer)[0])
    mentioned = ada.mention(asked)
    assert question(await mentioned) == asked


async def test_quotes_and_article_narrow_an_answer(session: BotSession) -> None:
    """`quotes` gives as many passages at most, `article` looks in that one only, picked from what is offered."""
    ada = session.discord.person("Ada", session.discord.guild())
    one = await ada.slash("ask", question=COUNTRIES, quotes=1)
    assert len(passages(one)) == 1
    offered = await ada.autocomplete("ask", "article", "alies seal garantees", question=COUNTRIES)
    assert offered[0]["name"] == HEADLINE
    inside = await ada.slash("ask", question=COUNTRIES, article=offered[0]["value"])
    assert_answers(inside, COUNTRIES, "35 countries")
    assert {quote.title for quote in passages(inside)} == {HEADLINE}
    wrong = await ada.slash("ask", question=COUNTRIES, article="Wetsern allies seal guarantees")
    assert wrong.ephemeral
    assert "There is no article" in wrong.content
    assert HEADLINE in displayed(wrong.content)


async def test_a_private_answer_is_for_the_asker_alone_and_can_be_shared(session: BotSession) -> None:
    """`private` hides the answer from all others; Share shows the same in the channel, signed."""
    discord = session.discord
    guild = discord.guild()
    ada, bob = discord.person("Ada", guild), discord.person("Bob", guild)
    answer = await ada.slash("ask", question=TRUCE, private=True)
    assert answer.ephemeral
    assert bob.sees() == []
    assert labels(answer) == ["More passages", "In context", "Share", "Helpful", "Not helpful"]
    shared = await ada.press(answer, "Share")
    assert not shared.ephemeral
    assert shared.content == "-# Shared by Ada"
    assert passages(shared) == passages(answer)
    assert [each.id for each in bob.sees()] == [shared.id]
    assert labels(shared) == UNDER_AN_ANSWER


async def test_no_answer_looks_different_and_offers_the_closest_passages(session: BotSession) -> None:
    """If no article answers there is no quote, another title and colour, and a button for what is closest."""
    ada = session.discord.person("Ada", session.discord.guild())
    answer = await ada.slash("ask", question=TRUCE)
    nothing = await ada.slash("ask", question=PASSWORD)
    assert question(nothing) == PASSWORD
    assert passages(nothing) == []
    assert heading(nothing)[0] == "No article answers this"
    assert nothing.embeds[0]["color"] != answer.embeds[0]["color"]
    assert labels(nothing) == ["Closest passages", "Helpful", "Not helpful"]
    closest = await ada.press(nothing, "Closest passages")
    assert closest.ephemeral
    assert "may not answer" in closest.text
    for quote in passages(closest):
        assert_verbatim(quote)
    assert len(passages(closest)) >= 2


async def test_a_mention_is_answered_with_a_reply_while_the_bot_types(session: BotSession) -> None:
    """In a channel and in a thread: typing first, then a reply that pings no one."""
    ada = session.discord.person("Ada", session.discord.guild())
    said = ada.mention(TRUCE)
    answer = await said
    assert said.typed
    assert answer.reply_to == said.message.id
    assert_answers(answer, TRUCE, "The US has agreed to lead a truce monitoring mechanism")
    assert labels(answer) == UNDER_AN_ANSWER
    thread = ada.open_thread("More", answer)
    inside = ada.mention(COUNTRIES, thread)
    assert_answers(await inside, COUNTRIES, "31 countries")
    assert inside.typed


async def test_a_direct_message_is_a_question(session: BotSession) -> None:
    """No mention is needed there; buttons work there, and Share is not offered."""
    discord = session.discord
    ada = discord.person("Ada", discord.guild())
    said = ada.dm("Who is the mayor of Dnipro?")
    answer = await said
    assert said.typed
    assert_answers(answer, "Who is the mayor of Dnipro?", "Mayor Borys Filatov of Dnipro")
    assert labels(answer) == UNDER_AN_ANSWER
    context = await ada.press(answer, "In context")
    assert "Mayor Borys Filatov" in context.text
    by_command = await ada.slash("ask", ada.dm_channel, question=TRUCE)
    assert_answers(by_command, TRUCE, "The US has agreed")


async def test_a_mention_without_a_question_gets_a_short_help(session: BotSession) -> None:
    """A bare mention, or one without a word, gets a short help without answer or button."""
    ada = session.discord.person("Ada", session.discord.guild())
    bare = await ada.mention("")
    assert "Ask me a question" in bare.content
    assert "/ask" in bare.content
    assert bare.buttons == []
    sign = await ada.mention("?")
    assert passages(sign) == []
    assert sign.buttons == []


async def test_others_talk_is_left_alone(session: BotSession) -> None:
    """Without a mention, from a bot's own message, or edited afterwards: the bot says nothing more."""
    ada = session.discord.person("Ada", session.discord.guild())
    ada.say("Who will lead the truce?")
    said = ada.mention(TRUCE)
    await said
    ada.edit(said, f"{session.discord.bot.mention} What did Nausėda say?")
    await (await ada.slash("help")).gone(0.01) if False else await ada.slash("help")
    assert len([each for each in ada.sees() if each.message.author is session.discord.bot and not each.ephemeral]) == 1


async def test_a_reply_to_an_answer_is_a_follow_up(session: BotSession) -> None:
    """The next question leans on the one before it, and the answer names the one it took up."""
    discord = session.discord
    guild = discord.guild()
    ada, bob = discord.person("Ada", guild), discord.person("Bob", guild)
    before = "What did Macron say when he opened the meeting?"
    first = await ada.mention(before)
    follow = await bob.say("and Starmer?", reply_to=first)
    assert question(follow) == "and Starmer?"
    assert any(before in displayed(line[3:]) for line in heading(follow) if line.startswith("-# "))
    for quote in passages(follow):
        assert_verbatim(quote)


async def test_a_reply_to_a_command_s_answer_is_a_follow_up(session: BotSession) -> None:
    """It makes no difference whether the first question was asked by command, by mention or in a direct message."""
    discord = session.discord
    ada = discord.person("Ada", discord.guild())
    before = "What did Zelenskyy say about territory?"
    first = await ada.slash("ask", question=before)
    follow = await ada.say("and Lavrov?", reply_to=first)
    assert any(before in displayed(line[3:]) for line in heading(follow) if line.startswith("-# "))
    assert "Sergey Lavrov" in passages(follow)[0].text
    eve = discord.person("Eve")
    await eve.dm(before)
    alone = await eve.dm("and Lavrov?")
    assert any(before in displayed(line[3:]) for line in heading(alone) if line.startswith("-# "))
    assert "Sergey Lavrov" in passages(alone)[0].text


async def test_a_follow_up_never_passes_an_older_answer_off_as_its_own(session: BotSession) -> None:
    """Asked for another city's mayor, whom no article names, the bot quotes no passage about the first as an answer."""
    ada = session.discord.person("Ada", session.discord.guild())
    first = await ada.mention("Who is the mayor of Dnipro?")
    follow = await ada.say("and of Kyiv?", reply_to=first)
    assert question(follow) == "and of Kyiv?"
    assert passages(follow) == []


async def test_a_follow_up_is_understood_in_whole_sentences(session: BotSession) -> None:
    """The answer repeats the follow-up as a whole question."""
    ada = session.discord.person("Ada", session.discord.guild())
    first = await ada.mention("What did Macron say when he opened the meeting?")
    follow = await ada.say("and Starmer?", reply_to=first)
    small = [displayed(line[3:]) for line in heading(follow) if line.startswith("-# ")]
    assert "Understood as: “What did Starmer say when he opened the meeting?”" in small


async def test_a_question_that_cannot_be_used_is_refused_privately(session: BotSession) -> None:
    """Without any word to search for, /ask and /find reply privately what to do."""
    ada = session.discord.person("Ada", session.discord.guild())
    for reply in (await ada.slash("ask", question="?!"), await ada.slash("find", words='"…" !')):
        assert reply.ephemeral
        assert "no word" in reply.text


async def test_the_next_question_in_a_thread_is_a_follow_up(session: BotSession) -> None:
    """In the thread under an answer the bot knows what was asked before, also when another member goes on."""
    discord = session.discord
    guild = discord.guild()
    ada, bob = discord.person("Ada", guild), discord.person("Bob", guild)
    before = "What did Zelenskyy say about territory?"
    first = await ada.mention(before)
    thread = ada.open_thread("More", first)
    follow = await bob.mention("and Lavrov?", thread)
    assert question(follow) == "and Lavrov?"
    assert any(before in displayed(line[3:]) for line in heading(follow) if line.startswith("-# "))
    alone = await ada.mention(TRUCE, thread)
    assert_answers(alone, TRUCE, "The US has agreed to lead")
    assert not [line for line in heading(alone) if line.startswith("-# ")], "this question stands on its own"


async def test_the_passages_that_bear_on_a_message(session: BotSession) -> None:
    """Find sources quotes privately what bears on any message, with Share; a picture alone has nothing to look up."""
    discord = session.discord
    guild = discord.guild()
    ada, bob = discord.person("Ada", guild), discord.person("Bob", guild)
    said = bob.say("Somebody told me that the US agreed to lead a truce monitoring mechanism.")
    found = await ada.message_command("Find sources", said)
    assert found.ephemeral
    assert "truce monitoring mechanism" in passages(found)[0].text
    for quote in passages(found):
        assert_verbatim(quote)
    assert "Share" in labels(found)
    shared = await ada.press(found, "Share")
    assert not shared.ephemeral
    assert passages(shared) == passages(found)
    assert "Ada" in shared.content
    nothing = await ada.message_command("Find sources", bob.say("<:laugh:123456789012345678>"))
    assert nothing.ephemeral
    assert "no text" in nothing.text
    unrelated = await ada.message_command("Find sources", bob.say("My sourdough bread did not rise this morning."))
    assert passages(unrelated) == []
