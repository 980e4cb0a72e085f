"""A transcript of a test: every action and every message, in order."""

from __future__ import annotations

from typing import Any

from tests.support.fake_discord import Channel, DiscordDouble, VisibleMessage
from tests.support.fake_discord.state.interactions import Interaction, Kind


def transcript(discord: DiscordDouble) -> str:
    """Return everything that people did and saw, as text."""
    events = [(each.id, _done(each, discord)) for each in discord.interactions.all.values()]
    for channel in discord.world.channels.values():
        for message in channel.messages.values():
            viewer = message.only_for or message.author
            seen = VisibleMessage(message, viewer, discord.world)
            if not seen.text and not seen.buttons and not seen.files:
                continue  # Discord's own line at the head of a thread
            if message.author is not discord.bot:
                events.append((message.id, f"{viewer.name} writes in {_name(channel)}: {message.content}"))
                continue
            audience = f"{message.only_for.name} alone sees" if message.only_for else "all see"
            hangs = f", under {message.referenced.author.name}'s message" if message.referenced else ""
            events.append((message.id, f"{audience} in {_name(channel)}{hangs}:\n{_body(seen)}"))
    return "\n\n".join(text for _, text in sorted(events)) + "\n"


def _body(seen: VisibleMessage) -> str:
    """The message as it came, every later page of it, and its buttons as they are in the end."""
    whole = seen.printed().split("\n", 1)[1]
    pages = [version for version in seen.history if not version.loading]
    earlier = [
        "\n".join(
            [version.content, *(f"{each.get('title', '')}\n{each.get('description')}" for each in version.embeds)]
        )
        for version in pages[:-1]
    ]
    texts = [*(text.strip() for text in earlier), whole]
    return "\n    ~~~ and after a press:\n".join(
        "\n".join(f"    {line}" for line in text.split("\n")) for text in texts
    )


def _name(channel: Channel) -> str:
    if channel.guild is None:
        return f"the direct messages of {channel.recipient.name if channel.recipient else 'an unknown user'}"
    return f"#{channel.name} of {channel.guild.name}"


def _done(one: Interaction, discord: DiscordDouble) -> str:
    who, where = one.user.name, _name(one.channel)
    if one.kind is Kind.COMPONENT and one.message is not None:
        pressed = one.data["custom_id"]
        # A pager's message changes under the press, so that its buttons' ids end with another page by now.
        buttons = VisibleMessage(one.message, one.user, discord.world).buttons
        kind = pressed.rpartition(":")[0]
        label = next((each.label for each in buttons if str(each.custom_id).rpartition(":")[0] == kind), pressed)
        return f"{who} presses [ {label} ] in {where}"
    if one.kind is Kind.AUTOCOMPLETE:
        offered = "\n".join(f"    {choice['name']}" for choice in one.choices) or "    (nothing)"
        return f"{who} types {_options(one.data)} into /{one.data['name']} and is offered:\n{offered}"
    sign = "/" if one.data.get("type") == 1 else "the message command "
    return f"{who} uses {sign}{one.data['name']} {_options(one.data)} in {where}".replace("  ", " ")


def _options(data: dict[str, Any]) -> str:
    options = data.get("options") or []
    return " ".join(
        f"{option['name']}:{option['value']}" if "value" in option else f"{option['name']} {_options(option)}"
        for option in options
    ).strip()
