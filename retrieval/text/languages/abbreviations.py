"""Abbreviations of European languages without their last full stop, and words that can open the next sentence."""

from __future__ import annotations

#: Never end a sentence: titles before a name, and abbreviations before more words.
TITLES = frozenset(
    """
    mr mrs ms dr prof messrs st gen col lt sgt capt cmdr adm maj rep reps sen sens gov hon rev pres amb
    supt insp det mt ft mme mlle mm hr fr dipl ing phd msgr sra srta dña sig dott avv onorev ks inż mgr
    doc mudr ул им акад проф vs cf e.g i.e eg ie viz approx ca vgl bzw z.b u.a d.h sog evtl ggf inkl
    zzgl gem geb p.ex np tzw tj m.in bijv t.e т.е напр
    """.split()
)
#: End no sentence where a number follows.
BEFORE_NUMBER = frozenset(
    """
    no nos nr num art arts abs p pp vol vols fig figs sec ch bd s str par para st § jan feb mar apr jun
    jul aug sep sept oct nov dec tel ext op v vers л стр ст п г ul al pl
    """.split()
)
#: End a sentence where a word of ``SENTENCE_STARTERS`` follows, as single capitals and U.S. do.
MAY_END_SENTENCE = frozenset(
    """
    u.s u.k u.n e.u u.s.a u.a.e d.c l.a n.y inc ltd co corp bros jr sr etc a.m p.m am pm al usw jan feb
    mar apr jun jul aug sept sep oct nov dec dept est gmbh mio mrd tys mln mld zł ph.d b.c a.d m.d млн
    млрд тыс руб гг
    """.split()
)
#: Words that, with a capital, begin a sentence rather than continue a name.
SENTENCE_STARTERS = frozenset(
    """
    the a an he she it they we you i his her its their our this that these those there but and in on at
    for from as after before when while if however meanwhile although with by to not now then so since
    both all no one what who how why where my more most many some several according officials der die
    das er sie es wir ich und aber im am le la les il elle ils nous je un une mais el los las ella ellos
    pero lo gli ma o os
    """.split()
)
