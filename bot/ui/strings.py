"""What the bot says in its own words: fixed sentences, none of which speaks of what the articles say."""

from __future__ import annotations

CLOSING = "I am being restarted. Ask again in a minute."
OVER = "These buttons are no longer kept: they work for 30 days, or until /forget me. Ask again to get new ones."
LATER = "The articles cannot be searched at the moment. Whoever runs me finds the reason in the log under {incident}."
APOLOGY = "Sorry, something went wrong on my side. Whoever runs me finds it in the log under {incident}."
NO_SUCH_ARTICLE = "There is no article “{typed}”. Begin to type a title and pick one that is suggested."
DID_YOU_MEAN = "There is no article “{typed}”. Did you mean {titles}?"
ALTERED = "This article cannot be quoted: its stored text is not the text that was indexed. Incident {incident}."
NO_TEXT = "This message has no text that I could look up."
NOT_A_MANAGER = "Only people who may manage this server can do that."
ONLY_IN_SERVERS = "This is about a server, so it works in a server only."
VOTES = {
    "counted": "Thank you, your vote is counted. Press the other button to change it.",
    "changed": "Your vote is changed.",
    "same": "That is already your vote.",
    "gone": "This question is no longer kept, so there is nothing to vote on.",
}
NOTHING_MORE = "There are no more passages that answer this."
NOTHING_CLOSE = "There are no passages that come close."
MAY_NOT_WRITE = "I may not write in <#{channel}>, so here is my answer:"
LOST_PRIVATE = "Discord would not take my answer where you asked, so here it is:"
SHARED = "Shared by {name}"

# Permissions: reasons for the requester, and findings of /settings show

MAY_ASK = "You may ask here."
ANSWERS_IN_SERVER = "The bot answers in this server."
ANSWERS_DIRECT_MESSAGES = "The bot answers in direct messages."
NO_DIRECT_MESSAGES = "I answer in my own servers only, not in direct messages."
SERVER_EXCLUDED = "I do not answer in this server: the bot's operator has named the servers where I do."
ROLE_MISSING = (
    "In this server only people with certain roles may ask, and you have none of them. "
    "A manager of the server can change that with /settings role."
)
CHANNEL_EXCLUDED = (
    "In this server I answer mentions in certain channels only, and this is none of them. Use /ask here, or "
    "mention me in one of those channels. A manager of the server can change that with /settings channel."
)
ROLE_FINDINGS = {
    "unrestricted": "Everybody may ask: no roles are set.",
    "allowed": "The person has a role that may ask.",
    "excluded": "The person has none of the roles that may ask.",
}
CHANNEL_FINDINGS = {
    "unrestricted": "Mentions are answered in every channel: no channels are set.",
    "allowed": "Mentions are answered in this channel.",
    "excluded": "Mentions are not answered in this channel; /ask works here all the same.",
}
BOT_MAY = "The bot may {what}."
BOT_MAY_NOT = "The bot may not {what}: {otherwise}."
#: The bot's permission in a channel: its name, and what happens without it.
BOT_PERMISSIONS = {
    "view": ("see the channel", "a mention does not reach it"),
    "send": ("write in the channel", "it answers a mention by direct message"),
    "history": ("read the message history", "its answer to a mention is no reply"),
    "embed": ("embed links", "it answers in plain text"),
}


def too_often(seconds: int) -> str:
    """For somebody over the limit."""
    return f"That was a lot of questions at once. Try again in {seconds} s."


def busy(seconds: int) -> str:
    """For somebody when every place is taken."""
    return f"I am busy, try again in {seconds} s."


def forgotten(questions: int, votes: int, messages: int) -> str:
    """After ``/forget me``."""
    if not questions + votes + messages:
        return "I had nothing of yours."
    parts = ((questions, "question"), (votes, "vote"), (messages, "answer with buttons"))
    listed = ", ".join(f"{count} × {name}" for count, name in parts if count)
    return f"Deleted: {listed}."
