"""Venues: followed ones, their editions, and what became of each submission."""

from db.migrations.script import run_script

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLES = """
ALTER TABLE works ADD COLUMN status TEXT;
CREATE INDEX ix_works_turned_down ON works (id) WHERE status IN ('rejected','withdrawn');
CREATE TABLE followed_venues (
    venue TEXT NOT NULL PRIMARY KEY,
    followed_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE editions (
    venue TEXT NOT NULL,
    year INTEGER NOT NULL,
    source TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('complete','partial','absent','failed')),
    expected INTEGER,
    detail TEXT DEFAULT '' NOT NULL,
    checked_at TEXT NOT NULL,
    changed_at TEXT,
    PRIMARY KEY (venue, year, source)
) WITHOUT ROWID;
CREATE INDEX ix_versions_edition ON versions (json_extract(extra, '$.submitted_to'), json_extract(extra, '$.status'), work_id) WHERE json_extract(extra, '$.submitted_to') IS NOT NULL;
CREATE VIEW submissions AS SELECT work_id, id AS version_id, source, source_id, json_extract(extra, '$.submitted_to') AS edition, json_extract(extra, '$.status') AS status, extra FROM versions WHERE json_extract(extra, '$.submitted_to') IS NOT NULL;
"""


def upgrade() -> None:
    run_script(TABLES)


def downgrade() -> None:
    raise NotImplementedError("A library never goes back; restore the backup taken before.")
