"""People, who do what Discord's client lets them do, and see what it shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tests.support.fake_discord.client import command_input
from tests.support.fake_discord.client.command_input import NotOfferedError
from tests.support.fake_discord.client.exchanges import PATIENCE, Exchange, Said, visible
from tests.support.fake_discord.client.visible_message import VisibleMessage
from tests.support.fake_discord.limits.commands import CHAT_INPUT, MESSAGE_MENU
from tests.support.fake_discord.limits.components import BUTTON, SELECTS, TEXT_INPUT, walk
from tests.support.fake_discord.rest.server import Upload
from tests.support.fake_discord.state import payloads
from tests.support.fake_discord.state.interactions import Kind, Reply
from tests.support.fake_discord.state.messages import Draft
from tests.support.fake_discord.state.permissions import P, Permission
from tests.support.fake_discord.state.world import Channel, ChannelType, Guild, Member, Message, Role, User

if TYPE_CHECKING:
    from tests.support.fake_discord.double import DiscordDouble

Where = Channel | None


class Person:
    """A person with a client. Where no channel is named, it is the first of their first server."""

    def __init__(self, discord: DiscordDouble, user: User) -> None:
        self.user = user
        self._discord = discord
        self._world = discord.world

    def __repr__(self) -> str:
        return f"<Person {self.user.name}>"

    @property
    def id(self) -> int:
        """Of the account."""
        return self.user.id

    # Commands and what belongs to them.

    def slash(self, command: str, channel: Where = None, **options: Any) -> Exchange:
        """Use a slash command; "settings show" for a sub-command. Awaiting it gives the answer that is seen."""
        where = self._place(channel)
        name, *path = command.split()
        found = self._offered(name, CHAT_INPUT, where)
        plain = {key: value.user if isinstance(value, Person) else value for key, value in options.items()}
        data = command_input.complete_members(command_input.fill_in(found, path, plain), where, self.user)
        return self._do(Kind.COMMAND, where, data)

    def message_command(self, name: str, message: Message | VisibleMessage | Said) -> Exchange:
        """Right click on a message, Apps, `name`."""
        target = _message(message)
        self._refuse_unless_visible(target)
        found = self._offered(name, MESSAGE_MENU, target.channel)
        shown = payloads.message(target, self._world)
        data = {"id": found["id"], "name": found["name"], "type": MESSAGE_MENU, "target_id": str(target.id)}
        data["resolved"] = {"messages": {str(target.id): shown}}
        return self._do(Kind.COMMAND, target.channel, data)

    async def autocomplete(
        self, command: str, option: str, typed: str, channel: Where = None, **others: Any
    ) -> list[dict[str, Any]]:
        """Autocomplete choices for `typed` in an option: dictionaries of name and value."""
        where = self._place(channel)
        name, *path = command.split()
        found = self._offered(name, CHAT_INPUT, where)
        data = command_input.fill_in(found, path, {**others, option: typed}, focused=option)
        exchange = self._do(Kind.AUTOCOMPLETE, where, data)
        await exchange.acknowledged()
        return exchange.interaction.choices

    def press(self, sight: VisibleMessage, label: str | None = None, *, custom_id: str | None = None) -> Exchange:
        """Press the button with this label or id. Raises NotOfferedError where the person could not."""
        self._refuse_unless_visible(sight.message)
        wanted = custom_id if custom_id is not None else sight.button(label or "").custom_id
        return self._component(sight.message, wanted, (BUTTON,), {})

    def select(self, sight: VisibleMessage, *values: str, custom_id: str | None = None) -> Exchange:
        """Choose in a menu."""
        self._refuse_unless_visible(sight.message)
        wanted = custom_id if custom_id is not None else sight.selects[0]["custom_id"]
        return self._component(sight.message, wanted, SELECTS, {"values": list(values)})

    def submit(self, exchange: Exchange, **values: str) -> Exchange:
        """Send the form that an exchange opened; the values by the custom ids of its fields."""
        modal = exchange.interaction.modal
        if modal is None or exchange.interaction.reply is not Reply.MODAL:
            raise NotOfferedError("no form is open")
        fields = [each for _, each in walk(modal["components"]) if each.get("type") == TEXT_INPUT]
        rows = [
            {
                "type": 1,
                "id": number * 2 + 1,
                "components": [
                    {
                        "type": TEXT_INPUT,
                        "id": number * 2 + 2,
                        "custom_id": each["custom_id"],
                        "value": values.get(each["custom_id"], each.get("value") or ""),
                    }
                ],
            }
            for number, each in enumerate(fields)
        ]
        data = {"custom_id": modal["custom_id"], "components": rows}
        return self._do(Kind.MODAL_SUBMIT, exchange.interaction.channel, data, exchange.interaction.message)

    # Messages.

    def say(
        self,
        text: str,
        channel: Where = None,
        *,
        reply_to: Message | VisibleMessage | Said | None = None,
        ping: bool = True,
        files: Mapping[str, bytes] | None = None,
    ) -> Said:
        """Write. A reply pings the author of the original by default."""
        original = _message(reply_to) if reply_to is not None else None
        where = channel or (original.channel if original is not None else self._place(None))
        self._refuse_unless_allowed(where, self._to_write(where))
        if len(text) > 2000:
            raise NotOfferedError("a message has at most 2000 characters")
        body: dict[str, Any] = {"content": text}
        if not ping:
            body["allowed_mentions"] = {"parse": ["users", "roles", "everyone"], "replied_user": False}
        uploads = {at: Upload(name, content) for at, (name, content) in enumerate((files or {}).items())}
        message = self._discord.messages.create(Draft(where, self.user, body, uploads, reply_to=original))
        return Said(message, self._world)

    def mention(self, text: str, channel: Where = None, **more: Any) -> Said:
        """Write to the bot by its name."""
        return self.say(f"{self._world.bot.mention} {text}".rstrip(), channel, **more)

    def dm(self, text: str, **more: Any) -> Said:
        """Write to the bot directly."""
        return self.say(text, self.dm_channel, **more)

    def edit(self, said: Said | Message, text: str) -> None:
        """Change what one wrote."""
        message = _message(said)
        if message.author is not self.user:
            raise NotOfferedError("one edits only what one wrote")
        self._discord.messages.edit(message, {"content": text})

    def delete(self, what: Said | Message | VisibleMessage) -> None:
        """Take a message away: one's own, or any with the permission to manage messages."""
        message = _message(what)
        if message.author is not self.user:
            self._refuse_unless_allowed(message.channel, P.MANAGE_MESSAGES)
        self._discord.messages.delete(message)

    def open_thread(self, name: str, message: Message | VisibleMessage | Said) -> Channel:
        """Begin a thread under a message."""
        target = _message(message)
        return self._discord.threads.open(target.channel, self.user, {"name": name}, target)

    # Coming, going, looking.

    def join(self, guild: Guild, *roles: Role) -> None:
        """Enter a server."""
        guild.members[self.id] = Member(self.user, self._world.clock.now(), list(roles))

    def leave(self, guild: Guild) -> None:
        """Leave a server. The bot gets no event: that would take the members intent."""
        del guild.members[self.id]

    @property
    def dm_channel(self) -> Channel:
        """The conversation with the bot."""
        return self._world.direct_channel(self.user)

    def sees(self, channel: Where = None) -> list[VisibleMessage]:
        """Everything in a channel that is there for this person's eyes, oldest first."""
        messages = self._place(channel).messages.values()
        return [VisibleMessage(each, self.user, self._world) for each in messages if visible(each, self.user)]

    async def until_sees(self, words: str, channel: Where = None, timeout: float = PATIENCE) -> VisibleMessage:
        """The first message with these words in it."""

        def look() -> VisibleMessage | None:
            return next((each for each in self.sees(channel) if words in each.text), None)

        return await self._world.happenings.until(look, timeout, f"{self.user.name} sees {words!r}")

    # How it is done.

    def _place(self, channel: Where) -> Channel:
        if channel is not None:
            return channel
        for guild in self._world.guilds.values():
            if self.id in guild.members:
                return next(iter(guild.channels.values()))
        return self.dm_channel

    def _offered(self, name: str, kind: int, where: Channel) -> dict[str, Any]:
        found = self._discord.commands.offered(name, kind, where.guild.id if where.guild else None)
        if found is None or (where.guild is not None and self._world.bot.id not in where.guild.members):
            raise NotOfferedError(f"there is no command {name}")
        command_input.refuse_unless_offered(found, self.user, where)
        return found

    def _component(
        self, message: Message, custom_id: str | None, kinds: tuple[int, ...], more: dict[str, Any]
    ) -> Exchange:
        for _, each in walk(message.components):
            if each.get("custom_id") == custom_id is not None and each["type"] in kinds:
                if each.get("disabled"):
                    raise NotOfferedError(f"{custom_id} is disabled")
                data = {"component_type": each["type"], "custom_id": custom_id, "id": each.get("id", 1)} | more
                return self._do(Kind.COMPONENT, message.channel, data, message)
        raise NotOfferedError(f"there is nothing to press with the id {custom_id}")

    def _do(self, kind: Kind, where: Channel, data: dict[str, Any], message: Message | None = None) -> Exchange:
        return Exchange(self._discord.interactions.open(kind, self.user, where, data, message), self._world)

    def _refuse_unless_visible(self, message: Message) -> None:
        if not visible(message, self.user):
            raise NotOfferedError(f"{self.user.name} cannot see that message")

    def _refuse_unless_allowed(self, where: Channel, needed: Permission) -> None:
        if needed not in where.permissions(self.user):
            raise NotOfferedError(f"{self.user.name} may not do that in #{where.name}")

    @staticmethod
    def _to_write(where: Channel) -> Permission:
        if where.type is ChannelType.DM:
            return P.VIEW_CHANNEL
        return P.VIEW_CHANNEL | (P.SEND_MESSAGES_IN_THREADS if where.is_thread else P.SEND_MESSAGES)


def _message(what: Message | VisibleMessage | Said) -> Message:
    return what if isinstance(what, Message) else what.message
