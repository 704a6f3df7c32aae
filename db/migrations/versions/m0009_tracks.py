"""A profile may follow a career track."""

from db.migrations.script import run_script

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE profile_rules_new (
    profile_id INTEGER NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('category','author','search','mute','track')),
    value TEXT NOT NULL,
    PRIMARY KEY (profile_id, kind, value)
) WITHOUT ROWID;
INSERT INTO profile_rules_new SELECT profile_id, kind, value FROM profile_rules;
DROP TABLE profile_rules;
ALTER TABLE profile_rules_new RENAME TO profile_rules;
"""


def upgrade() -> None:
    run_script(TABLES)


def downgrade() -> None:
    raise NotImplementedError("A library never goes back; restore the backup taken before.")
