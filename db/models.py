"""The nouns and how they last: what each table holds, as SQLAlchemy models."""

from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, Text, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """Base of every table."""

    type_annotation_map = {str: Text, dict[str, Any]: JSON, list[Any]: JSON, bytes: LargeBinary}  # noqa: RUF012


class Work(Base):
    """One piece of research, whatever its copies; its fields are chosen from its versions.

    `status` is what became of it at its venue (oral, poster, rejected, ...), null where no venue
    says. What was turned down and has no other copy is hidden unless asked for.
    """

    __tablename__ = "works"
    __table_args__ = (
        Index("ix_works_title_digest", "title_digest"),
        Index("ix_works_published", "published"),
        Index("ix_works_year", "year"),
        Index("ix_works_venue", "venue", sqlite_where=text("venue IS NOT NULL")),
        Index("ix_works_text_digest", "text_digest"),
        # Reading a work's year from its row means reading past its abstract.
        Index("ix_works_facts", "id", "year", "venue", "status"),
        Index("ix_works_title", text("title COLLATE NOCASE")),
        Index(
            "ix_works_turned_down", "id", sqlite_where=text("status IN ('rejected','withdrawn')")
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    abstract: Mapped[str] = mapped_column(server_default="")
    authors: Mapped[str] = mapped_column(server_default="")
    compounds: Mapped[str] = mapped_column(server_default="")
    venue: Mapped[str | None]
    year: Mapped[int | None]
    published: Mapped[str | None]
    primary_category: Mapped[str | None]
    title_digest: Mapped[int]
    text_digest: Mapped[int]
    added_at: Mapped[str]
    status: Mapped[str | None]


class Version(Base):
    """One copy of a work: an arXiv version, a conference's, a journal's, a BibTeX entry.

    Superseded arXiv versions keep only their number and date; their text was never given to us.
    """

    __tablename__ = "versions"
    __table_args__ = (
        Index("ux_versions_source", "source", "source_id", "number", unique=True),
        Index("ix_versions_work", "work_id"),
        # The view `submissions` reads by it.
        Index(
            "ix_versions_edition",
            text("json_extract(extra, '$.submitted_to')"),
            text("json_extract(extra, '$.status')"),
            "work_id",
            sqlite_where=text("json_extract(extra, '$.submitted_to') IS NOT NULL"),
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    work_id: Mapped[int] = mapped_column(ForeignKey("works.id", ondelete="CASCADE"))
    source: Mapped[str]
    source_id: Mapped[str]
    number: Mapped[int] = mapped_column(server_default="0")
    kind: Mapped[str] = mapped_column(server_default="preprint")
    published: Mapped[str | None]
    title: Mapped[str | None]
    abstract: Mapped[str | None]
    authors: Mapped[list[Any] | None]
    identifiers: Mapped[str | None]
    categories: Mapped[str | None]
    venue: Mapped[str | None]
    year: Mapped[int | None]
    updated: Mapped[str | None]
    extra: Mapped[dict[str, Any] | None]
    record_digest: Mapped[int] = mapped_column(server_default="0")


class Identifier(Base):
    """A name the outside world knows a work by (arXiv id, DOI): the index of what versions say."""

    __tablename__ = "identifiers"
    __table_args__ = (
        Index("ix_identifiers_work", "work_id"),
        {"sqlite_with_rowid": False},
    )

    scheme: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)
    work_id: Mapped[int] = mapped_column(ForeignKey("works.id", ondelete="CASCADE"))


class Person(Base):
    """An author as written; two spellings are two persons until someone says otherwise."""

    __tablename__ = "people"
    __table_args__ = (Index("ix_people_family", "family_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    family_key: Mapped[str]


class Authorship(Base):
    """Who wrote a work, in order."""

    __tablename__ = "authorships"
    __table_args__ = (
        Index("ix_authorships_person", "person_id"),
        {"sqlite_with_rowid": False},
    )

    work_id: Mapped[int] = mapped_column(
        ForeignKey("works.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))


class WorkCategory(Base):
    """A subject class of a work, such as cs.LG."""

    __tablename__ = "work_categories"
    __table_args__ = (
        Index("ix_work_categories_category", "category", "work_id"),
        {"sqlite_with_rowid": False},
    )

    work_id: Mapped[int] = mapped_column(
        ForeignKey("works.id", ondelete="CASCADE"), primary_key=True
    )
    category: Mapped[str] = mapped_column(primary_key=True)


class WorkTag(Base):
    """A person's own label on a work."""

    __tablename__ = "work_tags"
    __table_args__ = (Index("ix_work_tags_tag", "tag", "work_id"), {"sqlite_with_rowid": False})

    work_id: Mapped[int] = mapped_column(
        ForeignKey("works.id", ondelete="CASCADE"), primary_key=True
    )
    tag: Mapped[str] = mapped_column(primary_key=True)


class Reading(Base):
    """What a person did with a work; no row means unread and unrated."""

    __tablename__ = "readings"
    __table_args__ = (
        CheckConstraint("state IN ('unread','skimmed','read','later')", name="state"),
        CheckConstraint("rating IS NULL OR rating BETWEEN 1 AND 5", name="rating"),
        Index("ix_readings_state", "state", "work_id"),
    )

    work_id: Mapped[int] = mapped_column(
        ForeignKey("works.id", ondelete="CASCADE"), primary_key=True
    )
    state: Mapped[str] = mapped_column(server_default="unread")
    rating: Mapped[int | None]
    starred: Mapped[int] = mapped_column(server_default="0")
    changed_at: Mapped[str]


class SavedSearch(Base):
    """A query kept under a name."""

    __tablename__ = "saved_searches"

    name: Mapped[str] = mapped_column(primary_key=True)
    query: Mapped[str]
    saved_at: Mapped[str]


class Event(Base):
    """Something that happened; append-only, by trigger. An undo is one more event."""

    __tablename__ = "events"
    __table_args__ = (
        Index("ix_events_subject", "subject"),
        Index("ux_events_undoes", "undoes", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[str]
    kind: Mapped[str]
    subject: Mapped[str]
    data: Mapped[dict[str, Any]]
    undoes: Mapped[int | None] = mapped_column(ForeignKey("events.id"))


class KeptApart(Base):
    """Two works a person split: nothing joins them again by itself."""

    __tablename__ = "kept_apart"
    __table_args__ = ({"sqlite_with_rowid": False},)

    work_a: Mapped[int] = mapped_column(
        ForeignKey("works.id", ondelete="CASCADE"), primary_key=True
    )
    work_b: Mapped[int] = mapped_column(
        ForeignKey("works.id", ondelete="CASCADE"), primary_key=True
    )


class ImportRun(Base):
    """The ledger of one import: how far it is known to have come, and what it did."""

    __tablename__ = "import_runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    fingerprint: Mapped[str] = mapped_column(unique=True)
    path: Mapped[str]
    position: Mapped[int] = mapped_column(server_default="0")
    counts: Mapped[dict[str, Any]]
    finished: Mapped[int] = mapped_column(server_default="0")
    changed_at: Mapped[str]


class EmbeddingModel(Base):
    """A model vectors were made with."""

    __tablename__ = "embedding_models"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    dimensions: Mapped[int]


class Embedding(Base):
    """The unit vector of a work's text under a model, as float16; stale once the digests differ.

    Ids only grow (a new vector is a new row), so an index knows what it lacks by the last id
    it has.
    """

    __tablename__ = "embeddings"
    __table_args__ = (
        Index("ux_embeddings_work", "work_id", "model_id", unique=True),
        Index("ix_embeddings_text", "model_id", "work_id", "text_digest"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    model_id: Mapped[int] = mapped_column(ForeignKey("embedding_models.id", ondelete="CASCADE"))
    work_id: Mapped[int] = mapped_column(ForeignKey("works.id", ondelete="CASCADE"))
    text_digest: Mapped[int]
    vector: Mapped[bytes]


class SpellingTerm(Base):
    """A word as written in titles and abstracts, and how many works have it."""

    __tablename__ = "spelling_terms"
    __table_args__ = ({"sqlite_with_rowid": False},)

    term: Mapped[str] = mapped_column(primary_key=True)
    works: Mapped[int] = mapped_column(server_default=text("0"))
