"""Lines that belong to the web page and not to the article: kickers, links, notices, bylines.

Each pattern has to match a whole line. They name what sites print around any article; a line that merely
begins with such words is left alone, because a lost sentence is worse than a stray link.
"""

from __future__ import annotations

import re

from retrieval.ingest.cleaning.boilerplate_patterns import INVITATIONS, LABELS, LEGAL
from retrieval.ingest.cleaning.features import Traits
from retrieval.text.languages.word_list import words_of

_SECTIONS = words_of(
    """
    world news politics business opinion analysis sport sports europe culture society economy health
    science technology tech breaking live exclusive editorial feature features interview explainer
    comment commentary international national local latest top stories story fact check checks press
    release update updates report reports newsletter video podcast gallery defence defense security war
    conflict column perspective insight uk us usa eu asia africa america americas middle east and
    ukraine russia germany france lifestyle travel money finance markets market environment climate
    education arts entertainment regional headlines special blog review reviews nachrichten politik
    ausland inland wirtschaft meinung kultur wissen gesellschaft panorama aktuell kommentar leitartikel
    welt eilmeldung hintergrund monde actualités actualité politique économie société tribune éditorial
    décryptage reportage noticias mundo política economía sociedad opinión internacional última hora
    esteri cronaca politica economia mondo cultura opinioni attualità notizie wiadomości świat polityka
    gospodarka kraj opinie kultura biznes notícias nieuws buitenland binnenland politiek economie
    nyheter världen inrikes utrikes новости политика мир экономика общество мнение мнения в мире
    культура новини політика світ економіка суспільство думка haberler dünya ekonomi siyaset
    """
)
_EAST_ASIAN_SECTION = re.compile(
    "(?:国际|新闻|政治|社会|经济|观点|世界|國際|新聞|社會|經濟|ニュース|国内|経済|社説|뉴스|국제|정치|사회)+"
)

_LIST_FOLLOWS = re.compile(
    r"(?:you (?:might|may|could)|related|recommended|most (?:read|popular|viewed)|trending|see also"
    r"|read (?:also|next|more)|more (?:from|on|about|stor|news|articles)|latest|popular|similar|recent"
    r"|top (?:stories|news)|das könnte|mehr zum|verwandte|ähnliche|articles |à lire|te puede|noticias rel"
    r"|artículos rel|leggi anche"
    r"|articoli|powiązane|podobne|читайте|похожие|gerelateerde"
    r"|相关|相關|関連)",
    re.IGNORECASE,
)
_NAMES = r"(?: [A-ZÀ-Þ][\w.'’-]+)"
_BYLINE = re.compile(
    r"(?:[Bb]y|BY|[Vv]on|[Pp]ar|[Pp]or|[Dd]i|[Dd]oor)"
    rf"{_NAMES}{{2,4}}(?:(?:,| and| und| et| y){_NAMES}{{1,4}}){{0,3}}"
    r"|(?i:published|updated|last (?:updated|modified)|posted|first published|veröffentlicht|publié|publicado"
    r"|pubblicato|aktualisiert)(?: on| at| am| le| el| il)?\s?:?.{0,30}\d.{0,40}"
)
_FOR_THE_SITE = re.compile(
    r"\b(?:our|us|inbox|journalism|subscri\w+|nos|notre|nuestr[ao]s?|nostr[aoi])\b", re.IGNORECASE
)
_LONGEST_LINK = 100  # columns; a longer line is a sentence even if a site would print it as a link


def is_furniture(traits: Traits) -> bool:
    """Whether the whole line is something that sites print around articles, wherever it stands."""
    if traits.words > 60:
        return False
    if LEGAL.fullmatch(traits.text):
        return True
    return not _is_sentence(traits) and LABELS.fullmatch(traits.text) is not None


def may_be_furniture(traits: Traits) -> bool:
    """Whether a site prints such a line, but an article can say it too ("Sign in to your account.")."""
    if traits.words > 60:
        return False
    short = traits.words <= 6 and LABELS.fullmatch(traits.text) is not None
    return short or INVITATIONS.fullmatch(traits.text) is not None


def invites(traits: Traits) -> bool:
    """Whether such a line speaks for the site, so that at the edge of an article it is no part of it."""
    return traits.words <= 5 or _FOR_THE_SITE.search(traits.text) is not None


def _is_sentence(traits: Traits) -> bool:
    return traits.ends_sentence and not traits.text.endswith(("...", "…"))


def announces_links(traits: Traits) -> bool:
    """Whether, after this line of furniture, a list of links to other articles comes ("Related articles")."""
    bare = ":" not in traits.text.rstrip(": ")  # "Read also: …" is a link itself
    return bare and traits.size <= 60 and _LIST_FOLLOWS.match(traits.text) is not None


def is_link(traits: Traits) -> bool:
    """Whether a line after such an announcement can be one of its links."""
    return traits.size <= _LONGEST_LINK and not traits.ends_sentence and not traits.opens_quote


def is_byline(traits: Traits) -> bool:
    """Whether the line only says who wrote the article, or when."""
    return traits.words <= 16 and not traits.ends_sentence and _BYLINE.fullmatch(traits.text) is not None


def is_section_name(traits: Traits) -> bool:
    """Whether the line is the name of a site's section, or the path to it ("Home > World > Europe")."""
    if traits.size > 50 or traits.ends_sentence or traits.opens_quote:
        return False
    if _EAST_ASIAN_SECTION.fullmatch(traits.text):
        return True
    words = re.findall(r"[^\W\d_]+", traits.text.casefold())
    return bool(words) and len(words) <= 6 and all(word in _SECTIONS or word == "home" for word in words)
