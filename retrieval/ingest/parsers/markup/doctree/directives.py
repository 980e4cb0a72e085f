"""Directives of reStructuredText: those of docutils that are safe, and neutral ones for any other name."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import Directive, directives
from docutils.parsers.rst.directives.tables import CSVTable, ListTable
from docutils.statemachine import StringList

ADMONITIONS = {
    name: name.capitalize()
    for name in "attention caution danger error hint important note tip warning".split()
} | {"seealso": "See also"}  # fmt: skip
_CHANGES = {
    "versionadded": "Added in version", "versionchanged": "Changed in version",
    "deprecated": "Deprecated since version", "versionremoved": "Removed in version",
    "deprecated-removed": "Deprecated since version",
    "version-added": "Added in version", "version-changed": "Changed in version",
    "version-deprecated": "Deprecated since version", "version-removed": "Removed in version",
}  # fmt: skip
_SIGNATURE = re.compile(r"[(.A-Z]")
_OWN = frozenset(
    "line-block parsed-literal epigraph highlights pull-quote compound container unicode replace title".split()
)
_CODE = frozenset(
    "code code-block code-cell code-tab console doctest ipython literalinclude math productionlist prompt "
    "sourcecode terminal testcode testoutput".split()
)
#: Directives whose inside is no text of the document.
_NO_TEXT = frozenset(
    "acks-hidden autoattribute autoclass autodata autodecorator autoenum autoexception autofunction automethod "
    "automodule autoproperty autosummary bibliography blockdiag contents currentmodule date default-domain "
    "default-role digraph doctree footer graph graphviz header highlight highlightlang image include index inheritance-"
    "diagram linkcheck mermaid meta module moduleauthor plantuml plot program py:currentmodule py:module raw role "
    "sectionauthor codeauthor sectnum tabularcolumns target-notes testcleanup testsetup tocdepth toctree todo todolist "
    "uml video youtube".split()
)
#: Directives whose argument is no text, but their inside is.
_UNTITLED = frozenset(
    {"card-carousel", "cssclass", "figure", "grid-item", "ifconfig", "only", "rst-class", "table-row"}
)
#: Directives whose argument is a signature; without an inside they describe what follows.
_OBJECTS = frozenset(
    "attribute class cmdoption confval console-option data decorator describe directive django-admin "
    "django-admin-option envvar enum enumerator event exception field function macro member method object opcode "
    "option property role setting staticmethod classmethod struct templatefilter templatetag type union "
    "var concept".split()
)


class _AnyOptions(dict[str, Any]):
    """Options of any name, their values as they are."""

    def __bool__(self) -> bool:
        return True

    def __missing__(self, name: str) -> Callable[[str | None], Any]:
        return _as_it_is


def _as_it_is(value: str | None) -> str:
    return value or ""


class _Nothing(Directive):
    """A directive without text."""

    optional_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec: ClassVar[Any] = _AnyOptions()

    def run(self) -> list[nodes.Node]:
        return []


class _Code(_Nothing):
    """A block of code; the argument names its language."""

    def run(self) -> list[nodes.Node]:
        text = "\n".join(self.content)
        argument = self.arguments[0] if self.arguments else ""
        if self.name in {"math", "productionlist"}:
            text, argument = "\n".join(filter(str.strip, (argument, text))), ""
        if not text.strip():
            return []
        block = nodes.literal_block(text, text)
        words = argument.split()
        block["classes"] = ["code", *words[:1]] if len(words) == 1 else ["code"]
        return [block]


class _Nested(_Nothing):
    """A directive whose inside is part of the text; an argument of words is its title."""

    def run(self) -> list[nodes.Node]:
        return [*self.titled(), *self.nested()]

    def titled(self) -> list[nodes.Node]:
        argument = self.arguments[0] if self.arguments else ""
        if not self.content or not any(map(str.isalpha, argument)):
            return []
        title = nodes.paragraph(argument, "")
        title += nodes.strong(argument, "", *self.inline(argument))
        return [title]

    def inline(self, text: str) -> list[nodes.Node]:
        found, _ = self.state.inline_text(" ".join(text.split()), self.lineno)
        return list(found)

    def nested(self) -> list[nodes.Node]:
        around = nodes.container()
        self.state.nested_parse(self.content, self.content_offset, around, match_titles=False)
        return list(around.children)


class _Argument(_Nested):
    """A directive whose argument is text as well: ``figure`` has a path there, ``centered`` words."""

    def titled(self) -> list[nodes.Node]:
        if self.name in _UNTITLED or not self.arguments:
            return []
        return [nodes.paragraph("", "", *self.inline(self.arguments[0]))]


class _Box(_Nested):
    """A note: a title, given or by its kind, and its inside."""

    optional_arguments = 0

    def run(self) -> list[nodes.Node]:
        title = [nodes.Text(ADMONITIONS.get(self.name, ""))]
        box = nodes.admonition("", nodes.title("", "", *title), *self.nested())
        return [box] if len(box) > 1 else []


class _TitledBox(_Box):
    """``admonition``: its argument is its title."""

    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        title = self.inline(self.arguments[0] if self.arguments else "")
        return [nodes.admonition("", nodes.title("", "", *title), *self.nested())]


class _Change(_Nested):
    """A change of a version: the number, and what has changed."""

    required_arguments = 1
    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        words = f"{_CHANGES[self.name]} {self.arguments[0]}"
        text = self.arguments[1] if len(self.arguments) > 1 else ""
        if self.name == "deprecated-removed":
            removed, _, text = text.partition(" ")
            words += f", removed in version {removed}"
        more = self.inline(text)
        nested = self.nested()
        lead = nodes.emphasis("", f"{words}:" if more or nested else f"{words}.")
        first = nested.pop(0) if not more and nested and isinstance(nested[0], nodes.paragraph) else None
        words_of_first = list(first.children) if first is not None else []
        return [nodes.paragraph("", "", lead, nodes.Text(" "), *more, *words_of_first), *nested]


class _Object(_Nested):
    """The description of a function, a class or an option: its signatures, and its inside."""

    def run(self) -> list[nodes.Node]:
        signatures = self.arguments[0].split("\n") if self.arguments else []
        if self.name == "class" and not _SIGNATURE.search(signatures[0] if signatures else ""):
            return self.nested()  # a class of styles, not of a program
        item = nodes.definition_list_item()
        for signature in filter(None, map(str.strip, signatures)):
            item += nodes.term("", "", nodes.literal("", signature.replace("\\", "")))
        if not len(item):
            return self.nested()
        item += nodes.definition("", *self.nested())
        return [nodes.definition_list("", item)]


class _Glossary(_Nested):
    """A glossary: a definition list in which several terms may share a definition."""

    def run(self) -> list[nodes.Node]:
        joined = StringList()
        for number, line in enumerate(self.content):
            above = joined[-1] if len(joined) else ""
            if line.strip() and above.strip() and not line[0].isspace() and not above[0].isspace():
                joined[-1] = f"{above}, {line}"
            else:
                joined.append(line, self.content.source(number), self.content.offset(number))
        self.content = joined
        return self.nested()


class _ListTable(ListTable):
    option_spec: ClassVar[Any] = _AnyOptions(ListTable.option_spec or {})


class _CSVTable(CSVTable):
    option_spec: ClassVar[Any] = _AnyOptions(CSVTable.option_spec or {})

    def run(self) -> Sequence[nodes.table | nodes.system_message]:
        return super().run() if self.content else []  # without, its rows are in another file


def directive_for(name: str, language_module: Any, document: Any) -> tuple[type[Directive], list[Any]]:
    """What ``directives.directive`` of docutils answers, with a neutral directive for a name that is not its own."""
    name = name.lower()
    if name in _OWN:
        found, _ = directives_of_docutils(name, language_module, document)
        if found is not None:
            return found, []
    return _neutral(name), []


#: The function that ``directive_for`` stands in for while a document is parsed.
directives_of_docutils = directives.directive


_BY_NAME: dict[str, type[Directive]] = {
    **dict.fromkeys(_NO_TEXT, _Nothing),
    **dict.fromkeys(ADMONITIONS, _Box),
    **dict.fromkeys(("admonition", "topic", "sidebar"), _TitledBox),
    **dict.fromkeys(_CHANGES, _Change),
    **dict.fromkeys(_CODE, _Code),
    **dict.fromkeys((*_UNTITLED, "centered", "rubric"), _Argument),
    "list-table": _ListTable,
    "csv-table": _CSVTable,
    "glossary": _Glossary,
}


def _neutral(name: str) -> type[Directive]:
    return _BY_NAME.get(name) or (_Object if name.rpartition(":")[2] in _OBJECTS else _Nested)
