"""Text to comparable terms: one folding for questions, passages and the vocabulary.

A *term* is what is left of a word when spelling, diacritics, inflection and nationality no longer tell it apart:
``Élysée``/``Elysee`` → ``elyse``, ``defence``/``defense`` → ``defens``, ``Estonian``/``Estonia`` → ``estonia``,
``four``/``4`` → ``4``, ``600,000`` → ``600000``. Both sides of a comparison are folded alike, so a term need not be
a word, only the same on both sides.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from retrieval.text.languages.demonyms import CANONICAL, CAPITALS_ONLY, PAIRS, SHORT_FORMS

_STOPWORDS = """
    a about after all also although am an and another any are as at be because been before being between both but
    by can could did do does doing done during each either else ever few for from further had has have having he her
    here hers him his how i if in into is it its itself just many may me might mine more most much must my near neither
    no nor not now of off on once one only onto or other our ours out over own per rather same she should so some
    such than that the their theirs them then there these they this those though through to too toward towards
    under until up upon us very via was we were what when where whether which while who whom whose why will with
    within without would you your yours"""
STOPWORDS = frozenset(_STOPWORDS.split())
_FROM_TWO = (
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
    "nineteen twenty"
)
NUMBER_WORDS = {word: str(value) for value, word in enumerate(_FROM_TWO.split(), start=2)} | {
    "thirty": "30", "forty": "40", "fifty": "50", "sixty": "60", "hundred": "100", "thousand": "1000"
}  # fmt: skip

_IRREGULAR_FORMS = (
    "come came|lose lost|give gave given|say said|spend spent|build built|lead led|win won|write wrote written|"
    "make made|take took taken|send sent|hold held|meet met|begin began begun|become became|find found|"
    "fight fought|speak spoke spoken|think thought|buy bought|bring brought|teach taught|sell sold|tell told|"
    "go went gone|see saw seen|know knew known|grow grew grown|fall fell fallen|rise rose risen|get got|"
    "choose chose chosen|break broke broken|drive drove driven|keep kept|leave left|pay paid|run ran|"
    "sit sat|stand stood|strike struck|die dead death|kill killing|mean meant|feel felt|catch caught|"
    "draw drew drawn|eat ate eaten|fly flew flown|forbid forbade forbidden|hide hid hidden|wear wore worn|"
    "man men|woman women|child children|person people|foot feet|life lives|wife wives|half halves"
)
_IRREGULAR = {form: word for word, *forms in map(str.split, _IRREGULAR_FORMS.split("|")) for form in forms}
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i", "ʼ": "'", "’": "'"}
)
#: Everyday words: a corpus of sixty passages may lack them by chance, so their absence says little.
_COMMON = """
    ask become begin believe break bring build buy call carry cause change choose come consider continue cost
    create deal describe develop die end exist expect fall feel fight find finish follow form get give go grow happen
    hear help hold include keep kill know land large last lead learn leave let like live lose love make mean meet move
    need new occur offer open part pay play point produce provide put reach read receive remain require rise run say
    see seem sell send serve set show sit small speak spend stand start state stay stop take talk teach tell think
    time turn try understand use wait walk want watch way win word work world write
    big first good great high important long low main major old person place share thing total type young"""
COMMON = frozenset(_COMMON.split())
# Signs that belong to the letter before them: accents written apart, vowel signs of Semitic and Indic scripts.
_MARKS = (
    r"\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    r"\u0900-\u0903\u093a-\u094f\u0981-\u0983\u09bc-\u09cd"
)
_HAS_MARKS = re.compile(f"[{_MARKS}]")


def _words(letters: str) -> re.Pattern[str]:
    return re.compile(
        r"(?:[A-Za-z]\.){2,}"  # U.S.
        r"|\d+(?:[.,]\d+)*"  # 600,000 and 3.5; a letter may follow (1980s, 20th)
        rf"|{letters}(?:['’]{letters})*\d*"  # words, O'Brien, NB8
    )


_WORD = _words(r"[^\W\d_]+")
_MARKED_WORD = _words(rf"(?:[^\W\d_][{_MARKS}]*)+")
_SPELLING = (
    (re.compile(r"^(\w{3,})our(?=$|s$|ed$|ing$|it|able|hood|al$)"), r"\1or"),
    (re.compile(r"^(\w{3,})is(?=(?:e|ed|es|ing|ation|ations|er|ers)$)"), r"\1iz"),
    (re.compile(r"^(\w{3,})ys(?=(?:e|ed|es|ing)$)"), r"\1yz"),
    (re.compile(r"^(def|off|lic|pret)enc(?=e)"), r"\1ens"),
    (re.compile(r"^(\w{2,}[^s])tre(?=s?$)"), r"\1ter"),
    (re.compile(r"^(\w+)gramme(?=s?$)"), r"\1gram"),
    (re.compile(r"^(\w{3,}[sc]k)(?:yy|iy|ij|yi|yj|i)$"), r"\1y"),
)
# Suffixes are tried in this order; a stem keeps at least three letters and a vowel.
_SUFFIXES = (
    ("ization", "iz"), ("ational", ""), ("ations", ""), ("ition", "it"), ("ation", ""), ("ements", ""), ("ement", ""),
    ("ments", ""), ("ment", ""), ("ingly", ""), ("edly", ""), ("ities", ""), ("ity", ""), ("ically", "ic"),
    ("ances", ""), ("ance", ""), ("ences", ""), ("ence", ""), ("ness", ""), ("ical", "ic"), ("ions", ""), ("ion", ""),
    ("ings", ""), ("ing", ""), ("ied", "y"), ("ies", "y"), ("ed", ""), ("ers", "er"), ("ly", ""), ("ives", "iv"),
    ("ive", "iv"), ("es", ""), ("s", ""), ("e", ""),
)  # fmt: skip
_VOWEL = re.compile(r"[aeiouy]")


class Token(NamedTuple):
    """A word of a text: where it stands (half-open, code points), how it is compared, and what it looks like."""

    term: str
    word: str
    start: int
    end: int
    capital: bool
    opens: bool  # first word of the text, or after a sentence's end: its capital says nothing

    @property
    def is_number(self) -> bool:
        return self.term[:1].isdigit()


@lru_cache(maxsize=65536)
def fold(word: str) -> str:
    """``word`` without case, diacritics and typographic apostrophes."""
    if word.isascii():
        return word.lower()
    bare = unicodedata.normalize("NFKD", word.casefold().translate(_LETTERS))
    # A ligature may stand for several words; a term has no spaces in it.
    return "".join(c for c in bare if not unicodedata.combining(c) and not c.isspace()).translate(_LETTERS)


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """A light English stem of a folded word; no dictionary, so a stem is not always a word."""
    if len(word) < 4 or not word.isalpha():
        return word
    for suffix, instead in _SUFFIXES:
        if word.endswith(suffix) and not word.endswith(("ss", "us", "is")):
            rest = word[: -len(suffix)] + instead
            if len(rest) >= 3 and _VOWEL.search(rest):
                word = rest
                break
    if len(word) > 4 and word[-1] == word[-2] and word[-1] not in "aeiou":
        word = word[:-1]  # travelled, planned
    if len(word) > 3 and word[-1] == "e":
        word = word[:-1]
    return word[:-1] if len(word) > 4 and word[-1] == "y" else word  # delivery, deliver


@lru_cache(maxsize=131072)
def term_of(surface: str) -> str:
    """The term under which a surface form is compared."""
    if surface in SHORT_FORMS:
        return SHORT_FORMS[surface]
    word = fold(surface).removesuffix("'s").removesuffix("'").replace(".", "" if surface[0].isalpha() else ".")
    if word.endswith("n't"):
        return "not"
    if word[:1].isdigit():
        return word.replace(",", "")
    if word in CANONICAL and (surface[0].isupper() or word not in CAPITALS_ONLY):
        return CANONICAL[word]
    if word in NUMBER_WORDS:
        return NUMBER_WORDS[word]
    word = _IRREGULAR.get(word, word)
    for pattern, instead in _SPELLING:
        word = pattern.sub(instead, word)
    return stem(word.replace("'", ""))


def _opens(text: str, start: int) -> bool:
    before = text[:start].rstrip(" \t\n\xa0\"'“”‘’([*_–—-")
    return not before or before[-1] in ".!?:;"


def tokenize(text: str) -> list[Token]:
    """All words of ``text`` in order, stopwords included; two-word country names are one token."""
    tokens: list[Token] = []
    pattern = _WORD if text.isascii() or not _HAS_MARKS.search(text) else _MARKED_WORD
    for found in pattern.finditer(text):
        surface = found.group()
        start, end = found.span()
        word = fold(surface)
        if not any(map(str.isalnum, word)):  # a letter only in name, such as the modifier apostrophe
            continue
        pair = PAIRS.get((tokens[-1].word, word.removesuffix("'s"))) if tokens else None
        if pair is not None:
            last = tokens.pop()
            tokens.append(Token(pair, pair, last.start, end, last.capital, last.opens))
        else:
            capital = surface[0].isupper()
            opens = capital and _opens(text[max(0, start - 12) : start], min(start, 12))
            short = SHORT_FORMS.get(surface)  # "US" is no stopword
            tokens.append(Token(term_of(surface), short or word.removesuffix("'s"), start, end, capital, opens))
    return tokens


class Word(NamedTuple):
    """A word as it is written, but for case, accents and a possessive 's: what an exact search compares."""

    word: str
    start: int
    end: int


def plain_words(text: str) -> list[Word]:
    """All words of ``text`` in order, each by itself."""
    pattern = _WORD if text.isascii() or not _HAS_MARKS.search(text) else _MARKED_WORD
    found = (Word(fold(m.group()).removesuffix("'s"), *m.span()) for m in pattern.finditer(text))
    return [word for word in found if any(map(str.isalnum, word.word))]


def is_content(token: Token) -> bool:
    """Whether a token carries matter: numbers do, function words and stray letters do not."""
    return token.is_number or (token.word not in STOPWORDS and token.term not in STOPWORDS and len(token.term) > 1)


def content_terms(text: str) -> tuple[str, ...]:
    """Terms of the content words of ``text``, in order, repeats kept: what is stored for each sentence."""
    return tuple(token.term for token in tokenize(text) if is_content(token))


def name_terms(tokens: list[Token]) -> frozenset[str]:
    """Terms of the capitalised words that do not merely open a sentence."""
    return frozenset(t.term for t in tokens if t.capital and not t.opens and is_content(t))
