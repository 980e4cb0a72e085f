"""Lines that belong to the web page and not to the article: links, buttons, notices, bylines, section names.

Each pattern has to match a whole line. They name what English sites print around any article. A line that merely
begins with such words is left alone, because a lost sentence is worse than a stray link.
"""

from __future__ import annotations

import re

from retrieval.ingest.cleaning.features import BlockFeatures

_NETWORK = (
    r"(?:facebook|twitter|x|linkedin|whatsapp|telegram|instagram|reddit|pinterest|youtube|tiktok|bluesky|e-?mail)"
)


def _whole_line(*alternatives: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(alternatives)})[\s.!?:…»›>→↓|]*+", re.IGNORECASE)


# Links, buttons and labels: boilerplate wherever they stand, unless they end like a sentence.
_LABELS = _whole_line(
    r"you (?:might|may|could|will)(?: also)? (?:be interested(?: in(?: this| these)?)?|like|enjoy|want to read)",
    r"(?:read|see|watch|learn|find out|discover) more(?: here)?",
    r"(?:read more|read also|read next|read this|see also|also read|continue reading)\s?[:»|>→].*",
    r"(?:read also|read next|also read|see also|keep reading|continue reading|don['’]t miss|up next|what to read next)",
    r"related(?: (?:articles?|story|stories|posts?|topics?|content|news|coverage|links?|reading|videos?))?",
    r"(?:recommended|suggested|similar|popular|featured|trending|latest|recent|top|more|other|editor['’]?s['’]?)"
    r"(?: (?:articles?|story|stories|posts?|news|picks?|reads?|for you|from (?:this|our) (?:site|author))){1,3}",
    r"most (?:read|popular|viewed|shared|commented)",
    r"trending(?: now| today)?",
    r"recommended",
    r"(?:next|previous) (?:article|post)",
    r"more (?:on|from|about) this(?: \w+){1,3}",
    rf"(?:share|tweet|pin|print|save|e-?mail|like|bookmark|copy)(?: (?:this|it))?(?: link| article| story| post| page)?"
    rf"(?: (?:on|via|with|by|to) (?:{_NETWORK}|friends|social media)(?:(?:,| and| or) {_NETWORK})*)?",
    rf"(?:{_NETWORK}|share|print|copy link)(?: ?[|·•/, ] ?(?:{_NETWORK}|share|print|copy link))+",
    rf"(?:follow|like|join|find) us(?: on (?:{_NETWORK}|social media)(?:(?:,| and| or) {_NETWORK})*)?",
    r"(?:\d+|view|show|load|no)(?: more| all)? (?:comments?|reply|replies|responses?)(?: yet)?",
    r"comments? ?\(\d+\)",
    r"advert(?:isement|ising)?|ad",
    r"(?:sponsored|promoted|partner|paid)(?: (?:content|post|links?|stories))",
    r"skip to (?:main )?content|back to top|loading|home|menu",
    r"(?:tags?|filed under|posted in)\s?:.*",
    r"(?:photo|image|picture|credit|illustration)s?(?: (?:credit|source|by|courtesy))*\s?[:©/]\s?"
    r"(?-i:[A-ZÀ-Þ][\w.'’-]*(?:[ /,|]{1,3}(?:via |by |for )?[A-ZÀ-Þ][\w.'’-]*){0,5})",
    r"listen to (?:this )?(?:article|story)|play (?:audio|video)",
    r"\d+[- ]min(?:ute)?s?(?: of)? read|reading time:? .{1,20}",
    r"(?:subscribe|sign up|register|log ?in|sign in|donate|join)(?: (?:now|today|here|free|for free))?",
    r"(?:log|sign) in (?:or \w+ )?to (?:comment|reply|post|continue|read|vote)(?: reading)?",
    r"(?:subscribe|sign up)(?: (?:now|here|today))? (?:to|for) (?:our|my|this) (?:\w+ ){0,2}"
    r"(?:newsletter|channel|podcast|mailing list|feed|blog|site)s?",
    r"click here",
    r"(?:leave|post|write|add|submit) (?:a|your) (?:comment|reply|response)",
    r"join the (?:conversation|discussion)",
    r"(?:accept|reject|manage|allow)(?: all)? cookies|cookie (?:policy|notice|settings|preferences|consent)",
    r"(?:privacy|terms) (?:policy|notice|of use|of service|and conditions|& conditions)",
)
# Small print, which are written in whole sentences.
_LEGAL = _whole_line(
    r"comments? are closed",
    r"was this (?:article|page) helpful",
    r"(?:story|article) continues (?:below|after) .{1,30}",
    r"(?:copyright )?©.*",
    r"(?:\(c\)|copyright)(?: (?:©|\(c\)))? \d{4}\b.*",
    r"all rights reserved",
    r"(?:we|(?:this|our) (?:web ?)?sites?)(?: and our partners)? uses? cookies(?: (?:to|and|for|on|or|that|in)\b.*)?",
    r"by (?:continuing|using|browsing|clicking) .{0,80}\byou(?: agree| accept| consent)?\b.{0,80}cookies.*",
)
_RELATED_LINKS = re.compile(
    r"you (?:might|may|could)|related|recommended|most (?:read|popular|viewed)|trending|see also"
    r"|read (?:also|next|more)|more (?:from|on|about|stor|news|articles)"
    r"|latest|popular|similar|recent|top (?:stories|news)",
    re.IGNORECASE,
)
_NAMES = r"(?: [A-ZÀ-Þ][\w.'’-]+)"
_BYLINE = re.compile(
    rf"(?:[Bb]y|BY){_NAMES}{{2,4}}(?:(?:,| and){_NAMES}{{1,4}}){{0,3}}"
    r"|(?i:published|updated|last (?:updated|modified)|posted|first published)(?: on| at)?\s?:?.{0,30}\d.{0,40}"
)
_SECTION_WORDS = frozenset(
    """
    home world news politics business opinion analysis sport sports europe culture society economy health
    science technology tech breaking live exclusive editorial feature features interview explainer
    comment commentary international national local latest top stories story fact check checks press
    release update updates report reports newsletter video podcast gallery defence defense security war
    conflict column perspective insight uk us usa eu asia africa america americas middle east and
    ukraine russia germany france lifestyle travel money finance markets market environment climate
    education arts entertainment regional headlines special blog review reviews
    """.split()
)
_MAX_WORDS = 60
_MAX_SIZE = 500  # columns; the patterns' time grows with the square of a line's length
_MAX_LINK_SIZE = 100  # columns; a longer line is a sentence even if a site would print it as a link


def is_boilerplate(block: BlockFeatures) -> bool:
    """Tell whether the whole line is something that sites print around articles, wherever it stands."""
    if _is_too_long(block):
        return False
    sentence = block.ends_sentence and not block.text.endswith(("...", "…"))
    return _LEGAL.fullmatch(block.text) is not None or (not sentence and _LABELS.fullmatch(block.text) is not None)


def is_related_links_header(block: BlockFeatures) -> bool:
    """Tell whether a list of links to other articles comes after this line of boilerplate ("Related articles")."""
    bare = ":" not in block.text.rstrip(": ")  # "Read also: …" is a link itself
    return bare and block.size <= 60 and _RELATED_LINKS.match(block.text) is not None


def may_be_link(block: BlockFeatures) -> bool:
    """Tell whether a line after such a header can be one of its links."""
    return block.size <= _MAX_LINK_SIZE and not block.ends_sentence and not block.opens_quote


def is_byline(block: BlockFeatures) -> bool:
    """Tell whether the line only says who wrote the article, or when."""
    if _is_too_long(block) or block.words > 16 or block.ends_sentence:
        return False
    return _BYLINE.fullmatch(block.text) is not None


def is_section_name(block: BlockFeatures) -> bool:
    """Tell whether the line is the name of a site's section, or the path to it ("Home > World > Europe")."""
    if block.size > 50 or block.ends_sentence or block.opens_quote:
        return False
    words = re.findall(r"[^\W\d_]+", block.text.casefold())
    return 0 < len(words) <= 6 and _SECTION_WORDS.issuperset(words)


def _is_too_long(block: BlockFeatures) -> bool:
    return block.words > _MAX_WORDS or block.size > _MAX_SIZE
