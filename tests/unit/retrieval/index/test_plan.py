"""Plans of indexing runs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from retrieval.index.indexer import plan

DIGESTS = st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from("123"), max_size=8)


def test_each_article_gets_one_fate() -> None:
    """New, changed, gone and unchanged articles are distinguished, in order of their ids."""
    actions = plan({"kept": "1", "old": "1", "gone": "1"}, {"kept": "1", "old": "2", "b": "1", "a": "1"})
    assert actions.add == ("a", "b")
    assert actions.replace == ("old",)
    assert actions.remove == ("gone",)
    assert actions.unchanged == ("kept",)


def test_articles_that_cannot_be_read_now_stay() -> None:
    """An article whose file cannot be read is neither removed nor changed."""
    assert plan({"a": "1", "b": "1"}, {"b": "1"}, keep=["a", "unheard of"]).remove == ()


@given(DIGESTS, DIGESTS, st.sets(st.sampled_from("abcdefgh")))
def test_applying_the_plan_gives_what_was_wanted(
    stored: dict[str, str], wanted: dict[str, str], keep: set[str]
) -> None:
    """Whatever is stored and wanted, the plan leads from one to the other and touches nothing twice."""
    actions = plan(stored, wanted, keep=keep)
    result = {key: value for key, value in stored.items() if key not in actions.remove}
    result.update({key: wanted[key] for key in (*actions.add, *actions.replace)})
    assert result == {key: value for key, value in stored.items() if key in keep} | wanted
    touched = [*actions.add, *actions.replace, *actions.remove, *actions.unchanged]
    assert len(touched) == len(set(touched))


@given(DIGESTS)
def test_the_same_corpus_again_is_no_work(stored: dict[str, str]) -> None:
    """Nothing is added, replaced or removed when nothing has changed."""
    actions = plan(stored, stored)
    assert (actions.add, actions.replace, actions.remove) == ((), (), ())
    assert set(actions.unchanged) == set(stored)
