"""The turns of phrase by which page furniture and blog comments are told, as regular expressions.

One alternative stands on a line; an indented line continues the one above. NETWORK, PIECE, SITE, GOOD and
OTHERS stand for the groups at the top. Furniture has to match a whole line, a cue any part of a block.

LABELS are furniture wherever they stand, unless they end like a sentence; LEGAL even then. INVITATIONS say
what an article can say as well ("Log in to the portal with your token."), so their place has to decide.
"""

from __future__ import annotations

import re

_PARTS = {
    "NETWORK": (
        r"(?:facebook|twitter|x|linkedin|whatsapp|telegram|instagram|reddit|pinterest|youtube"
        r"|tiktok|e-?mail|bluesky)"
    ),
    "PIECE": (r"(?:article|story|post|page|piece|news)"),
    "SITE": (
        r"(?:blog|web ?log|web ?site|site|web ?page|homepage|article|post|posting|content"
        r"|write-?up|page|channel|writing|publish)"
    ),
    "GOOD": (
        r"(?:great|nice|awesome|excellent|wonderful|amazing|good|superb|fantastic|informative"
        r"|helpful|interesting|useful|lovely|brilliant|outstanding|terrific|impressive"
        r"|valuable|perfect|cool|insightful|quality|incredible|very good)"
    ),
    "OTHERS": (
        r"(?:blog|artikel|beitrag|seite|webseite|article|billet|site|artículo|artigo|articolo"
        r"|entrada|sito|artykuł|wpis|stron[aęy]|stuk|inlägg|стать[яюеи]|пост|сайт|блог"
        r"|статтю|yazı|yazınız)"
    ),
}

# Links, buttons and labels around an article.
_LABELS = r"""
you (?:might|may|could|will)(?: also)? (?:be interested(?: in(?: this| these)?)?|like|enjoy
    |want to read)(?: this)?
(?:read|see|watch|learn|find out|discover) more(?: here)?
(?:read (?:more|also|next|this)|see also|also read|continue reading)\s?[:»|>→].*
(?:read (?:also|next)|also read|see also|keep reading|continue reading|don['’]t miss|up next
    |next up|what to read next)
related(?: (?:articles?|stor(?:y|ies)|posts?|topics?|content|news|coverage|links?|reading|videos?
    |items?))?
(?:recommended|suggested|similar|popular|featured|trending|latest|recent|top|more|other
    |editor['’]?s['’]?)(?: (?:articles?|stor(?:y|ies)|posts?|news|picks?|reads?|reading|for you
    |from (?:this|our) (?:site|author)))+
(?:most (?:read|popular|viewed|shared|commented)|trending(?: now| today)?|recommended|next article
    |previous article|next post|previous post|more (?:on|from|about) this(?: \w+){1,3})
(?:share|tweet|pin|print|save|e-?mail|like|bookmark|copy)(?: (?:this|it))?(?: link)?(?: PIECE)?
    (?: (?:on|via|with|by|to) (?:NETWORK|friends|social media)(?:(?:,| and| or|,? ?&) NETWORK)*)?
(?:NETWORK|share|print|copy link|tweet|pin)(?:(?: ?[|·•/,]? )NETWORK| ?[|·•/,] ?(?:print|copy link
    |share))+
(?:follow|like|join|find) us(?: on (?:NETWORK|social media)(?:(?:,| and| or|,? ?&) NETWORK)*)?
(?:\d+|view|show|load)(?: more| all)? (?:comments?|repl(?:y|ies)|responses?)
no (?:comments|replies|responses)(?: yet)?
comments? ?\(\d+\)
advert(?:isement|ising)?
ad
anzeige
werbung
publicité
publicidad
pubblicità
reklama
reclame
реклама
annonce
ilan
広告
广告
(?:sponsored|promoted|partner|paid)(?: (?:content|post|links?|stories))
skip to (?:main )?content
back to top
loading
home
menu
(?:tags?|filed under|posted in)\s?:.{0,120}
(?:photo|image|picture|foto|credit|source image|illustration)s?(?: (?:credit|source|by
    |courtesy))*\s?[:©/]\s?(?-i:[A-ZÀ-Þ][\w.'’-]*(?:[ /,|]{1,3}(?:via |by |for )?[A-ZÀ-Þ][\w.'’-]*){0,5})
(?:listen to (?:this )?(?:article|story)|play (?:audio|video)|\d+[- ]min(?:ute)?s?(?: of)? read
    (?:ing)?(?: time)?|reading time:? .{1,20})
das könnte sie (?:auch )?interessieren
lesen sie auch(?::.*)?
mehr (?:zum thema|dazu|lesen)
zum thema
auch interessant
weiterlesen
artikel teilen
teilen
jetzt abonnieren
newsletter(?: abonnieren)?
(?:verwandte|ähnliche) (?:artikel|beiträge|themen)
meistgelesen
(?:à|a) lire (?:aussi|également)(?:\s?:.*)?
lire (?:aussi|la suite|plus)(?:\s?:.*)?
partager(?: (?:cet|l['’]) ?article)?
(?:articles? (?:similaires?|liés?|recommandés?))
vous (?:aimerez|pourriez) aussi(?: aimer)?
cela (?:peut|pourrait) (?:aussi )?vous intéresser
sur le même (?:sujet|thème)
(?:lee|lea|ver|leer) (?:también|más)(?:\s?:.*)?
te (?:puede|podría) interesar
(?:noticias|artículos) relacionad[ao]s
compartir(?: (?:este )?artículo)?
más información
(?:leggi|guarda) anche(?:\s?:.*)?
(?:articoli|notizie) (?:correlat[ie]|simili)
potrebbe(?:ro)? interessarti(?: anche)?
condividi
(?:leia|veja) (?:também|mais)(?:\s?:.*)?
(?:artigos|notícias) relacionad[ao]s
compartilh[ae](?:r)?
(?:czytaj|zobacz|przeczytaj) (?:też|także|również|więcej)(?:\s?:.*)?
(?:powiązane|podobne) (?:artykuły|wpisy)
udostępnij
może (?:cię|ci) (?:zainteresować|się spodobać)
lees (?:ook|meer|verder)(?:\s?:.*)?
gerelateerde (?:artikelen|berichten)
delen
deel dit artikel
läs (?:också|mer|även)(?:\s?:.*)?
dela
relaterade artiklar
читайте (?:также|ещ[её])(?:\s?:.*)?
(?:похожие|связанные) (?:статьи|материалы|новости)
поделиться
вам (?:также )?(?:может|могут) (?:быть интересно|понравиться)
подпис(?:ывайтесь|аться)
читайте також(?:\s?:.*)?
поділитися
(?:相关|相關)(?:阅读|新闻|文章|閱讀|新聞)
関連記事
続きを読む
シェア
관련 ?기사
공유하기
ilgili haberler
paylaş
اقرأ (?:أيضا|أيضًا)(?:\s?:.*)?
مواضيع ذات صلة
(?:subscribe|sign up|register|log ?in|sign in|donate|join)(?: (?:now|today|here|free|for free))?
(?:log|sign) in (?:or \w+ )?to (?:comment|reply|post|continue|read|vote)(?: reading)?
(?:subscribe|sign up)(?: (?:now|here|today))? (?:to|for) (?:our|my|this) (?:\w+ ){0,2}
    (?:newsletter|channel|podcast|mailing list|feed|blog|site)s?
click here
(?:leave|post|write|add|submit) (?:a|your) (?:comment|reply|response)
join the (?:conversation|discussion)
(?:accept|reject|manage|allow)(?: all)? cookies
cookie (?:policy|notice|settings|preferences|consent)
(?:privacy|terms) (?:policy|notice|of use|of service|and conditions|& conditions)
abonnez-vous
suscríb(?:ete|ase)
iscriviti
inscreva-se
zapisz się
"""

# Small print, which is written in whole sentences.
_LEGAL = r"""
comments? are closed
was this (?:article|page) helpful
(?:story|article) continues (?:below|after) .{1,30}
©.{0,150}
(?:\(c\)|copyright)(?: (?:©|\(c\)))? \d{4}\b.{0,150}
copyright ©.{0,150}
all rights reserved
(?:we|(?:this|our) (?:web ?)?sites?)(?: and our partners)? uses? cookies(?: (?:to|and|for|on|or|that|in)\b.{0,300})?
by (?:continuing|using|browsing|clicking) .{0,80}\byou(?: agree| accept| consent)?\b.{0,80}cookies.{0,150}
"""

# Invitations and labels that are followed by anything, and that people write in articles too.
_INVITATIONS = r"""
(?:log|sign) in (?:or \w+ )?to .{1,50}
(?:get|receive) .{0,40}(?:newsletter|in your inbox|to your inbox|our app).{0,40}
(?:enter|type) your e-?mail.{0,60}
click here.{0,60}
download (?:our|the) app.{0,40}
support (?:our|independent) journalism.{0,40}
(?:subscribe|sign up)(?: (?:now|here|today))? (?:to|for) (?:our|the|my|this) .{1,60}
(?:abonnez-vous|suscríb(?:ete|ase)|iscriviti|inscreva-se|zapisz się|подпис(?:ывайтесь|аться)).{0,50}
(?:read|see|watch|learn|find out|discover) more (?:about|on|at|from|in) .{1,60}
(?:read on|more|watch|related|recommended)\s?[:»|>→].*
more from .{1,40}
(?:follow|like|join|find) us (?:on|at) .{1,60}
(?:topics|categor(?:y|ies)|keywords|labels)\s?:.{0,120}
(?:photo|image|picture|foto|credit|source image|illustration)s?(?: (?:credit|source|by
    |courtesy))*\s?[:©/].{1,80}
"""

# What is said of a page, by the reader to the owner or back. The names are those of the cues.
_CUES = {
    "site": r"""
\b(?:your|ur) (?:\w+ ){0,2}SITEs?\b
\b(?:web|site|blog) ?owners?\b
\bbloggers\b
\bfellow bloggers?\b
\b(?:article|post|blog|site) (?:like|such as) yours\b
\b(?:dein|ihr|euer|votre|ton|tu|su|vuestro|tuo|vostro|seu|twój|twoja|wasz|jouw|uw|din)e?[mnrs]?
     (?:\w+ )?OTHERS\b
\b(?:ваш|твой|ваша|вашу) OTHERS
""",
    "praise": r"""
\bGOOD (?:\w+ ){0,2}(?:post|article|blog|web ?log|site|web ?site|read|info|information|write-?up
    |content|job|work|stuff|points?|share|sharing|piece)\b
\bkeep (?:it up|up the|writing|posting|sharing)\b
\bwell[- ]written\b
\b(?:really|truly|so|very) (?:informative|helpful|useful|interesting)\b
\bpretty worth\b
\b(?:loved?|enjoy(?:ed)?|like|appreciate) (?:reading |how )?(?:your|this|it here)\b
\bhelped me\b
\b(?:toller?|super|guter?|klasse|excellent|super|bon|excelente|gran|buen|ótimo|bom|ottimo|bel
    |bellissimo|świetny|ciekawy|fajny|goed|mooi|bra) OTHERS\b
(?:отличн|хорош|интересн|полезн|чудов|цікав)\w+ OTHERS
""",
    "reader": r"""
\bI(?:['’]ve| have| was| am|['’]m)?(?: been)?(?: just)? (?:surfing|browsing|googling|searching
    |stumbled|bookmark\w*|subscrib\w*|came across)\b
\b(?:I|we)(?: will|['’]ll| am going to)? (?:definitely |certainly |surely )?(?:bookmark\w*|visit again)\b
\bsurfing (?:online|the (?:web|net|internet))\b
\b(?:book-?marked|rss feed|my first (?:visit|comment)|first time (?:here|visit\w*)|never (?:found
    |seen|read) any)\b
\b(?:look|looking) forward to (?:reading|your|more|seeing your)\b
\bin my (?:opinion|view),? if\b
\b(?:thanks|thank you|thx|cheers) for (?:sharing|posting|writing)\b
\b(?:thanks|thank you|thx|cheers) for (?:your|the|this|that|such) (?:\w+ ){0,2}(?:SITE|info\w*|tips?)\b
\bmerci (?:pour|de) (?:votre|ton|cet?|partager)\b
\bgracias por (?:tu|su|este|compartir)\b
спасибо за (?:стать|пост|информац|ваш)
""",
    "owner": r"""
\b(?:I|we)(?: will|['’]ll| am going to)? (?:definitely |certainly |surely )?(?:be back|come back|return
    |be (?:sure|certain) to)\b
\b(?:this|the) (?:blog|web ?log|web ?site|web ?page|post|site) (?:is|was|has|really|offers|provides
    |gave|helped)\b
\b(?:thanks|thank you) for (?:reading|visiting|stopping by|dropping by|commenting)\b
\b(?:look|looking) forward to (?:serving|hearing|seeing you)\b
\b(?:glad|happy|pleased|delighted) (?:that )?you (?:like|liked|enjoy|enjoyed|found)\b
\bkind words\b
\bpositive (?:review|feedback|comment)\b
""",
    "thanks": r"""
\b(?:thanks|thank you|thx|many thanks|cheers|kudos|vielen dank|danke|merci|gracias|grazie
    |obrigad[oa]|dziękuj[ęe]\w*|bedankt|tack|teşekkür\w*)\b
спасибо
благодар\w+
дякую
谢谢
ありがとう
""",
    "promotion": r"""
\bhttps?://\S+\s*$
\b(?:visit|check out|see|click|look at|feel free to \w+) (?:to )?my (?:\w+ )?(?:site|blog|page
    |web ?site|homepage|profile|channel)\b
\bmy (?:blog|web ?site|homepage|web ?page|site)\b
\b(?:casino|viagra|cialis|payday loans?|backlinks?|seo services?|essay writing service
    |forex signals|cheap \w+ online|make money online)\b
""",
    "greeting": r"""
^(?:hi|hello|hey|howdy|greetings|what['’]?s up|wow|hallo|bonjour|hola|ciao|cześć|привет
    |здравствуйте)\b[ ,!]
""",
}


def _pattern(lines: str) -> str:
    joined = lines.strip("\n").replace("\n    ", "")
    for name, part in _PARTS.items():
        joined = joined.replace(name, part)
    return "|".join(f"(?:{line})" for line in joined.split("\n"))


def _whole_line(lines: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{_pattern(lines)})[\s.!?:…»›>→↓|]*", re.IGNORECASE)


LABELS = _whole_line(_LABELS)
LEGAL = _whole_line(_LEGAL)
INVITATIONS = _whole_line(_INVITATIONS)
CUES = tuple((name, re.compile(_pattern(lines), re.IGNORECASE)) for name, lines in _CUES.items())
