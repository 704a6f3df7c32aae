"""The daily loop: announcement days, profiles, digests, feeds; and a narrow index for filters."""

from db.migrations.script import run_script

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = """
CREATE INDEX ix_works_facts ON works (id, year, venue);
CREATE TABLE batches (
    id INTEGER NOT NULL PRIMARY KEY,
    source TEXT NOT NULL,
    category TEXT NOT NULL,
    date TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('complete','partial','stale','holiday','failed')),
    expected INTEGER,
    detail TEXT DEFAULT '' NOT NULL,
    missing JSON DEFAULT '{}' NOT NULL,
    changed_at TEXT NOT NULL
);
CREATE UNIQUE INDEX ux_batches_day ON batches (source, category, date);
CREATE TABLE announcements (
    batch_id INTEGER NOT NULL REFERENCES batches (id) ON DELETE CASCADE,
    source_id TEXT NOT NULL,
    work_id INTEGER NOT NULL REFERENCES works (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('new','cross','replace','replace-cross')),
    number INTEGER NOT NULL,
    PRIMARY KEY (batch_id, source_id)
) WITHOUT ROWID;
CREATE INDEX ix_announcements_work ON announcements (work_id);
CREATE TABLE http_validators (
    address TEXT NOT NULL PRIMARY KEY,
    etag TEXT,
    last_modified TEXT
) WITHOUT ROWID;
CREATE TABLE feeds (
    id INTEGER NOT NULL PRIMARY KEY,
    address TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    added_at TEXT NOT NULL,
    checked_at TEXT,
    failure TEXT
);
CREATE TABLE feed_items (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    feed_id INTEGER NOT NULL REFERENCES feeds (id) ON DELETE CASCADE,
    guid TEXT NOT NULL,
    title TEXT NOT NULL,
    link TEXT NOT NULL,
    published TEXT,
    summary TEXT NOT NULL,
    seen_at TEXT NOT NULL
);
CREATE UNIQUE INDEX ux_feed_items_guid ON feed_items (feed_id, guid);
CREATE TABLE profiles (
    id INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    created_at TEXT NOT NULL
);
CREATE TABLE profile_rules (
    profile_id INTEGER NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('category','author','search','mute')),
    value TEXT NOT NULL,
    PRIMARY KEY (profile_id, kind, value)
) WITHOUT ROWID;
CREATE TABLE profile_ratings (
    profile_id INTEGER NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
    work_id INTEGER NOT NULL REFERENCES works (id) ON DELETE CASCADE,
    liked INTEGER NOT NULL CHECK (liked IN (-1, 1)),
    at TEXT NOT NULL,
    PRIMARY KEY (profile_id, work_id)
) WITHOUT ROWID;
CREATE INDEX ix_profile_ratings_work ON profile_ratings (work_id);
CREATE TABLE digests (
    id INTEGER NOT NULL PRIMARY KEY,
    profile_id INTEGER NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
    date TEXT NOT NULL,
    made_at TEXT NOT NULL,
    last_item INTEGER DEFAULT 0 NOT NULL,
    document JSON NOT NULL
);
CREATE UNIQUE INDEX ux_digests_day ON digests (profile_id, date);
CREATE TABLE offered (
    profile_id INTEGER NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
    work_id INTEGER NOT NULL REFERENCES works (id) ON DELETE CASCADE,
    digest_id INTEGER NOT NULL REFERENCES digests (id) ON DELETE CASCADE,
    shown INTEGER NOT NULL,
    number INTEGER NOT NULL,
    venue TEXT,
    PRIMARY KEY (profile_id, work_id)
) WITHOUT ROWID;
CREATE INDEX ix_offered_work ON offered (work_id);
CREATE INDEX ix_offered_digest ON offered (digest_id);
"""


def upgrade() -> None:
    run_script(TABLES)


def downgrade() -> None:
    raise NotImplementedError("A library never goes back; restore the backup taken before.")
