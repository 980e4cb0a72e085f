"""What an article shows of whether a person is a he or a she: forms of address, first names, pronouns after a name."""

from __future__ import annotations

import re
from enum import StrEnum

from retrieval.text.languages.word_list import words_of


class Gender(StrEnum):
    """As far as pronouns go."""

    WOMAN = "woman"
    MAN = "man"


_WOMEN = words_of(
    """
    anna anne ann maria mary marie eva emma laura julia sarah sara elizabeth elisabeth catherine katherine
    kate karin kristina christina christine helen helena ingrid ida julie susan linda barbara patricia
    jennifer jessica angela margaret martha sofia sophie olivia emily charlotte claire camille isabelle
    nathalie sylvie ursula kaja mette sanna magdalena giorgia theresa teresa hillary nancy victoria rachel
    rebecca ruth diana jane joan lisa nina olga natalia natalya tatiana yulia irina elena svetlana oksana
    katarzyna agnieszka małgorzata ewa joanna carmen lucía pilar rosa francesca chiara giulia paola annalena
    heidi monika sabine petra ulrike birgit astrid sigrid greta fatima aisha leyla zeynep ayşe priya
    """
)
_MEN = words_of(
    """
    john james robert michael mike william david richard joseph joe thomas charles christopher daniel matthew
    mark marc marco donald george kenneth steven stephen edward brian ronald anthony kevin jason
    peter paul karl carl otto hans heinrich friedrich klaus jürgen wolfgang stefan olaf markus lars erik eric
    olof sven björn nils jens henrik pierre jacques philippe emmanuel françois nicolas louis antoine giovanni
    giuseppe luigi mario matteo silvio josé juan carlos pedro miguel luis antonio javier fernando pablo
    vladimir volodymyr dmitry dmytro sergey sergei serhiy ivan oleksandr alexander mikhail igor
    victor petr pavel tomasz piotr andrzej krzysztof jerzy marek józef jarosław gitanas keir boris tony
    barack henry frank fred gary simon nigel martin patrick micheál sean mohammed muhammad ahmed ali hassan
    mehmet mustafa recep viktor zoltán gábor
    """
)
_ADDRESSED = re.compile(
    r"\b(?:(?P<man>Mr|Sir|Lord|King|Prince|Herr|Monsieur|Señor|spokesman|chairman|Pan)"
    r"|(?P<woman>Mrs|Ms|Miss|Lady|Queen|Princess|Frau|Madame|Mme|Señora|spokeswoman|chairwoman|Pani))\.?[ \u00a0]+"
    r"(?:[A-ZÀ-ÞĀ-Ž][\w.’'-]*[ \u00a0]+){0,2}$"
)
_OBJECT_HER = re.compile(
    r"\bher\b(?=\s*(?:[.,;:!?)]|$|(?:over|on|about|in|at|to|that|and|with|for|as|when|after|before|from|by|of|but|because|if|again"
    r"|into|out|off|not|yesterday|today)\b))"
)
_OBJECT_HIM = re.compile(r"\bhim\b")
_GERMAN_HER = re.compile(r"\b(?:mit|von|zu|bei) ihr\b(?! [A-ZÄÖÜ])")
_GERMAN_HIM = re.compile(r"\bihm\b")


def of_name(name: str) -> Gender | None:
    """What a person's first name says, where it is a common one."""
    first = name.casefold()
    if (first in _WOMEN) == (first in _MEN):
        return None
    return Gender.WOMAN if first in _WOMEN else Gender.MAN


def of_address(before: str) -> Gender | None:
    """What the words directly before a surname say: "Ms", "Herr"."""
    found = _ADDRESSED.search(before[-60:])
    if found is None:
        return None
    return Gender.WOMAN if found["woman"] else Gender.MAN


def has_object(own: str, wanted: Gender) -> bool:
    """Whether a sentence speaks of another woman or man as "her" or "him"."""
    if wanted is Gender.WOMAN:
        return bool(_OBJECT_HER.search(own) or _GERMAN_HER.search(own))
    return bool(_OBJECT_HIM.search(own) or _GERMAN_HIM.search(own))
