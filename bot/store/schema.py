"""Schema of the bot's store: one migration script per version, never changed once released."""

from __future__ import annotations

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE guilds (
        guild_id INTEGER PRIMARY KEY,
        channels TEXT NOT NULL,             -- JSON lists of ids
        roles    TEXT NOT NULL,
        private  INTEGER NOT NULL,
        quotes   INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE questions (
        key        TEXT PRIMARY KEY,
        guild_id   INTEGER NOT NULL,        -- 0: a direct message
        person     TEXT NOT NULL,           -- a keyed hash
        question   TEXT NOT NULL,
        asked_at   REAL NOT NULL,           -- seconds since 1970
        outcome    TEXT NOT NULL,
        confidence REAL NOT NULL
    ) STRICT;
    CREATE INDEX questions_by_guild ON questions (guild_id, asked_at);
    CREATE INDEX questions_by_person ON questions (person);
    CREATE TABLE votes (
        key      TEXT NOT NULL REFERENCES questions (key) ON DELETE CASCADE,
        person   TEXT NOT NULL,
        helpful  INTEGER NOT NULL,
        voted_at REAL NOT NULL,
        PRIMARY KEY (key, person)
    ) STRICT;
    CREATE INDEX votes_by_person ON votes (person);
    CREATE TABLE shown (
        key      TEXT PRIMARY KEY,
        person   TEXT NOT NULL,
        shown_at REAL NOT NULL,
        content  TEXT NOT NULL              -- JSON, by reference to the articles
    ) STRICT;
    CREATE INDEX shown_by_time ON shown (shown_at);
    CREATE INDEX shown_by_person ON shown (person);
    CREATE TABLE places (
        place INTEGER PRIMARY KEY,          -- a message, a thread or a direct message channel
        key   TEXT NOT NULL REFERENCES shown (key) ON DELETE CASCADE
    ) STRICT;
    CREATE INDEX places_by_key ON places (key)
    """,
    """
    CREATE TABLE state (
        name  TEXT PRIMARY KEY,             -- 'pruned_at': seconds since 1970; 'commands:<server or 0>': a digest
        value TEXT NOT NULL
    ) STRICT
    """,
)
