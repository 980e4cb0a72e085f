"""Texts that the bot writes itself, none of which says what the articles say; the cogs describe the commands."""

from __future__ import annotations

# Answers

NOT_SURE = "Not sure"
NO_ANSWER = "No article answers this"
ABOUT_NOT_SURE = (
    "Some passages come close, but may not answer, so none is shown as an answer. "
    "Press **Closest passages** to read them."
)
ABOUT_NO_ANSWER = "Nothing in the articles is near enough to be shown as an answer."
CLOSEST = "The closest passages. They may not answer the question:"
RELATED = "Passages related to the message:"
NOTHING_RELATED = "No article is related to this message"
ABOUT_NOTHING_RELATED = "Nothing in the articles is near enough to what it says."
FOLLOW_UP_OF = "Taken as a follow-up of: “{question}”"
UNDERSTOOD_AS = "Understood as: “{question}”"
CHANGED = "A passage is left out here: its article has changed, so it can no longer be quoted."
QUOTED = "◀ quoted"
NOT_INDEXED = "not indexed: {reason}"
CONTEXT_FOOTER = "{paragraphs} with the paragraphs around"
SHARED = "Shared by {name}"

# Buttons

#: Labels, by the action's value.
BUTTONS = {
    "more": "More passages",
    "context": "In context",
    "share": "Share",
    "helpful": "Helpful",
    "unhelpful": "Not helpful",
    "closest": "Closest passages",
    "prev": "◀ Previous",
    "next": "Next ▶",
    "text": "Full text",
}
NOTHING_MORE = "There are no more passages that answer this."
NOTHING_CLOSE = "There are no passages that come close."
EXPIRED = "These buttons have expired: they work for 30 days, or until /forget me. Ask again to get new ones."
VOTES = {
    "counted": "Thank you, your vote is counted. Press the other button to change it.",
    "changed": "Your vote is changed.",
    "same": "That is already your vote.",
    "gone": "This question is no longer kept, so you cannot vote on it.",
}

# Articles

NO_SUCH_ARTICLE = "There is no article “{typed}”. Start typing a title and pick one that is suggested."
DID_YOU_MEAN = "There is no article “{typed}”. Did you mean {titles}?"
NO_ARTICLE_MATCHES = "No title, id, publisher or date matches. Leave the filter out to see all."
NO_ARTICLES = "There are no articles yet."
MORE_RESULTS = "The first {shown:,} are shown. Add a word to narrow the search."

# Errors and refusals

TOO_OFTEN = "That was a lot of questions at once. Try again in {seconds} s."
BUSY = "I am busy, try again in {seconds} s."
CLOSING = "I am being restarted. Ask again in a minute."
UNAVAILABLE = "The articles cannot be searched now. The bot's operator finds the reason in the log under {incident}."
FAILED = "Sorry, something went wrong. The bot's operator finds the reason in the log under {incident}."
ALTERED = "This article cannot be quoted: its stored text is not the text that was indexed. Incident {incident}."
NO_TEXT = "This message has no text to look up."
NOT_A_MANAGER = "Only members who may manage this server can do that."
ONLY_IN_SERVERS = "This works in a server only."
NAME_THE_ROLE = "Name the role."
MAY_NOT_WRITE = "I may not write in <#{channel}>, so here is my answer:"
LOST_PRIVATE = "Discord did not take my answer where you asked, so here it is:"

# Permissions: reasons for the requester, and findings of /settings show

ANSWERS_IN_SERVER = "The bot answers in this server."
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
#: The bot's permissions in a channel: what each allows, and what happens without it.
BOT_PERMISSIONS = {
    "view": ("see the channel", "a mention does not reach it"),
    "send": ("write in the channel", "it answers a mention by direct message"),
    "history": ("read the message history", "its answer to a mention is no reply"),
    "embed": ("embed links", "it answers in plain text"),
}
WOULD_ANSWER = "Yes, the bot would answer"
WOULD_NOT_ANSWER = "No, the bot would not answer"

# Help and about

MENTION_HELP = (
    "Ask me a question and I quote the articles that answer it, word for word. Mention me with your question, "
    "or use /ask. /help shows everything I can do."
)
HELP_TITLE = "What you can ask of me"
#: An example of each command, and what it shows.
COMMANDS = (
    (
        "/ask question:Who will lead the truce monitoring mechanism?",
        "passages that answer, word for word; `article`, `quotes` and `private` say from where, how many, for whom",
    ),
    (
        "@mention with a question",
        "the same, in a channel, a thread or a direct message; reply to an answer to ask on: “and Germany?”",
    ),
    ("Right-click a message → Apps → Find sources", "passages related to what the message says, for you alone"),
    (
        '/find words:"coalition of the willing" Paris',
        "passages with exactly these words; quotation marks hold a phrase together",
    ),
    ("/source article:…", "an article: what is known of it, its numbered paragraphs, its full text as a file"),
    ("/sources filter:…", "the list of articles"),
    ("/about", "what I am, and what I store"),
    ("/forget me", "deletes your questions and votes"),
    ("/settings, /report", "for those who manage the server"),
)
ABOUT = (
    "I answer questions with passages of this library's articles, word for word and with their source, or I say "
    "that no article answers. No language model writes anything that you read here."
)
ABOUT_STORAGE = (
    "**What I store:** for {retention_days} days the questions asked of me, with time, confidence and votes, each "
    "server's apart; for {button_days} days what the buttons under an answer need. Users are stored as a keyed hash "
    "only, and no other messages are. /forget me deletes what you left."
)
ABOUT_LOG = (
    "**The log:** the bot's operator has the words of every question written to the program's log, without who asked. "
    "They decide how long that is kept, and /forget me does not reach it."
)
ABOUT_PRIVACY = "I cannot read messages that do not mention me."


def forgotten(questions: int, votes: int, messages: int) -> str:
    """After ``/forget me``."""
    if not questions + votes + messages:
        return "I had nothing of yours."
    parts = ((questions, "question"), (votes, "vote"), (messages, "answer with buttons"))
    listed = ", ".join(f"{count} × {name}" for count, name in parts if count)
    return f"Deleted: {listed}."
