"""Roles of reStructuredText: those of docutils, and neutral ones for any other name, such as Sphinx's."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from docutils import nodes, utils
from docutils.parsers.rst import roles

RoleFunction = Callable[..., tuple[Sequence[nodes.Node], Sequence[nodes.Node]]]

_OWN = frozenset({
    "emphasis", "strong", "literal", "subscript", "sub", "superscript", "sup", "title-reference", "title", "t",
    "pep-reference", "pep", "rfc-reference", "rfc",
})  # fmt: skip
_CODE = frozenset(
    "any attr attribute class code command confval const data dir djadmin envvar exc file func function kbd lookup "
    "macro makevar math member meth mod module obj option program property raw regexp samp setting struct "
    "templatefilter templatetag tfilter token ttag type var".split()
)
_BOLD = frozenset({"guilabel", "menuselection", "dfn"})
_SHORTENED = frozenset("attr class const data exc func meth mod obj property type".split())
_TITLED = re.compile(r"(?s)(.+?)\s*(?<!\\)<([^<>]*)>")


def role_for(name: str, language_module: Any, lineno: int, reporter: Any) -> tuple[RoleFunction, list[Any]]:
    """What ``docutils.parsers.rst.roles.role`` answers, with a neutral role for a name that is not docutils' own."""
    if not name or name.lower() in _OWN:
        found: RoleFunction | None
        found, _ = roles_of_docutils(name, language_module, lineno, reporter)
        if found is not None:
            return found, []
    return _neutral, []


#: The function that ``role_for`` stands in for while a document is parsed.
roles_of_docutils = roles.role


def _neutral(
    name: str,
    rawtext: str,
    text: str,
    _lineno: int,
    _inliner: Any,
    _options: Mapping[str, Any] | None = None,
    _content: Sequence[str] | None = None,
) -> tuple[list[nodes.Node], list[nodes.system_message]]:
    """A role's text as Sphinx would show it, without its target."""
    kind = name.lower().rpartition(":")[2]
    words = text.replace("\x00\\", "\x00")  # docutils marks an escaped character so
    titled = _TITLED.fullmatch(words) if kind not in {"samp", "math", "code", "kbd", "raw"} else None
    shown = utils.unescape(titled[1] if titled else words)
    if not titled and kind in _SHORTENED:
        shown = _shortened(shown)
    if kind == "samp":
        shown = shown.replace("{", "").replace("}", "")
    elif kind == "menuselection":
        shown = shown.replace("-->", "\N{TRIANGULAR BULLET}")
    if kind in {"guilabel", "menuselection"}:
        shown = re.sub("&(?=[^& ])", "", shown)
    if kind in _CODE:
        return [nodes.literal(rawtext, shown)], []
    if kind in _BOLD:
        return [nodes.strong(rawtext, shown)], []
    node = nodes.inline(rawtext, shown)
    if kind in {"ref", "numref"} and not titled:
        node["label"] = nodes.fully_normalize_name(shown)
    return [node], []


def _shortened(name: str) -> str:
    """``~package.module.Class`` is shown as ``Class``; a leading ``!`` or ``.`` is a mark."""
    if name.startswith("~"):
        return name.rpartition(".")[2].lstrip("~")
    return name.lstrip("!.") or name
