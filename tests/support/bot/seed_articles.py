"""The texts, titles and paragraphs of the seed articles, read from their files."""

from __future__ import annotations

import re
import tomllib
from functools import cache

from tests.conftest import SEEDS
from tests.support.bot.rendered_messages import RenderedPassage

#: The only wrongly decoded word in the files, and what it is once it is put right.
_WRONG, _RIGHT = "NausÄ—da", "Nausėda"
HEADLINE = "Ukraine's Western Allies Seal Security Guarantees for Kyiv Amid Ongoing Conflict"


@cache
def texts() -> dict[str, str]:
    """The articles' texts by id."""
    files = sorted(SEEDS.glob("*.txt"))
    return {file.stem: file.read_text(encoding="utf-8").replace(_WRONG, _RIGHT) for file in files}


@cache
def ids() -> dict[str, str]:
    """Ids by the title that readers see."""
    catalog = tomllib.loads((SEEDS / "catalog.toml").read_text(encoding="utf-8"))["articles"]
    return {
        f"{known['title']} (title assigned)" if "title" in known else HEADLINE: name for name, known in catalog.items()
    }


@cache
def paragraphs(article_id: str) -> list[tuple[int, int]]:
    """Start and end of each paragraph: in these files each is a line that is not empty."""
    return [(line.start(), line.end()) for line in re.finditer(r"\S[^\n]*", texts()[article_id])]


def assert_verbatim(passage: RenderedPassage) -> None:
    """The words of a quote and of its lead-in are slices of the article that it names, in the paragraphs it names."""
    article_id = ids()[passage.title]
    text, places = texts()[article_id], paragraphs(article_id)
    start, end = places[passage.first - 1][0], places[passage.last - 1][1]
    assert passage.text, "an empty quote"
    assert passage.text in text[start:end], f"{passage.text!r} is not in paragraph {passage.first} of {article_id}"
    for words in passage.bold:
        assert words in passage.text
    if passage.lead_in is not None:
        at = text.index(passage.text, start)
        lead = text.rfind(passage.lead_in, 0, at)
        assert lead >= 0, f"{passage.lead_in!r} does not stand before the quote in {article_id}"
        between = text[lead + len(passage.lead_in) : at]
        assert passage.elided == bool(between.strip()), "[…] stands exactly where words are left out"
