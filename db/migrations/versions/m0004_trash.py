"""The trash, and titles in order: what a list of the whole library needs."""

from db.migrations.script import run_script

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = """
CREATE INDEX ix_works_title ON works (title COLLATE NOCASE);
CREATE TABLE trash (
    work_id INTEGER NOT NULL PRIMARY KEY,
    public_id TEXT NOT NULL,
    title TEXT NOT NULL,
    trashed_at TEXT NOT NULL,
    content JSON NOT NULL
);
CREATE INDEX ix_trash_public_id ON trash (public_id);
CREATE TABLE trash_identifiers (
    scheme TEXT NOT NULL,
    value TEXT NOT NULL,
    work_id INTEGER NOT NULL REFERENCES trash (work_id) ON DELETE CASCADE,
    PRIMARY KEY (scheme, value)
) WITHOUT ROWID;
CREATE INDEX ix_trash_identifiers_work ON trash_identifiers (work_id);
CREATE TABLE trash_announcements (
    batch_id INTEGER NOT NULL REFERENCES batches (id) ON DELETE CASCADE,
    source_id TEXT NOT NULL,
    work_id INTEGER NOT NULL REFERENCES trash (work_id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (batch_id, source_id)
) WITHOUT ROWID;
CREATE INDEX ix_trash_announcements_work ON trash_announcements (work_id);
"""


def upgrade() -> None:
    run_script(TABLES)


def downgrade() -> None:
    raise NotImplementedError("A library never goes back; restore the backup taken before.")
