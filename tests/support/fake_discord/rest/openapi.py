"""Each request body held against Discord's own OpenAPI document, where that document is at hand."""

from __future__ import annotations

import json
import os
import re
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from jsonschema.exceptions import best_match  # type: ignore[import-untyped]
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

_BESIDE_THE_PROJECT = Path(__file__).parents[4].parent / "shared" / "discord" / "openapi.json"
_URI = "urn:discord"
_METHODS = ("get", "post", "put", "patch", "delete")


class OpenApi:
    """Says what is wrong with a body. Without the document everything is right, and `skipped` says why."""

    def __init__(self, document: dict[str, Any] | None, skipped: str | None = None) -> None:
        self.skipped = skipped
        self._validators: dict[str, Any] = {}
        self._document = document or {"paths": {}}
        # Discord takes a number where its document says that an id is a string of digits, and discord.py sends numbers.
        schemas = self._document.get("components", {}).get("schemas", {})
        if "SnowflakeType" in schemas:
            schemas["SnowflakeType"]["type"] = ["string", "integer"]
        resource = Resource.from_contents(self._document, default_specification=DRAFT202012)
        self._registry: Any = Registry().with_resource(_URI, resource)
        self._bodies = {
            (method.upper(), _shape(path)): (path, method)
            for path, item in self._document["paths"].items()
            for method in _METHODS
            if "application/json" in item.get(method, {}).get("requestBody", {}).get("content", {})
        }
        self._routes = {
            (method.upper(), _shape(path))
            for path, item in self._document["paths"].items()
            for method in _METHODS
            if method in item
        }

    @classmethod
    def at_hand(cls) -> OpenApi:
        """From DISCORD_OPENAPI, or from beside the project."""
        named = os.environ.get("DISCORD_OPENAPI")
        path = Path(named) if named else _BESIDE_THE_PROJECT
        if not path.is_file():
            return cls(None, f"request bodies are not checked against Discord's OpenAPI document: no file {path}")
        return _load(path)

    def knows(self, method: str, route: str) -> bool:
        """Tell whether Discord has such a route."""
        return (method, _shape(route)) in self._routes

    def problem(self, method: str, route: str, body: Any) -> str | None:
        """Return the first violation of the document by this body, in one line; None if it is valid."""
        found = self._bodies.get((method, _shape(route)))
        if found is None:
            return None
        error = best_match(self._validator(*found, body).iter_errors(body))
        if error is None:
            return None
        where = "/".join(str(step) for step in error.absolute_path)
        return f"{method} {route}: {where or 'body'}: {error.message[:300]}"

    def _validator(self, path: str, method: str, body: Any) -> Any:
        content = self._document["paths"][path][method]["requestBody"]["content"]
        schema = content["application/json"]["schema"]
        pointer = "/".join(_escape(step) for step in ("paths", path, method, "requestBody", "content"))
        reference = f"{_URI}#/{pointer}/{_escape('application/json')}/schema"
        # Interaction callbacks are a union discriminated by `type`; naming the branch is quicker, its errors clearer.
        kind = body.get("type") if isinstance(body, dict) else None
        for branch in schema.get("anyOf", ()) if kind is not None else ():
            name = branch["$ref"].rpartition("/")[2]
            named = self._document["components"]["schemas"][name].get("properties", {}).get("type", {})
            if kind in named.get("enum", ()):
                reference = f"{_URI}{branch['$ref']}"
        if reference not in self._validators:
            self._validators[reference] = Draft202012Validator({"$ref": reference}, registry=self._registry)
        return self._validators[reference]


@cache
def _load(path: Path) -> OpenApi:
    return OpenApi(json.loads(path.read_text(encoding="utf-8")))


def _shape(path: str) -> str:
    """A route without the names of its parameters."""
    return re.sub(r"\{[^}]*\}", "{}", path)


def _escape(step: str) -> str:
    """A step of a JSON pointer within a URI fragment."""
    return step.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D")
