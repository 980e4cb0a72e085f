"""Discord's limits hold for whatever an article, a question or a name consists of, and nothing is cut silently."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.store import QuestionRow, Report
from bot.store.guild_settings import GuildSettings
from bot.store.message_state import (
    AnswerMessage,
    AskedQuestion,
    ClosestPassages,
    PassagesMessage,
    QuoteRef,
    RelatedPassages,
)
from bot.ui.answers import answer_pages, context_pages, search_pages
from bot.ui.articles import article_pages, list_pages, page_of, text_files
from bot.ui.markup.layout import TextLine, bodies
from bot.ui.markup.pages import Form, Page, link, weight
from bot.ui.markup.quotation import quotation
from bot.ui.notices import Finding, about_pages, help_pages, settings_pages
from bot.ui.reports import report_pages
from retrieval.core.display import Annotation, AnnotationKind
from retrieval.core.display.span import Span
from retrieval.core.types import Context, Metadata, Outcome, Quote, TitleSource
from tests.support.doubles.fake_articles import metadata, paragraphs, quote, summary
from tests.support.markdown import quoted_words

SIGNS = st.characters(exclude_categories=["Cs"])
HARD = st.one_of(
    st.text(SIGNS, max_size=40), st.sampled_from(["*", "\\", "😀", "> \n", "@everyone ", "# a\n", "\u202e"])
)


@st.composite
def texts(draw: st.DrawFn, most: int) -> str:
    """Short ones often, and long ones of few signs, which are the dearest to escape."""
    seed = draw(HARD) or "x"
    return (seed * draw(st.sampled_from([1, 1, 2, 50, 400, 3000])))[:most]


META = st.builds(
    Metadata,
    title=texts(3000),
    title_source=st.sampled_from(TitleSource),
    publisher=st.none() | texts(3000),
    author=st.none() | texts(3000),
    published=st.none() | texts(300),
    url=st.none()
    | st.sampled_from(["https://a.example/b_c", "javascript:alert(1)", "https://a b", "x" * 5000])
    | texts(3000),
)


@st.composite
def quotes(draw: st.DrawFn) -> Quote:
    """A quote of any text with any highlights."""
    text = draw(texts(9000)) or "x"
    spans = draw(st.lists(st.tuples(st.integers(0, len(text)), st.integers(0, len(text))), max_size=3))
    return quote(
        text,
        article=draw(texts(300)) or "a",
        paragraph=draw(st.integers(1, 99999)),
        highlights=tuple(Span(*span) for span in spans),
        lead_in=draw(st.none() | texts(1500)),
        meta=draw(META),
        also_in=tuple(draw(st.lists(texts(300), max_size=8))),
        adjacent=draw(st.booleans()),
        context=Context(tuple(draw(st.lists(texts(400), max_size=3))), draw(texts(400)), draw(texts(400))),
        annotations=draw(marks(len(text))),
    )


@st.composite
def marks(draw: st.DrawFn, length: int) -> tuple[Annotation, ...]:
    """Any annotations of a text, sorted by their start."""
    found = []
    for kind in draw(st.lists(st.sampled_from(AnnotationKind), max_size=8)):
        start = draw(st.integers(0, length - 1))
        value = draw(st.sampled_from(["", "1", "header", "python", "https://a.example/b"]))
        found.append(Annotation(start, draw(st.integers(start + 1, length)), kind, value))
    return tuple(sorted(found))


def units(text: str | None) -> int:
    """UTF-16 units, the strictest way in which a limit could be counted."""
    return len((text or "").encode("utf-16-le")) // 2


def hold(pages: Sequence[Page]) -> None:
    """Every limit on a message and its embeds."""
    assert pages
    for page in pages:
        assert page.content or page.embeds
        assert units(page.content) <= 2000
        assert len(page.embeds) <= 10
        assert sum(weight(embed) for embed in page.embeds) <= 6000
        links = [embed.url for embed in page.embeds if embed.url]
        assert len(links) == len(set(links))
        for embed in page.embeds:
            assert units(embed.title) <= 256
            assert units(embed.description) <= 4096
            assert units(embed.footer.text) <= 2048
            assert embed.title or embed.description
            assert embed.url is None or link(embed.url) == embed.url


@settings(max_examples=60, deadline=None)
@given(
    st.lists(quotes(), max_size=5),
    texts(1000),
    st.sampled_from(Outcome),
    st.sampled_from([AnswerMessage, ClosestPassages, RelatedPassages]),
    st.none() | texts(1000),
    st.lists(texts(3000), max_size=2),
    st.sampled_from(Form),
)
def test_answers_stay_within_the_limits(
    found: list[Quote],
    question: str,
    outcome: Outcome,
    kind: type[PassagesMessage],
    previous: str | None,
    notes: list[str],
    form: Form,
) -> None:
    """For any question, notes and quotes, as embeds and as plain text."""
    asked = AskedQuestion(question, previous_question=previous, understood=previous)
    refs = tuple(map(QuoteRef.of, found))
    state: PassagesMessage = AnswerMessage(asked, outcome, notes=tuple(notes))
    if kind is ClosestPassages:
        state = ClosestPassages(asked, quotes=refs)
    elif kind is RelatedPassages:
        state = RelatedPassages(quotes=refs, notes=tuple(notes))
    hold(answer_pages(state, found, {}, form))
    hold(search_pages(question, len(found) + 5, found, {}, form))
    hold(context_pages([(each, paragraphs("before", each.text, "after")) for each in found] or [(None, [])], form))


@settings(max_examples=40, deadline=None)
@given(quotes(), st.sampled_from(Form))
def test_a_long_quote_goes_on_and_nothing_of_it_is_lost(found: Quote, form: Form) -> None:
    """All block quotes of all pages together are the passage, byte for byte."""
    shown = RelatedPassages()
    pages = answer_pages(shown, [quote(found.text, highlights=found.highlights)], {}, form)
    bodies_ = [embed.description or "" for page in pages for embed in page.embeds]
    bodies_ += [page.content for page in pages if page.content]
    assert "".join(map(quoted_words, bodies_)) == found.text.strip()


@settings(max_examples=40, deadline=None)
@given(META, st.lists(texts(5000), max_size=4), st.lists(texts(400), max_size=30), texts(300), st.sampled_from(Form))
def test_articles_stay_within_the_limits(
    meta: Metadata, said: list[str], sections: list[str], article_id: str, form: Form
) -> None:
    """The card, the paragraphs and the list, for any metadata."""
    article = summary(article_id or "a", metadata=meta, sections=tuple(sections))
    pages = article_pages(article, paragraphs(*said), form)
    hold(pages)
    hold(list_pages([article] * 23, article_id, form))
    for number in range(1, len(said) + 1):
        assert number in pages[page_of(pages, number)].anchors


@settings(max_examples=30, deadline=None)
@given(st.lists(texts(1000), max_size=30), st.sampled_from(Form))
def test_reports_stay_within_the_limits(questions: list[str], form: Form) -> None:
    """For any questions."""
    rows = tuple(QuestionRow(q, 3, 0.0, Outcome.NOTHING, 0.1, 1, 10**6) for q in questions)
    hold(report_pages(Report(90, rows), form))


def test_notices_stay_within_the_limits() -> None:
    """Help, facts and settings, also with many channels and roles."""
    for form in Form:
        hold(help_pages(form))
        hold(about_pages(10**9, "m" * 500, "v" * 500, 90, True, form))
        ids = frozenset(range(10**18, 10**18 + 500))
        hold(settings_pages(GuildSettings(ids, ids), [Finding(True, "x" * 150)] * 8, f"in <#{10**18}>", form))


def test_about_names_what_is_logged() -> None:
    """``/about`` says that questions are logged if the operator logs them, and only then."""
    logged, silent = (
        [embed.description or "" for page in about_pages(1, "m", "v", 90, logged) for embed in page.embeds]
        for logged in (True, False)
    )
    assert "the words of every question" in "".join(logged)
    assert "log" not in "".join(silent)


def test_two_quotes_of_one_article_are_two_embeds_to_a_client() -> None:
    """Clients merge embeds of one address, so the second leads to its paragraph."""
    meta = metadata(url="https://news.example/paris")
    two = [quote("One.", paragraph=1, meta=meta), quote("Two.", paragraph=7, start=9, meta=meta)]
    (page,) = answer_pages(AnswerMessage(AskedQuestion("?"), Outcome.ANSWERED), two, {})
    assert [embed.url for embed in page.embeds[1:]] == [
        "https://news.example/paris",
        "https://news.example/paris#paragraph-7",
    ]


def test_an_elided_title_shows_that_it_is_elided_and_the_card_has_all_of_it() -> None:
    """Too long for a title line is not too long for the card."""
    article = summary(title="word " * 90 + "end")
    (page,) = article_pages(article, [])
    assert (page.embeds[0].title or "").endswith(r"\[…\]")
    assert "word end" in (page.embeds[0].description or "")


def test_a_quote_says_where_it_comes_from() -> None:
    """Title, lead-in, answering sentence and footer stand where the reader expects them."""
    meta = Metadata("The talks", TitleSource.ASSIGNED, publisher="The Paper", published="2026-01-06")
    found = quote(
        "He agreed. All left.",
        highlights=(Span(0, 10),),
        lead_in="Macron spoke.",
        meta=meta,
        also_in=("other",),
        adjacent=False,
    )
    (page,) = answer_pages(AnswerMessage(AskedQuestion("Who?"), Outcome.ANSWERED), [found], {"other": "Other talks"})
    asked, shown = page.embeds
    assert asked.description == "**Who?**"
    assert shown.title == "The talks (title assigned)"
    assert shown.description == "*Macron spoke.*\n\\[…\\]\n> **He agreed.** All left."
    assert shown.footer.text == "paragraph 3 · The Paper · 2026-01-06 · also in “Other talks”"


def test_no_answer_looks_different_from_an_answer() -> None:
    """Not sure, nothing and an answer differ in title and colour."""
    faces = set()
    for outcome in Outcome:
        (page,) = answer_pages(AnswerMessage(AskedQuestion("Who?"), outcome), [], {})
        faces.add((page.embeds[0].title, page.embeds[0].colour))
    assert len(faces) == 3


def test_a_changed_article_is_not_quoted() -> None:
    """A notice replaces a quote whose words are no longer in the article."""
    (page,) = answer_pages(AnswerMessage(AskedQuestion("Who?"), Outcome.ANSWERED), [None], {})
    assert "has changed" in (page.embeds[1].description or "")


@given(st.text(max_size=3000), st.integers(1, 50))
def test_files_put_together_are_the_text(text: str, limit: int) -> None:
    """A text that is too long for one file is cut between bytes, never shortened."""
    files = text_files("folder/an article", text, limit)
    assert b"".join(data for _, data in files) == text.encode("utf-8", "surrogatepass")
    assert all(len(data) <= limit for _, data in files)
    assert len({name for name, _ in files}) == len(files)


@settings(deadline=None)
@given(texts(2000), st.integers(200, 600))
def test_pieces_fit_their_room(text: str, room: int) -> None:
    """A body is never longer than the room it was made for."""
    made = bodies([TextLine("a line"), *quotation(text or "x")], room)
    assert all(units(body.markup) <= room for body in made)
    assert "".join(quoted_words(body.markup) for body in made) == (text or "x").strip()


def test_the_room_is_used_up_and_not_exceeded() -> None:
    """At the very edge, where one sign more begins a new body."""
    for length in range(80, 110):
        made = bodies([*quotation("a" * 50), *quotation("b" * length)], 150)
        assert all(units(body.markup) <= 150 for body in made)
        assert len(made) == (1 if 52 + 1 + 2 + length <= 150 else 2)
