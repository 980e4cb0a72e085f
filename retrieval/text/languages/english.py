"""English word lists, each once, for tokenizing, splitting sentences and analysing questions."""

from __future__ import annotations

from types import MappingProxyType

#: Function words: no search term.
STOPWORDS = frozenset(
    """
    a about after all also although am an and another any are as at be because been before being between both but
    by can could did do does doing done during each either else ever few for from further had has have having he her
    here hers him his how i if in into is it its itself just many may me might mine more most much must my near neither
    no nor not now of off on once one only onto or other our ours out over own per rather same she should so some
    such than that the their theirs them then there these they this those though through to too toward towards
    under until up upon us very via was we were what when where whether which while who whom whose why will with
    within without would you your yours
    """.split()
)
#: Everyday words: a small corpus may lack them by chance, so their absence says little.
EVERYDAY_WORDS = frozenset(
    """
    ask become begin believe break bring build buy call carry cause change choose come consider continue cost
    create deal describe develop die end exist expect fall feel fight find finish follow form get give go grow happen
    hear help hold include keep kill know land large last lead learn leave let like live lose love make mean meet move
    need new occur offer open part pay play point produce provide put reach read receive remain require rise run say
    see seem sell send serve set show sit small speak spend stand start state stay stop take talk teach tell think
    time turn try understand use wait walk want watch way win word work world write
    big first good great high important long low main major old person place share thing total type young
    """.split()
)
_FROM_TWO = (
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
    "nineteen twenty"
)
#: Number word → digits.
NUMBER_WORDS = MappingProxyType(
    {word: str(value) for value, word in enumerate(_FROM_TWO.split(), start=2)}
    | {"thirty": "30", "forty": "40", "fifty": "50", "sixty": "60", "hundred": "100", "thousand": "1000"}
)
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
#: Irregular form → base form.
IRREGULAR = MappingProxyType(
    {form: word for word, *forms in map(str.split, _IRREGULAR_FORMS.split("|")) for form in forms}
)
MONTHS = tuple("January February March April May June July August September October November December".split())
#: Third-person pronouns: subjects, subjects and objects, possessives, and the words that point.
SUBJECT_PRONOUNS = ("he", "she", "they", "it")
PERSONAL_PRONOUNS = ("he", "she", "him", "they", "them", "it")
POSSESSIVE_PRONOUNS = ("his", "her", "its", "their")
DEMONSTRATIVES = ("this", "that", "these", "those")
#: A verb of saying or thinking in any form, as alternatives of a regular expression.
SPEECH_VERBS = (
    r"sa(?:y|id|ys|ying)|t(?:ell|old)|claim\w*|warn\w*|announc\w*|stat(?:e|ed|es|ing)|argu\w*|demand\w*|emphasi[sz]\w*|"
    r"stress\w*|suggest\w*|express\w*|call(?:ed|s|ing)?|insist\w*|add(?:ed|s)?|acknowledg\w*|describ\w*|comment\w*|"
    r"respon\w*|repl(?:y|ied)|promis\w*|pledg\w*|think|thought|believ\w*|highlight\w*|caution\w*|urg\w*|hail\w*|"
    r"declar\w*|ask(?:ed|s)?|propos\w*|reject\w*|expect\w*|outlin\w*|welcom\w*|critici[sz]\w*|not(?:e|ed|es)|remark\w*|"
    r"reiterat\w*|confirm\w*|den(?:y|ied|ies)|vow\w*|admit\w*|conced\w*|recommend\w*|"
    r"predict\w*|complain\w*|condemn\w*|prais\w*|accus\w*|refus\w*"
)
