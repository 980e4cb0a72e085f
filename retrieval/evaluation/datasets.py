"""Reads questions with known answers: our own JSON Lines format, and SQuAD's."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from retrieval.core.errors import CorpusFileError
from retrieval.core.types import StoredPassage

_REMEDY = "See the documentation of `pullquote eval` for the format."


@dataclass(frozen=True, slots=True)
class GoldAnswer:
    """A passage that answers: of the article whose id starts with ``article``, one that ``contains`` these words (white
    space and case folded), or one in the paragraph of that number.
    """

    article: str
    contains: str = ""
    paragraph: int = 0

    def matches(self, found: StoredPassage) -> bool:
        """Tell whether a passage is this one."""
        passage = found.passage
        if not passage.article_id.startswith(self.article):
            return False
        if self.paragraph:
            return passage.paragraph <= self.paragraph <= passage.last_paragraph
        return folded(self.contains) in folded(found.text)


@dataclass(frozen=True, slots=True)
class LabelledQuestion:
    """A question with all passages that answer it; none if the corpus does not answer it.

    ``group`` is the article that it was written on, for cross-validation.
    """

    question: str
    answers: tuple[GoldAnswer, ...]
    group: str


def folded(text: str) -> str:
    """Fold case and white space."""
    return " ".join(text.casefold().split())


def read_questions(file: Path) -> list[LabelledQuestion]:
    """Read questions in JSON Lines: ``question`` and ``answers``, a list of ``{article, contains}``.

    Raises:
        CorpusFileError: when the file cannot be read, with the number of a faulty line.
    """
    asked = []
    for number, line in enumerate(_read(file).splitlines(), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
            answers = tuple(GoldAnswer(str(a["article"]), str(a["contains"])) for a in value["answers"])
            asked.append(LabelledQuestion(str(value["question"]), answers, answers[0].article if answers else ""))
        except (ValueError, TypeError, KeyError) as error:
            raise CorpusFileError(file, f"not a question with answers ({error})", _REMEDY, number) from error
    if not asked:
        raise CorpusFileError(file, "no questions in it", _REMEDY)
    return asked


def read_squad(file: Path) -> tuple[dict[str, str], list[LabelledQuestion]]:
    """Read a file in SQuAD's format: articles (id → text, one paragraph a line), and the questions on them.

    Raises:
        CorpusFileError: when the file cannot be read or has another format.
    """
    articles: dict[str, str] = {}
    asked: list[LabelledQuestion] = []
    try:
        for number, article in enumerate(json.loads(_read(file))["data"]):
            name = f"article-{number:04}"
            articles[name] = "\n".join(" ".join(p["context"].split()) for p in article["paragraphs"]) + "\n"
            for paragraph, found in enumerate(article["paragraphs"], start=1):
                gold = (GoldAnswer(name, paragraph=paragraph),)
                asked += [
                    LabelledQuestion(str(qa["question"]), () if qa.get("is_impossible") else gold, name)
                    for qa in found["qas"]
                ]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise CorpusFileError(file, f"not in SQuAD's format ({error})", _REMEDY) from error
    if not asked:
        raise CorpusFileError(file, "no questions in it", _REMEDY)
    return articles, asked


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        problem = getattr(error, "strerror", None) or "it cannot be read as UTF-8"
        raise CorpusFileError(file, problem, _REMEDY) from error
