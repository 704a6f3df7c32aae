"""Conferences to come, with their deadlines."""

from db.migrations.script import run_script

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE meetings (
    collection TEXT NOT NULL,
    edition TEXT NOT NULL,
    file TEXT NOT NULL,
    year INTEGER NOT NULL,
    until TEXT,
    document JSON NOT NULL,
    PRIMARY KEY (collection, edition)
) WITHOUT ROWID;
CREATE INDEX ix_meetings_until ON meetings (until);
CREATE TABLE deadline_collections (
    name TEXT NOT NULL PRIMARY KEY,
    address TEXT NOT NULL,
    checked_at TEXT NOT NULL,
    failure TEXT
) WITHOUT ROWID;
"""


def upgrade() -> None:
    run_script(TABLES)


def downgrade() -> None:
    raise NotImplementedError("A library never goes back; restore the backup taken before.")
