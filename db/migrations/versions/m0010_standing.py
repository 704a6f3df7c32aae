"""The narrow index for filters has a work's status too: reading it from the row is dear."""

from db.migrations.script import run_script

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TABLES = """
DROP INDEX ix_works_facts;
CREATE INDEX ix_works_facts ON works (id, year, venue, status);
"""


def upgrade() -> None:
    run_script(TABLES)


def downgrade() -> None:
    raise NotImplementedError("A library never goes back; restore the backup taken before.")
