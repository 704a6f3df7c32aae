"""Making a digest: what waits is ranked for a profile, explained, and remembered as shown."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from assistant.config import Home, Settings
from assistant.digest.choosing import Choice, choose
from assistant.digest.coming import with_deadlines
from assistant.digest.document import from_document, to_document
from assistant.digest.gathering import Gathered, gather, gather_edition, gather_span
from assistant.digest.learning import Studies
from assistant.digest.model import Digest, DigestEntry, Programme
from assistant.errors import NotFoundError
from assistant.library.following import Following, ensure_main, find_profile
from assistant.library.sync.arxiv import ARXIV_TIME
from assistant.library.venues.telling import edition_told
from assistant.sources.venues import Edition
from db import digests, trash
from db.engine import Connection, Database

FEED_DAYS = 30
"""How many earlier digests a written feed holds."""


def today() -> str:
    """Return arXiv's day (ISO), which begins at midnight US Eastern."""
    return datetime.now(ARXIV_TIME).date().isoformat()


def earlier_digests(database: Database, digest: Digest) -> list[Digest]:
    """Return the profile's digests before this one, newest first."""
    with database.read() as connection:
        profile = find_profile(connection, digest.profile)
        stored = digests.newest_digests(connection, profile.id, FEED_DAYS)
        before = [from_document(one.document) for one in stored if one.date < digest.date]
        return [without_trash(connection, one) for one in before]


def without_trash(connection: Connection, digest: Digest) -> Digest:
    """Return a digest without the papers that were put in the trash since it was made."""
    gone = trash.titles(connection, [one.work_id for one in digest.entries])
    if not gone:
        return digest
    return replace(digest, entries=tuple(one for one in digest.entries if one.work_id not in gone))


class Workshop:
    """What digests are made with: the library, the model, and somebody to tell how it goes.

    `studies` is what the person is learning, for marks and for profiles that follow a track.
    """

    def __init__(
        self,
        database: Database,
        home: Home,
        settings: Settings,
        *,
        announce: Callable[[str], None] = lambda _: None,
        progress: Callable[[int, int], None] = lambda *_: None,
        studies: Studies | None = None,
    ) -> None:
        self.database = database
        self.home = home
        self.settings = settings
        self.announce = announce
        self.progress = progress
        self.studies = studies or Studies()

    def digest(self, name: str | None, day: str, *, limit: int | None = None) -> Digest:
        """Return a profile's digest of an ISO day, made now or as it was made before.

        What came in since it was made stands at its end. A digest and what it has shown are kept
        in one transaction: nothing is shown that would be shown again.

        Raises:
            NotFoundError: there is no such profile.
        """
        while True:
            with self.database.write("make the first profile") as connection:
                ensure_main(connection)
            with self.database.read() as connection:
                profile = find_profile(connection, name)
                found = gather(connection, profile, day)
            stored = from_document(found.stored.document) if found.stored else None
            if stored is not None and found.empty:
                with self.database.read() as connection:
                    return self._shown(connection, replace(stored, batches=found.batches))
            choice = choose(self, profile, found, day, limit or self.settings.digest.size)
            digest = _joined(stored, _digest(profile, day, found, choice))
            with self.database.write("keep the digest") as connection:
                if not _still_true(connection, profile, found, day):
                    continue  # another process made one meanwhile
                row = digests.put_digest(
                    connection, profile.id, day, to_document(digest), found.last_item
                )
                digests.put_offered(connection, profile.id, row, choice.offered)
                return self._shown(connection, digest)

    def _shown(self, connection: Connection, digest: Digest) -> Digest:
        digest = without_trash(connection, digest)
        return with_deadlines(connection, digest, self.home.venues_file)

    def span(self, name: str | None, since: str, until: str, *, limit: int | None = None) -> Digest:
        """Return the best of all that was announced between two ISO days; nothing is remembered.

        Raises:
            NotFoundError: there is no such profile.
        """
        with self.database.write("make the first profile") as connection:
            ensure_main(connection)
        with self.database.read() as connection:
            profile = find_profile(connection, name)
            found = gather_span(connection, profile, since, until)
        choice = choose(self, profile, found, until, limit or self.settings.digest.size)
        return _digest(profile, until, found, choice)

    def edition(self, name: str | None, edition: Edition, *, limit: int) -> Digest:
        """Return the papers of a venue's edition that are for a profile; nothing is remembered.

        Raises:
            NotFoundError: there is no such profile, or the library has nothing of the edition.
        """
        day = today()
        with self.database.write("make the first profile") as connection:
            ensure_main(connection)
        with self.database.read() as connection:
            profile = find_profile(connection, name)
            found = gather_edition(connection, edition, day)
            told = edition_told(connection, edition)
        if not told.counts:
            raise NotFoundError(
                f"The library has nothing of {edition.label}.",
                hint=f"`assistant venue sync {edition.id}` brings it in.",
            )
        choice = choose(self, profile, found, day, limit, edition)
        programme = Programme(edition.id, edition.label, dict(told.counts))
        return replace(_digest(profile, day, found, choice), programme=programme)


def _digest(profile: Following, day: str, found: Gathered, choice: Choice) -> Digest:
    return Digest(
        profile=profile.name,
        date=day,
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        batches=found.batches,
        entries=choice.entries,
        candidates=choice.candidates,
        muted=choice.muted,
        confidence=choice.confidence,
        items=found.items,
    )


def _joined(stored: Digest | None, new: Digest) -> Digest:
    """Return a day's digest with what came in since at its end."""
    if stored is None:
        return new
    return Digest(
        profile=new.profile,
        date=new.date,
        made_at=new.made_at,
        batches=new.batches,
        entries=_distinct(stored.entries, new.entries),
        candidates=stored.candidates + new.candidates,
        muted=stored.muted + new.muted,
        confidence=new.confidence if new.candidates else stored.confidence,
        items=(*stored.items, *new.items),
    )


def _distinct(before: Sequence[DigestEntry], now: Sequence[DigestEntry]) -> tuple[DigestEntry, ...]:
    """Return all entries; one that something happened to since stands where it was."""
    entries = {one.work_id: one for one in before}
    entries.update({one.work_id: one for one in now})
    return tuple(entries.values())


def _still_true(connection: Connection, profile: Following, found: Gathered, day: str) -> bool:
    latest = digests.latest_digest(connection, profile.id, day)
    if latest is None or found.latest is None:
        return latest is found.latest
    return (latest.id, latest.made_at) == (found.latest.id, found.latest.made_at)
