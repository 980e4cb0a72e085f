"""State as the JSON that Discord sends."""

from __future__ import annotations

from typing import Any

from tests.support.fake_discord.clock import iso, moment
from tests.support.fake_discord.state.world import (
    Attachment,
    Channel,
    ChannelType,
    Guild,
    Member,
    Message,
    Role,
    User,
    World,
)

JsonObject = dict[str, Any]
INTERACTIVE = {2, 3, 5, 6, 7, 8}  # buttons and selects


def user(who: User) -> JsonObject:
    """An account."""
    return {
        "id": str(who.id),
        "username": who.name.lower().replace(" ", "_"),
        "discriminator": "4711" if who.bot else "0",
        "global_name": None if who.bot else who.name,
        "avatar": None,
        "bot": who.bot,
        "public_flags": 0,
    }


def member(who: Member, *, with_user: bool = True) -> JsonObject:
    """An account in a guild."""
    sent: JsonObject = {
        "roles": [str(role.id) for role in who.roles],
        "joined_at": iso(who.joined),
        "deaf": False,
        "mute": False,
        "pending": False,
        "flags": 0,
        "nick": None,
        "avatar": None,
        "premium_since": None,
        "communication_disabled_until": None,
    }
    return {**sent, "user": user(who.user)} if with_user else sent


def role(what: Role, position: int) -> JsonObject:
    """A role."""
    sent: JsonObject = {
        "id": str(what.id),
        "name": what.name,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "position": position,
        "permissions": str(int(what.permissions)),
        "managed": what.bot_id is not None,
        "mentionable": what.mentionable,
        "flags": 0,
    }
    if what.bot_id is not None:
        sent["tags"] = {"bot_id": str(what.bot_id)}
    return sent


def _last_message(where: Channel) -> str | None:
    return str(max(where.messages)) if where.messages else None


def channel(where: Channel) -> JsonObject:
    """A channel of any kind."""
    sent: JsonObject = {
        "id": str(where.id),
        "type": int(where.type),
        "last_message_id": _last_message(where),
        "flags": 0,
    }
    if where.recipient is not None:
        return {**sent, "recipients": [user(where.recipient)]}
    sent |= {"name": where.name, "rate_limit_per_user": 0, "nsfw": False}
    if where.guild is not None:
        sent["guild_id"] = str(where.guild.id)
    if where.is_thread:
        return sent | _thread_part(where)
    overwrites = [
        {
            "id": str(target),
            "type": 0 if where.guild and target in where.guild.roles else 1,
            "allow": str(int(allowed)),
            "deny": str(int(denied)),
        }
        for target, (allowed, denied) in where.overwrites.items()
    ]
    return sent | {"position": 0, "topic": None, "parent_id": None, "permission_overwrites": overwrites}


def _thread_part(where: Channel) -> JsonObject:
    assert where.parent is not None
    return {
        "parent_id": str(where.parent.id),
        "owner_id": str(where.owner_id),
        "message_count": len(where.messages),
        "total_message_sent": len(where.messages),
        "member_count": len(where.followers),
        "thread_metadata": {
            "archived": where.archived,
            "auto_archive_duration": where.auto_archive,
            "archive_timestamp": iso(moment(where.id)),
            "create_timestamp": iso(moment(where.id)),
            "locked": where.locked,
        },
    }


def thread_member(where: Channel, user_id: int) -> JsonObject:
    """A member who follows a thread."""
    return {"id": str(where.id), "user_id": str(user_id), "join_timestamp": iso(where.followers[user_id]), "flags": 0}


def guild(what: Guild, world: World) -> JsonObject:
    """GUILD_CREATE: only the bot itself among the members, as without the members intent."""
    threads = []
    for where in world.channels.values():
        if where.is_thread and where.guild is what and not where.archived:
            own = {"member": thread_member(where, world.bot.id)} if world.bot.id in where.followers else {}
            threads.append(channel(where) | own)
    bot = what.members.get(world.bot.id)
    return {
        "id": str(what.id),
        "name": what.name,
        "icon": None,
        "owner_id": str(what.owner.id),
        "roles": [role(each, position) for position, each in enumerate(what.roles.values())],
        "channels": [channel(each) for each in what.channels.values()],
        "threads": threads,
        "members": [member(bot)] if bot else [],
        "member_count": len(what.members),
        "preferred_locale": what.locale,
        "features": [],
        "emojis": [],
        "stickers": [],
        "verification_level": 1,
        "default_message_notifications": 1,
        "explicit_content_filter": 0,
        "mfa_level": 0,
        "nsfw_level": 0,
        "premium_tier": 0,
        "afk_timeout": 300,
        "system_channel_flags": 0,
        "unavailable": False,
        "large": False,
        "joined_at": iso(bot.joined) if bot else None,
        "voice_states": [],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def members_chunk(world: World, wanted: JsonObject) -> JsonObject:
    """The answer to a request for members: by id, or by the beginning of a name."""
    where = world.guilds[int(wanted["guild_id"])]
    ids = wanted.get("user_ids") or []
    numbers = {int(each) for each in (ids if isinstance(ids, list) else [ids])}
    query = str(wanted.get("query") or "").lower()
    found = [
        member(each)
        for each in where.members.values()
        if (each.user.id in numbers if numbers else each.user.name.lower().startswith(query))
    ]
    sent = {"guild_id": str(where.id), "members": found[: wanted.get("limit") or None], "chunk_index": 0}
    sent |= {"chunk_count": 1, "not_found": [str(each) for each in numbers - set(where.members)]}
    return {**sent, "nonce": wanted["nonce"]} if wanted.get("nonce") else sent


def attachment(what: Attachment, world: World) -> JsonObject:
    """An uploaded file; the address works, as long as the double runs."""
    url = f"{world.address}/attachments/{what.id}/{what.filename}"
    sent: JsonObject = {
        "id": str(what.id),
        "filename": what.filename,
        "size": len(what.content),
        "url": url,
        "proxy_url": url,
        "content_type": what.content_type,
    }
    return {**sent, "description": what.description} if what.description else sent


def message(what: Message, world: World, *, withhold: bool = False, referenced: bool = True) -> JsonObject:
    """A message. `withhold` empties what an app without the message content intent is not to read."""
    sent: JsonObject = {
        "id": str(what.id),
        "channel_id": str(what.channel.id),
        "author": user(what.author),
        "content": what.content,
        "timestamp": iso(moment(what.id)),
        "edited_timestamp": iso(what.edited) if what.edited else None,
        "tts": False,
        "mention_everyone": what.mention_everyone,
        "mentions": [user(each) for each in what.mentions],
        "mention_roles": [str(each.id) for each in what.mention_roles],
        "attachments": [attachment(each, world) for each in what.attachments],
        "embeds": what.embeds,
        "components": what.components,
        "pinned": False,
        "type": what.type,
        "flags": what.flags,
    }
    if withhold and hidden_from_bot(what, world):
        sent |= {"content": "", "attachments": [], "embeds": [], "components": []}
    if what.nonce is not None:
        sent["nonce"] = what.nonce
    if what.through_webhook:
        sent |= {"webhook_id": str(world.application_id), "application_id": str(world.application_id)}
    if what.interaction is not None:
        sent["interaction_metadata"] = what.interaction
    if what.thread is not None:
        sent["thread"] = channel(what.thread)
    if what.reference is not None:
        sent["message_reference"] = what.reference
        if referenced:
            gone = what.referenced is None or what.referenced.deleted
            original = (
                None
                if gone or what.referenced is None
                else message(what.referenced, world, withhold=withhold, referenced=False)
            )
            sent["referenced_message"] = original
    return sent


def hidden_from_bot(what: Message, world: World) -> bool:
    """Tell whether the text is withheld: not the bot's own, not a direct message, and without a mention of the bot."""
    own = what.author is world.bot
    return not (own or what.channel.type is ChannelType.DM or world.bot in what.mentions)


def dispatched_message(what: Message, world: World, *, withhold: bool) -> JsonObject:
    """A message as the gateway sends it: with the guild, and the author's membership there."""
    sent = message(what, world, withhold=withhold)
    sent["channel_type"] = int(what.channel.type)
    where = what.channel.guild
    if where is not None:
        sent["guild_id"] = str(where.id)
        if what.author.id in where.members and not what.through_webhook:
            sent["member"] = member(where.members[what.author.id], with_user=False)
        for each in sent["mentions"]:
            who = where.members.get(int(each["id"]))
            if who is not None:
                each["member"] = member(who, with_user=False)
    return sent
