"""Text with annotations, written with short tags, so that a test can say what a parser would find."""

from __future__ import annotations

import re

from retrieval.core.display import Annotation, AnnotationKind

_KINDS = {
    "b": AnnotationKind.BOLD,
    "i": AnnotationKind.ITALIC,
    "c": AnnotationKind.CODE,
    "s": AnnotationKind.STRIKE,
    "a": AnnotationKind.LINK,
    "pre": AnnotationKind.CODE_BLOCK,
    "li": AnnotationKind.BULLET,
    "ol": AnnotationKind.NUMBER,
    "todo": AnnotationKind.TASK,
    "done": AnnotationKind.DONE,
    "table": AnnotationKind.TABLE,
    "td": AnnotationKind.CELL,
    "quote": AnnotationKind.QUOTE,
    "-": AnnotationKind.HIDDEN,
    "as": AnnotationKind.REPLACED,
}
_TAG = re.compile(r"⟨(/?)([a-z-]+)(?:=([^⟩]*))?⟩")


def annotated(source: str) -> tuple[str, tuple[Annotation, ...]]:
    """The text of ``source`` and the annotations that its tags stand for.

    Example:
        >>> annotated("a ⟨-⟩**⟨/-⟩⟨b⟩rule⟨/b⟩⟨-⟩**⟨/-⟩")[0]
        'a **rule**'
    """
    text, at = "", 0
    found: list[Annotation] = []
    open_tags: list[tuple[int, str, str]] = []
    for tag in _TAG.finditer(source):
        text += source[at : tag.start()]
        at = tag.end()
        if not tag[1]:
            open_tags.append((len(text), tag[2], tag[3] or ""))
            continue
        start, name, value = open_tags.pop()
        assert name == tag[2], f"{tag[0]} closes {name}"
        found.append(Annotation(start, len(text), _KINDS[name], value))
    assert not open_tags
    return text + source[at:], tuple(sorted(found, key=lambda each: (each.start, -each.end)))


#: A passage with every construct of Markdown, as the parser annotates it.
EVERYTHING = (
    "Use ⟨-⟩**⟨/-⟩⟨b⟩bold⟨/b⟩⟨-⟩**⟨/-⟩, ⟨-⟩*⟨/-⟩⟨i⟩italic⟨/i⟩⟨-⟩*⟨/-⟩, ⟨-⟩~~⟨/-⟩⟨s⟩gone⟨/s⟩⟨-⟩~~⟨/-⟩, "
    "⟨-⟩`⟨/-⟩⟨c⟩a_code**⟨/c⟩⟨-⟩`⟨/-⟩, "
    "⟨-⟩[⟨/-⟩⟨a=https://docs.example/a_b⟩the docs⟨/a⟩⟨-⟩](https://docs.example/a_b)⟨/-⟩ and "
    "⟨-⟩[⟨/-⟩⟨a=../other.md⟩the other⟨/a⟩⟨-⟩](../other.md)⟨/-⟩ ⟨as=&⟩&amp;⟨/as⟩ so on.\n\n"
    "⟨-⟩::: tip⟨/-⟩\n\n"
    "⟨li=0⟩⟨-⟩- ⟨/-⟩First point\n⟨/li⟩"
    "⟨li=1⟩⟨-⟩  - ⟨/-⟩Nested ⟨-⟩**⟨/-⟩⟨b⟩point⟨/b⟩⟨-⟩**⟨/-⟩\n⟨/li⟩"
    "⟨ol=0⟩1. Then this\n⟨/ol⟩"
    "⟨todo=0⟩⟨-⟩- [ ] ⟨/-⟩To do\n⟨/todo⟩⟨done=0⟩⟨-⟩- [x] ⟨/-⟩Done⟨/done⟩\n\n"
    "⟨-⟩:::⟨/-⟩\n\n"
    '⟨-⟩```python hl_lines="1"\n⟨/-⟩⟨pre=python⟩def go(*, x):\n    return x\n⟨/pre⟩⟨-⟩```⟨/-⟩\n\n'
    "⟨quote⟩⟨-⟩> ⟨/-⟩Said in a quotation.⟨/quote⟩\n\n"
    "⟨table⟩⟨-⟩| ⟨/-⟩⟨td=header⟩Name⟨/td⟩⟨-⟩ | ⟨/-⟩⟨td=header⟩Days⟨/td⟩⟨-⟩ |⟨/-⟩\n"
    "⟨-⟩|---|---:|\n⟨/-⟩"
    "⟨-⟩| ⟨/-⟩⟨td⟩⟨-⟩`⟨/-⟩⟨c⟩leave⟨/c⟩⟨-⟩`⟨/-⟩⟨/td⟩⟨-⟩ | ⟨/-⟩⟨td⟩30⟨/td⟩⟨-⟩ |⟨/-⟩⟨/table⟩\n\n"
    "The end⟨-⟩{: .note }⟨/-⟩."
)
