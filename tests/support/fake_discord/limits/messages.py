"""The limits of a message: its text, embeds and files. Components have their own."""

from __future__ import annotations

from typing import Any

from tests.support.fake_discord.limits.checks import Path, Problems
from tests.support.fake_discord.limits.components import check_components
from tests.support.fake_discord.rest.errors import invalid_form
from tests.support.fake_discord.state.world import MessageFlag

EMBED_TOTAL = 6000
ATTACHMENT_SIZE = 10 * 1024 * 1024


def check_message(body: dict[str, Any], at: Path = (), *, v2: bool = False) -> None:
    """Refuse a message, or an edit of one, that Discord would refuse. Raises ApiError 50035."""
    problems = Problems()
    v2 = v2 or bool((body.get("flags") or 0) & MessageFlag.COMPONENTS_V2)
    problems.text((*at, "content"), body.get("content"), 2000)
    embeds = body.get("embeds") or []
    problems.number_of((*at, "embeds"), embeds, 10)
    total = sum(_embed((*at, "embeds", index), embed, problems) for index, embed in enumerate(embeds))
    if total > EMBED_TOTAL:
        problems.at((*at, "embeds"), "MAX_EMBED_SIZE_EXCEEDED", f"Embed size exceeds maximum size of {EMBED_TOTAL}")
    problems.number_of((*at, "attachments"), body.get("attachments") or [], 10)
    if v2:
        _refuse_beside_v2(body, at, problems)
    check_components(body.get("components") or [], (*at, "components"), problems, v2=v2)
    _allowed_mentions(body.get("allowed_mentions"), (*at, "allowed_mentions"), problems)
    if body.get("nonce") is not None:
        problems.text((*at, "nonce"), str(body["nonce"]), 25)
    if problems:
        raise invalid_form(problems)


def trim(body: dict[str, Any]) -> dict[str, Any]:
    """The message as Discord keeps it: white space at either end of any text of it is dropped."""
    kept = dict(body)
    if isinstance(kept.get("content"), str):
        kept["content"] = kept["content"].strip()
    if kept.get("embeds"):
        kept["embeds"] = [_trim_embed(embed) for embed in kept["embeds"]]
    return kept


def _trim_embed(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _trim_embed(each, name) for name, each in value.items()}
    if isinstance(value, list):
        return [_trim_embed(each) for each in value]
    return (
        value.strip() if isinstance(value, str) and key in {"title", "description", "name", "value", "text"} else value
    )


def _embed(path: Path, embed: dict[str, Any], problems: Problems) -> int:
    """Count the characters that an embed adds to the total of the message."""
    embed = _trim_embed(embed)
    size = problems.text((*path, "title"), embed.get("title"), 256)
    size += problems.text((*path, "description"), embed.get("description"), 4096)
    problems.url((*path, "url"), embed.get("url"))
    if (footer := embed.get("footer")) is not None:
        size += problems.text((*path, "footer", "text"), footer.get("text"), 2048, 1)
        problems.url((*path, "footer", "icon_url"), footer.get("icon_url"), ("http", "https", "attachment"))
    if (author := embed.get("author")) is not None:
        size += problems.text((*path, "author", "name"), author.get("name"), 256, 1)
        problems.url((*path, "author", "url"), author.get("url"))
    for picture in ("image", "thumbnail"):
        if embed.get(picture) is not None:
            problems.url((*path, picture, "url"), embed[picture].get("url"), ("http", "https", "attachment"))
    fields = embed.get("fields") or []
    problems.number_of((*path, "fields"), fields, 25)
    for index, field in enumerate(fields):
        size += problems.text((*path, "fields", index, "name"), field.get("name"), 256, 1)
        size += problems.text((*path, "fields", index, "value"), field.get("value"), 1024, 1)
    color = embed.get("color")
    if color is not None and not 0 <= color <= 0xFFFFFF:
        problems.at((*path, "color"), "NUMBER_TYPE_MAX", "int value should be less than or equal to 16777215.")
    if not any(
        embed.get(part) for part in ("title", "description", "footer", "author", "fields", "image", "thumbnail")
    ):
        problems.required((*path, "description"))
    return size


def _refuse_beside_v2(body: dict[str, Any], at: Path, problems: Problems) -> None:
    for part in ("content", "embeds"):
        if body.get(part):
            message = f"The '{part}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
            problems.at((*at, part), "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", message)


def _allowed_mentions(allowed: dict[str, Any] | None, path: Path, problems: Problems) -> None:
    if allowed is None:
        return
    parse = allowed.get("parse") or []
    for index, kind in enumerate(parse):
        problems.choice((*path, "parse", index), kind, ("roles", "users", "everyone"))
    for kind in ("users", "roles"):
        listed = allowed.get(kind) or []
        problems.number_of((*path, kind), listed, 100)
        if listed and kind in parse:
            message = f"parse:[{kind!r}] and {kind}: [ids...] are mutually exclusive."
            problems.at((*path,), "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", message)
