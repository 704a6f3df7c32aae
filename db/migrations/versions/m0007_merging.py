"""What copies of one work are found by, and pairs that may be one."""

from db.migrations.script import run_script

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# The keys of works that are there already are made when next something is stored.
TABLES = """
CREATE TABLE match_keys (
    key INTEGER NOT NULL,
    work_id INTEGER NOT NULL REFERENCES works (id) ON DELETE CASCADE,
    PRIMARY KEY (key, work_id)
) WITHOUT ROWID;
CREATE INDEX ix_match_keys_work ON match_keys (work_id);
CREATE TABLE doubts (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    work_a INTEGER NOT NULL REFERENCES works (id) ON DELETE CASCADE,
    work_b INTEGER NOT NULL REFERENCES works (id) ON DELETE CASCADE,
    reason TEXT NOT NULL,
    confidence DOUBLE NOT NULL,
    found_at TEXT NOT NULL
);
CREATE UNIQUE INDEX ux_doubts_pair ON doubts (work_a, work_b);
CREATE INDEX ix_doubts_b ON doubts (work_b);
"""


def upgrade() -> None:
    run_script(TABLES)


def downgrade() -> None:
    raise NotImplementedError("A library never goes back; restore the backup taken before.")
