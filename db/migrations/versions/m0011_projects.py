"""Projects that are followed, with their open issues for newcomers; feeds of talks."""

from db.migrations.script import run_script

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TABLES = """
ALTER TABLE feeds ADD COLUMN kind TEXT NOT NULL DEFAULT 'feed'
    CHECK (kind IN ('feed','talks','project'));
ALTER TABLE feed_items ADD COLUMN starts TEXT;
CREATE TABLE projects (
    feed_id INTEGER NOT NULL PRIMARY KEY REFERENCES feeds (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    labels JSON NOT NULL,
    followed INTEGER NOT NULL,
    issues_at TEXT
) WITHOUT ROWID;
CREATE TABLE project_issues (
    feed_id INTEGER NOT NULL REFERENCES projects (feed_id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    title TEXT NOT NULL,
    labels JSON NOT NULL,
    comments INTEGER NOT NULL,
    created TEXT NOT NULL,
    updated TEXT NOT NULL,
    link TEXT NOT NULL,
    assigned INTEGER NOT NULL,
    PRIMARY KEY (feed_id, number)
) WITHOUT ROWID;
"""


def upgrade() -> None:
    run_script(TABLES)


def downgrade() -> None:
    raise NotImplementedError("A library never goes back; restore the backup taken before.")
