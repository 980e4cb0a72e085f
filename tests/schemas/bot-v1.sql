BEGIN TRANSACTION;
CREATE TABLE guilds (
        guild_id INTEGER PRIMARY KEY,
        channels TEXT NOT NULL,             -- JSON lists of ids
        roles    TEXT NOT NULL,
        private  INTEGER NOT NULL,
        quotes   INTEGER NOT NULL
    ) STRICT;
INSERT INTO "guilds" VALUES(7,'[1, 2]','[3]',1,5);
CREATE TABLE places (
        place INTEGER PRIMARY KEY,          -- a message, a thread or a direct message channel
        key   TEXT NOT NULL REFERENCES shown (key) ON DELETE CASCADE
    ) STRICT;
INSERT INTO "places" VALUES(99,'kkkkkkkkkkkk');
CREATE TABLE questions (
        key        TEXT PRIMARY KEY,
        guild_id   INTEGER NOT NULL,        -- 0: a direct message
        person     TEXT NOT NULL,           -- a keyed hash
        question   TEXT NOT NULL,
        asked_at   REAL NOT NULL,           -- seconds since 1970
        outcome    TEXT NOT NULL,
        confidence REAL NOT NULL
    ) STRICT;
INSERT INTO "questions" VALUES('kkkkkkkkkkkk',7,'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','Who met?',1800000000.0,'answered',0.75);
CREATE TABLE shown (
        key      TEXT PRIMARY KEY,
        person   TEXT NOT NULL,
        shown_at REAL NOT NULL,
        content  TEXT NOT NULL              -- JSON, by reference to the articles
    ) STRICT;
INSERT INTO "shown" VALUES('kkkkkkkkkkkk','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',1800000000.0,'{"kind":"answer","query":"Who met?","article":null,"quotes":3,"outcome":"answered","confidence":0.75,"notes":[],"refs":[{"article":"paris","start":5,"end":9,"paragraph":2,"last_paragraph":3,"digest":"0000000000000000","section":"Section","highlights":[[0,2]],"lead_in":[1,4],"lead_in_adjacent":false,"also_in":["other"]}],"closest":[],"took_up":null,"understood":null,"private":false,"guild":7,"passed":[]}');
CREATE TABLE votes (
        key      TEXT NOT NULL REFERENCES questions (key) ON DELETE CASCADE,
        person   TEXT NOT NULL,
        helpful  INTEGER NOT NULL,
        voted_at REAL NOT NULL,
        PRIMARY KEY (key, person)
    ) STRICT;
INSERT INTO "votes" VALUES('kkkkkkkkkkkk','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',1,1800000000.0);
CREATE INDEX questions_by_guild ON questions (guild_id, asked_at);
CREATE INDEX questions_by_person ON questions (person);
CREATE INDEX votes_by_person ON votes (person);
CREATE INDEX shown_by_time ON shown (shown_at);
CREATE INDEX shown_by_person ON shown (person);
CREATE INDEX places_by_key ON places (key)
    ;
COMMIT;
PRAGMA user_version = 1;
