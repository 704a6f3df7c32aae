"""The index of the vault: derived from its files, thrown away and rebuilt whenever one likes."""

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.models import Base


class VaultFile(Base):
    """A file of the vault, or a paper's PDF that was fetched.

    `digest` is of the content as indexed, null for files that are not read; the stamp (size and
    two times, in nanoseconds) tells whether it must be looked at again. `name_key` and `path_key`
    are what links find it by.
    """

    __tablename__ = "vault_files"
    __table_args__ = (
        CheckConstraint("place IN ('vault','papers')", name="place"),
        CheckConstraint("kind IN ('note','pdf','file')", name="kind"),
        Index("ux_vault_files_path", "place", "path", unique=True),
        Index("ix_vault_files_name", "name_key"),
        Index("ix_vault_files_note_id", "note_id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[str]
    path: Mapped[str]
    kind: Mapped[str]
    name_key: Mapped[str]
    title: Mapped[str]
    note_id: Mapped[str | None]
    created: Mapped[str | None]
    size: Mapped[int]
    modified_ns: Mapped[int]
    changed_ns: Mapped[int]
    digest: Mapped[str | None]
    properties: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    problem: Mapped[str | None]


class NoteSection(Base):
    """A passage of a note under a heading, or a page of a PDF: what search finds."""

    __tablename__ = "note_sections"
    __table_args__ = (
        Index("ix_note_sections_file", "file_id", "position"),
        Index("ix_note_sections_digest", "text_digest"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("vault_files.id", ondelete="CASCADE"))
    position: Mapped[int]
    page: Mapped[int | None]
    line: Mapped[int]
    title: Mapped[str]
    heading: Mapped[str]
    body: Mapped[str]
    text_digest: Mapped[int]


class NoteLink(Base):
    """A link of a note to a file, a paper or a skill, as written; what it means depends on all."""

    __tablename__ = "note_links"
    __table_args__ = (
        CheckConstraint("kind IN ('note','embed','paper','skill')", name="kind"),
        Index("ix_note_links_target", "target_key", "file_id"),
        {"sqlite_with_rowid": False},
    )

    file_id: Mapped[int] = mapped_column(
        ForeignKey("vault_files.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    syntax: Mapped[str]
    target: Mapped[str]
    target_key: Mapped[str]
    fragment: Mapped[str]
    label: Mapped[str]
    line: Mapped[int]
    context: Mapped[str]


class NoteTag(Base):
    """A tag in a note, without its `#`, in lower case."""

    __tablename__ = "note_tags"
    __table_args__ = (Index("ix_note_tags_tag", "tag", "file_id"), {"sqlite_with_rowid": False})

    file_id: Mapped[int] = mapped_column(
        ForeignKey("vault_files.id", ondelete="CASCADE"), primary_key=True
    )
    tag: Mapped[str] = mapped_column(primary_key=True)


class NoteCard(Base):
    """A passage marked `#review`; when it is due follows from the log of its reviews."""

    __tablename__ = "note_cards"
    __table_args__ = (
        Index("ix_note_cards_digest", "digest"),
        {"sqlite_with_rowid": False},
    )

    file_id: Mapped[int] = mapped_column(
        ForeignKey("vault_files.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str]
    front: Mapped[str]
    back: Mapped[str]
    line: Mapped[int]


class SectionVector(Base):
    """The unit vector of a passage's text under a model, as float16; shared by equal texts.

    It belongs to the text, not to the note: a note that is moved or indexed anew keeps it. Ids
    only grow.
    """

    __tablename__ = "section_vectors"
    __table_args__ = (
        Index("ux_section_vectors", "model_id", "text_digest", unique=True),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    model_id: Mapped[int] = mapped_column(ForeignKey("embedding_models.id", ondelete="CASCADE"))
    text_digest: Mapped[int]
    vector: Mapped[bytes]
