"""Refusals, in Discord's own codes and words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

Problem = tuple[Sequence[str | int], str, str]  # where in the body, Discord's name for it, its message


@dataclass
class ApiError(Exception):
    """An answer other than success: HTTP status, Discord's code and message and, for a bad form, where it is bad."""

    status: int
    code: int
    message: str
    errors: dict[str, Any] | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        """The JSON body of the response."""
        sent: dict[str, Any] = {"message": self.message, "code": self.code}
        if self.errors is not None:
            sent["errors"] = self.errors
        return sent


def invalid_form(problems: Sequence[Problem]) -> ApiError:
    """50035 with the tree of errors that Discord draws along the path of each field."""
    tree: dict[str, Any] = {}
    for path, name, message in problems:
        node = tree
        for step in path:
            node = node.setdefault(str(step), {})
        node.setdefault("_errors", []).append({"code": name, "message": message})
    return ApiError(400, 50035, "Invalid Form Body", tree)


def unauthorized() -> ApiError:
    """The token is missing or wrong."""
    return ApiError(401, 0, "401: Unauthorized")


def not_found() -> ApiError:
    """No such route."""
    return ApiError(404, 0, "404: Not Found")


def unknown(what: str) -> ApiError:
    """One of the 10000 family: the thing does not exist, or not for this bot."""
    return ApiError(404, UNKNOWN[what], f"Unknown {what}")


UNKNOWN = {
    "Application": 10002,
    "Channel": 10003,
    "Guild": 10004,
    "Member": 10007,
    "Message": 10008,
    "User": 10013,
    "Webhook": 10015,
    "Interaction": 10062,
    "application command": 10063,
}


def missing_access() -> ApiError:
    """The channel is hidden from the bot."""
    return ApiError(403, 50001, "Missing Access")


def cannot_message_user() -> ApiError:
    """The person accepts no direct messages."""
    return ApiError(403, 50007, "Cannot send messages to this user")


def missing_permissions() -> ApiError:
    """The bot sees the channel, and may not do this in it."""
    return ApiError(403, 50013, "Missing Permissions")


def invalid_webhook_token() -> ApiError:
    """The fifteen minutes of an interaction's token are over."""
    return ApiError(401, 50027, "Invalid Webhook Token")


def already_acknowledged() -> ApiError:
    """One interaction, one acknowledgement."""
    return ApiError(400, 40060, "Interaction has already been acknowledged.")


def empty_message() -> ApiError:
    """Nothing that could be shown."""
    return ApiError(400, 50006, "Cannot send an empty message")


def not_own_message() -> ApiError:
    """Only its author edits a message."""
    return ApiError(403, 50005, "Cannot edit a message authored by another user")


def wrong_channel_type() -> ApiError:
    """Such as a thread in a direct message."""
    return ApiError(400, 50024, "Cannot execute action on this channel type")


def no_history_to_reply() -> ApiError:
    """A reply needs the permission to read what it replies to."""
    return ApiError(400, 160002, "Cannot reply without permission to read message history")


def thread_exists() -> ApiError:
    """One thread a message."""
    return ApiError(400, 160004, "A thread has already been created for this message")


def thread_locked() -> ApiError:
    """Only moderators write in a locked thread."""
    return ApiError(403, 160005, "Thread is locked")


def too_large() -> ApiError:
    """A file or request beyond the limit."""
    return ApiError(413, 40005, "Request entity too large")
