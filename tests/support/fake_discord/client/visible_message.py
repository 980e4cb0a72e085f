"""A message as a person sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.support.fake_discord.limits.components import BUTTON, LINK, SELECTS, TEXT, walk
from tests.support.fake_discord.state.world import Message, MessageFlag, User, Version, World


@dataclass(frozen=True)
class Button:
    """A button under a message."""

    label: str
    custom_id: str | None
    disabled: bool
    url: str | None
    style: int


class VisibleMessage:
    """A message in the eyes of one person. It follows the message: an edit is seen at once."""

    def __init__(self, message: Message, viewer: User, world: World) -> None:
        self.message = message
        self.viewer = viewer
        self._world = world

    def __repr__(self) -> str:
        return f"<VisibleMessage of {self.message.id} by {self.viewer.name}: {self.text[:80]!r}>"

    @property
    def id(self) -> int:
        """Of the message."""
        return self.message.id

    @property
    def content(self) -> str:
        """The text, as sent."""
        return self.message.content

    @property
    def embeds(self) -> list[dict[str, Any]]:
        """The embeds that are shown. Of several with one address the client shows the first alone."""
        if self.message.flags & MessageFlag.SUPPRESS_EMBEDS:
            return []
        shown: dict[object, dict[str, Any]] = {}
        for embed in self.message.embeds:
            shown.setdefault(embed.get("url") or object(), embed)
        return list(shown.values())

    @property
    def buttons(self) -> list[Button]:
        """In order."""
        return [
            Button(
                each.get("label") or "",
                each.get("custom_id"),
                bool(each.get("disabled")),
                each.get("url"),
                each.get("style", 0),
            )
            for _, each in walk(self.message.components)
            if each.get("type") == BUTTON
        ]

    @property
    def selects(self) -> list[dict[str, Any]]:
        """Menus, as sent."""
        return [each for _, each in walk(self.message.components) if each.get("type") in SELECTS]

    @property
    def files(self) -> dict[str, bytes]:
        """Attached files by name."""
        return {each.filename: each.content for each in self.message.attachments}

    @property
    def ephemeral(self) -> bool:
        """Tell whether "only you can see this" stands under it."""
        return self.message.only_for is not None

    @property
    def thinking(self) -> bool:
        """Tell whether it is still loading."""
        return self.message.loading

    @property
    def deleted(self) -> bool:
        """Tell whether it was deleted."""
        return self.message.deleted

    @property
    def edited(self) -> bool:
        """Tell whether "(edited)" stands behind it."""
        return self.message.edited is not None

    @property
    def history(self) -> list[Version]:
        """All its versions, the first one first."""
        return self.message.versions

    @property
    def reply_to(self) -> int | None:
        """The id of the message that it hangs under."""
        return int(self.message.reference["message_id"]) if self.message.reference else None

    @property
    def text(self) -> str:
        """All that can be read, from top to bottom, in Discord's Markdown as it was sent."""
        parts: list[str | None] = ["…is thinking…"] if self.thinking else []
        parts.append(self.content)
        for embed in self.embeds:
            parts += [embed.get("author", {}).get("name"), embed.get("title"), embed.get("description")]
            for field in embed.get("fields") or []:
                parts += [field["name"], field["value"]]
            parts.append(embed.get("footer", {}).get("text"))
        parts += [each["content"] for _, each in walk(self.message.components) if each.get("type") == TEXT]
        return "\n".join(part for part in parts if part)

    def button(self, label: str) -> Button:
        """The one button with this label. Raises LookupError."""
        found = [each for each in self.buttons if each.label == label]
        if len(found) != 1:
            raise LookupError(f"{len(found)} buttons say {label!r}; there are {[each.label for each in self.buttons]}")
        return found[0]

    async def changed(self, timeout: float = 10.0) -> VisibleMessage:
        """Itself, once it was edited again."""
        seen = len(self.history)
        await self._world.happenings.until(lambda: len(self.history) > seen, timeout, f"a change of {self!r}")
        return self

    async def gone(self, timeout: float = 10.0) -> None:
        """Until it is deleted."""
        await self._world.happenings.until(lambda: self.deleted, timeout, f"the end of {self!r}")

    def printed(self) -> str:
        """Everything about it, for a terminal."""
        lines = [f"[{'only you see this' if self.ephemeral else 'everyone sees this'}]", self.text]
        lines += [f"<{name}: {len(content)} bytes>" for name, content in self.files.items()]
        buttons = [f"[ {each.label} ]" + (f"({each.url})" if each.style == LINK else "") for each in self.buttons]
        return "\n".join([*lines, " ".join(buttons)]).rstrip()
