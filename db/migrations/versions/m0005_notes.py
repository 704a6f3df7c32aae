"""The index of the vault: files, passages with their full-text index, links, tags, cards, vectors."""

from db.migrations.script import run_script

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE vault_files (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    place TEXT NOT NULL CHECK (place IN ('vault','papers')),
    path TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('note','pdf','file')),
    name_key TEXT NOT NULL,
    title TEXT NOT NULL,
    note_id TEXT,
    created TEXT,
    size INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL,
    changed_ns INTEGER NOT NULL,
    digest TEXT,
    properties JSON DEFAULT '{}' NOT NULL,
    problem TEXT
);
CREATE UNIQUE INDEX ux_vault_files_path ON vault_files (place, path);
CREATE INDEX ix_vault_files_name ON vault_files (name_key);
CREATE INDEX ix_vault_files_note_id ON vault_files (note_id);
CREATE TABLE note_sections (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    file_id INTEGER NOT NULL REFERENCES vault_files (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    page INTEGER,
    line INTEGER NOT NULL,
    title TEXT NOT NULL,
    heading TEXT NOT NULL,
    body TEXT NOT NULL,
    text_digest INTEGER NOT NULL
);
CREATE INDEX ix_note_sections_file ON note_sections (file_id, position);
CREATE INDEX ix_note_sections_digest ON note_sections (text_digest);
CREATE VIRTUAL TABLE sections_fts USING fts5(
    title, heading, body,
    content='note_sections', content_rowid='id', tokenize="porter unicode61 remove_diacritics 2"
);
CREATE TRIGGER sections_fts_insert AFTER INSERT ON note_sections
BEGIN INSERT INTO sections_fts (rowid, title, heading, body) VALUES (new.id, new.title, new.heading, new.body); END;
CREATE TRIGGER sections_fts_delete AFTER DELETE ON note_sections
BEGIN INSERT INTO sections_fts (sections_fts, rowid, title, heading, body) VALUES ('delete', old.id, old.title, old.heading, old.body); END;
CREATE TRIGGER sections_fts_update AFTER UPDATE OF title, heading, body ON note_sections
BEGIN INSERT INTO sections_fts (sections_fts, rowid, title, heading, body) VALUES ('delete', old.id, old.title, old.heading, old.body); INSERT INTO sections_fts (rowid, title, heading, body) VALUES (new.id, new.title, new.heading, new.body); END;
CREATE TABLE note_links (
    file_id INTEGER NOT NULL REFERENCES vault_files (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('note','embed','paper','skill')),
    syntax TEXT NOT NULL,
    target TEXT NOT NULL,
    target_key TEXT NOT NULL,
    fragment TEXT NOT NULL,
    label TEXT NOT NULL,
    line INTEGER NOT NULL,
    context TEXT NOT NULL,
    PRIMARY KEY (file_id, position)
) WITHOUT ROWID;
CREATE INDEX ix_note_links_target ON note_links (target_key, file_id);
CREATE TABLE note_tags (
    file_id INTEGER NOT NULL REFERENCES vault_files (id) ON DELETE CASCADE,
    tag TEXT NOT NULL,
    PRIMARY KEY (file_id, tag)
) WITHOUT ROWID;
CREATE INDEX ix_note_tags_tag ON note_tags (tag, file_id);
CREATE TABLE note_cards (
    file_id INTEGER NOT NULL REFERENCES vault_files (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    digest TEXT NOT NULL,
    front TEXT NOT NULL,
    back TEXT NOT NULL,
    line INTEGER NOT NULL,
    PRIMARY KEY (file_id, position)
) WITHOUT ROWID;
CREATE INDEX ix_note_cards_digest ON note_cards (digest);
CREATE TABLE section_vectors (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    model_id INTEGER NOT NULL REFERENCES embedding_models (id) ON DELETE CASCADE,
    text_digest INTEGER NOT NULL,
    vector BLOB NOT NULL
);
CREATE UNIQUE INDEX ux_section_vectors ON section_vectors (model_id, text_digest);
"""


def upgrade() -> None:
    run_script(TABLES)


def downgrade() -> None:
    raise NotImplementedError("A library never goes back; restore the backup taken before.")
