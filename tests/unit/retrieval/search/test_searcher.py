"""The pipeline from a question to an answer, on small corpora with word vectors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from retrieval.core.errors import QuestionError, UnknownArticleError
from retrieval.core.types import Answer
from retrieval.core.vectors import Matrix
from retrieval.search.searcher import Searcher
from tests.conftest import Workspace

FRANCE = "France promised to send 2,000 troops to the border in spring."
GERMANY = "Germany promised to pay 3 billion euros for air defence."
SPAIN = "Madrid opened a museum of modern painting."


@pytest.fixture
def searcher(workspace: Workspace) -> Iterator[Searcher]:
    """A searcher over three articles of one paragraph."""
    for name, text in (("france", FRANCE), ("germany", GERMANY), ("spain", SPAIN)):
        workspace.write(f"{name}.txt", text)
    workspace.index()
    with workspace.search() as opened:
        yield opened


def shown(answer: Answer) -> list[str]:
    """The texts of an answer, or of what comes closest."""
    return [quote.text for quote in (answer.quotes or answer.closest)]


def test_a_follow_up_is_searched_for_in_full(searcher: Searcher) -> None:
    """ "and Germany?" after a question about France is answered as the same question about Germany."""
    answer = searcher.ask("and Germany?", previous="What did France promise?")
    assert answer.answered
    assert (answer.question, answer.understood) == ("and Germany?", "What did Germany promise?")
    assert shown(answer)[0] == GERMANY


def test_a_question_that_stands_alone_ignores_the_one_before(searcher: Searcher) -> None:
    """Its answer is the same with and without a previous question."""
    question = "How many troops did France promise?"
    alone = searcher.ask(question)
    assert searcher.ask(question, previous="What did Germany promise?") == alone
    assert alone.understood is None


def test_an_answer_that_never_mentions_the_new_word_is_no_answer(searcher: Searcher) -> None:
    """A confident answer about Germany does not answer what the museum promised."""
    before = "How many euros did Germany promise to pay for air defence?"
    assert searcher.ask(before).answered
    answer = searcher.ask("and the museum?", previous=before)
    assert not answer.answered
    assert answer.closest


def test_rewrites_are_encoded_in_one_batch(
    searcher: Searcher, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All rewrites of a follow-up cost one call of the model."""
    batches: list[Sequence[str]] = []
    encode = workspace.embedder.encode

    def counted(texts: Sequence[str], *, question: bool = False) -> Matrix:
        batches.append(texts)
        return encode(texts, question=question)

    monkeypatch.setattr(workspace.embedder, "encode", counted)
    searcher.ask("and Germany?", previous="What did France promise Spain?")
    (batch,) = batches
    assert len(batch) > 1


def test_one_article_can_be_searched_alone(searcher: Searcher) -> None:
    """Only its passages are shown, however well others answer; an unknown id is an error."""
    answer = searcher.ask("What did Germany promise?", article_id="france")
    assert shown(answer) == [FRANCE]
    with pytest.raises(UnknownArticleError):
        searcher.ask("What did Germany promise?", article_id="italy")


@pytest.mark.parametrize("question", ["", "???", "word " * 300])
def test_what_cannot_be_searched_for_is_refused(searcher: Searcher, question: str) -> None:
    """An empty question, one without words and one that is too long, also with a previous question."""
    with pytest.raises(QuestionError):
        searcher.ask(question)
    with pytest.raises(QuestionError):
        searcher.ask(question, previous="What did France promise?")
