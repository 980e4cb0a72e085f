"""Tables of the library, and the migrations of older files."""

from __future__ import annotations

#: One script a version, never edited once released; the file's version is the number of scripts that ran on it.
MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE properties (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

    -- AUTOINCREMENT: a key is never given twice, so a stale entry of a derived index can only point at nothing.
    CREATE TABLE articles (
        key INTEGER PRIMARY KEY AUTOINCREMENT,
        article_id TEXT NOT NULL,
        live INTEGER NOT NULL CHECK (live IN (0, 1)),
        digest TEXT NOT NULL,
        files TEXT NOT NULL,
        title TEXT NOT NULL,
        title_source TEXT NOT NULL,
        publisher TEXT, author TEXT, published TEXT, url TEXT, language TEXT,
        text TEXT NOT NULL,
        text_sha256 TEXT NOT NULL,
        source BLOB NOT NULL,
        source_sha256 TEXT NOT NULL,
        encoding TEXT NOT NULL,
        repairs TEXT NOT NULL,
        UNIQUE (article_id, live)
    );

    CREATE TABLE passages (
        key INTEGER PRIMARY KEY AUTOINCREMENT,
        article_key INTEGER NOT NULL REFERENCES articles (key) ON DELETE CASCADE,
        passage_id TEXT NOT NULL,
        paragraph INTEGER NOT NULL,
        last_paragraph INTEGER NOT NULL,
        section TEXT,
        start INTEGER NOT NULL,
        end INTEGER NOT NULL CHECK (end > start),
        lead_start INTEGER,
        lead_end INTEGER,
        sentences TEXT NOT NULL,
        -- the folded content words of each sentence, and how many these are
        terms TEXT NOT NULL,
        length INTEGER NOT NULL,
        -- row 0 is the passage, the others are its sentences; half precision, little endian
        vectors BLOB NOT NULL,
        UNIQUE (article_key, passage_id)
    );

    CREATE TABLE omissions (
        article_key INTEGER NOT NULL REFERENCES articles (key) ON DELETE CASCADE,
        line INTEGER NOT NULL,
        paragraph INTEGER,
        start INTEGER NOT NULL,
        end INTEGER NOT NULL,
        reason TEXT NOT NULL,
        detail TEXT NOT NULL
    );
    CREATE INDEX omissions_of ON omissions (article_key, start);

    -- Keys that the derived indexes may still hold although their passages are gone.
    CREATE TABLE retired (passage_key INTEGER PRIMARY KEY);

    -- What the live passages say: how many hold a term, how many of these write it with a capital.
    CREATE TABLE vocabulary (
        term TEXT PRIMARY KEY, passages INTEGER NOT NULL, capitalised INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE acronyms (
        article_key INTEGER NOT NULL REFERENCES articles (key) ON DELETE CASCADE,
        acronym TEXT NOT NULL, certain INTEGER NOT NULL, expansion TEXT NOT NULL,
        PRIMARY KEY (article_key, acronym, certain)
    ) WITHOUT ROWID;
    """,
    """
    ALTER TABLE articles ADD COLUMN format TEXT NOT NULL DEFAULT 'text';

    -- [headings, introduction, header] and the folded terms of these; [start, end, kind, value] of each annotation
    ALTER TABLE passages ADD COLUMN context TEXT NOT NULL DEFAULT '[[],"",""]';
    ALTER TABLE passages ADD COLUMN context_terms TEXT NOT NULL DEFAULT '';
    ALTER TABLE passages ADD COLUMN annotations TEXT NOT NULL DEFAULT '[]';
    ALTER TABLE passages ADD COLUMN page INTEGER;
    ALTER TABLE passages ADD COLUMN page_paragraph INTEGER;
    UPDATE passages SET context = json_array(json_array(section), '', '') WHERE section IS NOT NULL;
    ALTER TABLE passages DROP COLUMN section;

    -- Ids that articles had before.
    CREATE TABLE aliases (alias TEXT PRIMARY KEY, article_id TEXT NOT NULL) WITHOUT ROWID;

    -- Files that the last run left out for a harmless reason.
    CREATE TABLE findings (kind TEXT NOT NULL, file TEXT NOT NULL, detail TEXT NOT NULL);
    """,
)
