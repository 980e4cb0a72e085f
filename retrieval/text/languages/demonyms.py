"""Table of countries with their adjectives and inhabitants, and of places with two spellings.

Both sides of a comparison pass through the table, so ``Estonian`` finds ``Estonia``. Keys and values are folded
words (see ``stemmer.fold``). Words with another everyday meaning count only when they are capitalised.
"""

from __future__ import annotations

from types import MappingProxyType

_ADJECTIVES = """
afghanistan afghan afghans|albania albanian|algeria algerian|argentina argentine argentinian|armenia armenian
australia australian|austria austrian|azerbaijan azerbaijani azeri|bangladesh bangladeshi|belarus belarusian
belgium belgian|bolivia bolivian|bosnia bosnian|brazil brazilian|britain british briton britons|bulgaria bulgarian
cambodia cambodian|canada canadian|chile chilean|china chinese|colombia colombian|croatia croatian|cuba cuban
cyprus cypriot|czechia czech czechs|denmark danish dane danes|ecuador ecuadorian|egypt egyptian
england english englishman englishmen|estonia estonian|ethiopia ethiopian|europe european|finland finnish finn finns
france french frenchman frenchmen|georgia georgian|germany german|ghana ghanaian|greece greek|greenland greenlandic
hungary hungarian|iceland icelandic icelander|india indian|indonesia indonesian|iran iranian|iraq iraqi
ireland irish irishman|israel israeli|italy italian|japan japanese|jordan jordanian|kazakhstan kazakh|kenya kenyan
kosovo kosovar|kuwait kuwaiti|latvia latvian|lebanon lebanese|libya libyan|lithuania lithuanian|luxembourg luxembourger
macedonia macedonian|malaysia malaysian|mexico mexican|moldova moldovan|mongolia mongol mongolian|morocco moroccan
netherlands dutch dutchman|nigeria nigerian|norway norwegian|pakistan pakistani|palestine palestinian|peru peruvian
philippines philippine filipino filipinos|poland pole poles polish|portugal portuguese|qatar qatari|romania romanian
russia russian|scotland scottish scot scots|serbia serbian serb serbs|slovakia slovak slovakian|slovenia slovenian
somalia somali|spain spanish spaniard|sudan sudanese|sweden swedish swede swedes|switzerland swiss|syria syrian
taiwan taiwanese|thailand thai|tunisia tunisian|turkey turkish turk turks turkiye|uganda ugandan|ukraine ukrainian
usa american|venezuela venezuelan|vietnam vietnamese|wales welsh|yemen yemeni|zimbabwe zimbabwean
africa african|asia asian
"""

_SPELLINGS = """
kyiv kiev|kharkiv kharkov|odesa odessa|lviv lvov|chornobyl chernobyl|dnipro dnepr|donbas donbass|beijing peking
mumbai bombay|kolkata calcutta|myanmar burma|brussels bruxelles|prague praha|warsaw warszawa|moscow moskva
"""

#: Adjectives that are ordinary words in lower case (to polish, a pole, cold turkey).
CAPITALS_ONLY = frozenset({"polish", "pole", "poles", "turkey", "turk", "swede", "swedes", "jordan", "chile", "thai"})


def _pairs(table: str) -> dict[str, str]:
    groups = (group.split() for group in table.replace("\n", "|").split("|"))
    return {word: names[0] for names in groups if names for word in names[1:]}


_DEMONYMS = _pairs(_ADJECTIVES)
#: The one spelling that stands for a folded word: adjective → country, old spelling → new one.
CANONICAL = MappingProxyType(
    {
        **{country: country for country in _DEMONYMS.values()},
        **_DEMONYMS,
        **{f"{word}s": country for word, country in _DEMONYMS.items() if word.endswith("n")},
        **_pairs(_SPELLINGS),
    }
)
#: Names that are two words, as canonical single terms.
PAIRS = MappingProxyType(
    {
        ("united", "states"): "usa",
        ("united", "kingdom"): "britain",
        ("great", "britain"): "britain",
        ("czech", "republic"): "czechia",
    }
)
#: Short forms whose capitals matter: "US" is a country, "us" a pronoun.
SHORT_FORMS = MappingProxyType(
    {"US": "usa", "U.S.": "usa", "USA": "usa", "U.S.A.": "usa", "UK": "britain", "U.K.": "britain", "EU": "eu"}
)
