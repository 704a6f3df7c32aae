"""Run the migrations on the connection that `db.migrate` opened, all in one transaction."""

from alembic import context

import db.models_daily
import db.models_deadlines
import db.models_merging
import db.models_notes
import db.models_projects
import db.models_trash  # noqa: F401  their tables too
from db.models import Base


def include(name: str | None, kind: str, parents: object) -> bool:
    """Leave the full-text tables, which no model describes, out of comparisons."""
    return not (
        kind == "table" and name is not None and name.startswith(("works_", "sections_fts"))
    )


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transactional_ddl=True,
    include_name=include,
)
context.run_migrations()
