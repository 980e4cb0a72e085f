"""A speaker who is only a pronoun, wherever in the sentence it stands: "“No,” she said", "a-t-il promis"."""

from __future__ import annotations

import re

SPEAKS = (
    r"(?:said|says|told|tells|added|adds|stated|states|explained|argued|argues|warned|warns|wrote|writes|asked|replied"
    r"|insisted|noted|notes|stressed|emphasi[sz]ed|claimed|claims|announced|continued|concluded|called|calls|recalled"
    r"|admitted|declared|predicted|suggested|believes|promised|joked|repeated|urged|demanded|confirmed|denied"
    r"|acknowledged|complained|remarked|pointed out|commented|answered|tweeted|posted|described|criticised|criticized"
    r"|praised|hailed|vowed|spoke|thanked|accused)"
)
_SAGT = (
    r"(?:sagte|sagt|erklärte|erklärt|kritisierte|betonte|betont|meinte|meint|warnte|warnt|schrieb|schreibt|forderte|fordert"
    r"|ergänzte|antwortete|fragte|berichtete|behauptete|versprach|lobte|mahnte|fügte|teilte|kündigte|verlangte|räumte)"
)
_DIT = (
    r"(?:dit|déclare|affirme|explique|ajoute|souligne|poursuit|conclut|promet|estime|assure|précise|rappelle|répond"
    r"|prévient|insiste|lance|écrit|confie|a|avait)"
)
_DIXIT = (
    r"(?:dit|déclaré|affirmé|expliqué|ajouté|souligné|promis|estimé|assuré|précisé|rappelé|répondu|averti|écrit|lancé)"
)
_ADVERBS = r"(?: (?:had|has|have|also|later|then|once|would|will|often|further|again|reportedly|\w{3,}ly)){0,3}"
_DIJO = r"(?:dijo|afirmó|declaró|explicó|añadió|aseguró|advirtió|prometió)"
_PRONOUN = re.compile(
    rf"\b(?P<en>he|she|they){_ADVERBS} {SPEAKS}\b"
    rf"|\b(?P<de>er|sie) {_SAGT}\b"
    rf"|\b(?P<fr>il|elle|ils|elles) (?:a|ont|avait|avaient) (?:\w+ )?{_DIXIT}\b"
    r"|\b(?:according to|laut|zufolge|selon|d['’]après|según) (?P<to>him|her|them|ihm|ihr|ihnen|lui|elle|eux|él|ella)\b"
    rf"|\b{SPEAKS} (?P<en_after>he|she|they)\b(?! \w+(?:ed|s)\b)"
    rf"|\b{_SAGT} (?P<de_after>er|sie)\b"
    rf"|\b{_DIT}(?:-t)?-(?P<fr_after>il|elle|ils|elles)\b"
    rf"|\b{_DIJO} (?P<es_after>él|ella)\b",
    re.IGNORECASE,
)
_WOMAN = frozenset({"she", "her", "sie", "ihr", "elle", "ella"})
_MAN = frozenset({"he", "him", "er", "ihm", "il", "lui", "él"})
_APART = re.compile(r"[,;:–—-]\s*$")
_ADVERBIAL = re.compile(
    r"(?:in|on|at|after|before|during|later|earlier|then|speaking|asked|when asked|meanwhile|today|yesterday|also|by"
    r"|from|with|nach|bei|beim|vor|später|zuvor|auch|dabei|zudem|am|im|dans|lors|à|au|après|avant|puis|ensuite)\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"\b(?:that|because|who|which|whether|if|and|but|while|although|said|says|told|dass|weil|wer|ob|und|aber|que|qui|et|mais)\b",
    re.IGNORECASE,
)


def speaks(own: str, at: int) -> tuple[str, int] | None:
    """The pronoun that speaks in a sentence, and where; ``own`` is the sentence, quoted words blanked, from ``at``.

    Only the subject of the main clause counts: at the beginning, set off by a comma or a quotation, or after words
    of time and place. In "The minister resigned because she said too much" it does not refer outside.
    """
    for found in _PRONOUN.finditer(own, at):
        kind = found.lastgroup or ""
        before = own[at : found.start()]
        words = before.strip(" \u00a0\"'“„«»”,;:–—-*_>")
        opened = not words or _APART.search(before) is not None or before.endswith(("  ", "\u00a0 "))
        adverbial = not kind.endswith("after") and _ADVERBIAL.match(words) and not _CLAUSE.search(words)
        if opened or adverbial or (kind == "to" and not words):
            return found[kind].casefold(), found.start()
    return None


def is_woman(pronoun: str) -> bool:
    """Whether the pronoun stands for a woman."""
    return pronoun in _WOMAN


def is_man(pronoun: str) -> bool:
    """Whether the pronoun stands for a man."""
    return pronoun in _MAN
