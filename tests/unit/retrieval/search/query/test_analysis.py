"""Question analysis: weights, variants and the answer type."""

from __future__ import annotations

import pytest

from retrieval.search.query.analysis import analyse
from retrieval.search.query.answer_type import AnswerType
from retrieval.text.tokenizer import term_of
from retrieval.text.vocabulary import Vocabulary, acronyms

CORPUS = (
    "Zelenskyy met leaders of the Nordic-Baltic Eight (NB8) in Paris on Monday.",
    "President Emmanuel Macron hosted the NB8 countries; the meeting of leaders lasted a day.",
    "The members of the United Methodist Church met, and Macron spoke about defence.",
    "Many leaders said that the meeting in Paris was good for the countries.",
)


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary.of(CORPUS)


@pytest.mark.parametrize(
    ("question", "answer_type"),
    [
        ("How many people were killed?", AnswerType.NUMBER),
        ("What percentage of the budget goes to defence?", AnswerType.NUMBER),
        ("When was the treaty signed?", AnswerType.TIME),
        ("In what year did it open?", AnswerType.TIME),
        ("Who captured Maduro?", AnswerType.PERSON),
        ("Which leaders came in person?", AnswerType.PERSON),
        ("Where did they gather?", AnswerType.OTHER),
        ("Which city was encircled?", AnswerType.OTHER),
        ("What did Macron say about Russia?", AnswerType.SPEECH),
        ("what does lavrov demand?", AnswerType.SPEECH),
        ("Why can't Ukraine give up land?", AnswerType.REASON),
        ("What happened when the army left?", AnswerType.OTHER),
        ("Is the document finished?", AnswerType.OTHER),
    ],
)
def test_the_answer_type_follows_from_the_question(
    vocabulary: Vocabulary, question: str, answer_type: AnswerType
) -> None:
    """The first question word and its noun decide what a sentence has to hold."""
    assert analyse(question, vocabulary).answer_type is answer_type


def test_rare_words_weigh_more_than_common_ones(vocabulary: Vocabulary) -> None:
    """Weights are idf alone: "leaders" stands in most passages, "defence" in one."""
    terms = {t.term: t for t in analyse("Which leaders spoke about defence?", vocabulary).terms}
    assert terms[term_of("defence")].weight == vocabulary.idf(term_of("defence"))
    assert terms[term_of("defence")].weight > terms[term_of("leaders")].weight


def test_an_acronym_and_its_expansion_find_each_other(vocabulary: Vocabulary) -> None:
    """ "NB8" is found by the words it stands for, and the other way round."""
    short = analyse("Which countries make up the NB8?", vocabulary)
    assert ("nordic", "baltic", "8") in next(t for t in short.terms if t.term == "nb8").variants
    spelt = analyse("Who met the Nordic-Baltic Eight?", vocabulary)
    assert all(("nb8",) in t.variants for t in spelt.terms if t.term in {"nordic", "baltic", "8"})


def test_an_acronym_that_the_corpus_never_uses_is_guessed_from_initials(vocabulary: Vocabulary) -> None:
    """ "UMC" finds the United Methodist Church."""
    term = analyse("What does the UMC oppose?", vocabulary).terms[0]
    assert ("unit", "methodist", "church") in term.variants
    assert not term.out_of_vocabulary


def test_a_misspelt_name_is_matched_to_the_corpus(vocabulary: Vocabulary) -> None:
    """A letter too few or too many does not make a name unknown."""
    term = analyse("What did Macrom say?", vocabulary).terms[0]
    assert ("macron",) in term.variants
    assert not term.out_of_vocabulary


def test_a_name_that_the_corpus_has_never_seen_is_marked(vocabulary: Vocabulary) -> None:
    """An unknown person is not silently replaced by a known one."""
    biden = analyse("What did Joe Biden say?", vocabulary)
    assert {t.term for t in biden.terms if t.out_of_vocabulary and t.is_name} == {"joe", "biden"}


@pytest.mark.parametrize("text", ["?", "", "who are you", "¿", "1", "a" * 5000])
def test_odd_questions_are_analysed_without_error(vocabulary: Vocabulary, text: str) -> None:
    """Anything that can be typed can be analysed."""
    assert analyse(text, vocabulary).weight >= 0


def test_acronyms_need_matching_initials() -> None:
    """A bracket after any words is not an expansion."""
    assert acronyms("the European Union (EU) and Paris (NATO)") == {"eu": ("europe", "union")}
    assert acronyms("EACC (Ethics and Anti-Corruption Commission)") == {"eacc": ("ethic", "anti", "corrupt", "commis")}


def test_a_removed_passage_leaves_no_trace_in_the_counts() -> None:
    """Adding and removing a passage restores every frequency."""
    before, after = Vocabulary.of(CORPUS[:3]), Vocabulary.of(CORPUS)
    after.remove(CORPUS[3])
    assert (before.n, before.frequencies, before.capitalised) == (after.n, after.frequencies, after.capitalised)


def test_the_auxiliary_ends_what_is_counted() -> None:
    """ "How much does Ukraine spend" counts no Ukraine; "how many troops will" counts troops."""
    assert not analyse("How much does Ukraine spend on defence?", Vocabulary()).focus
    assert analyse("How many troops will France send?", Vocabulary()).focus == {term_of("troops")}


def test_a_misspelt_speaker_is_the_speaker_that_the_corpus_knows() -> None:
    """The corrected spelling of a speaker is among the speaker's terms."""
    words = Vocabulary.of(["Spokeswoman Maria Zakharova said so.", "Later Zakharova said more."])
    assert term_of("Zakharova") in analyse("What did Zaharova say?", words).speaker
