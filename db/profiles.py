"""Profiles: what each follows and mutes, and the papers it likes and dislikes."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, func, insert, or_, select, text

from db.models import Reading, Work, WorkTag
from db.models_daily import Offered, Profile, ProfileRating, ProfileRule
from db.personal import now
from db.works import among, pairs

RULES = ("category", "author", "search", "mute", "track")


class ProfileRow(NamedTuple):
    """A profile's id and name."""

    id: int
    name: str


class Judged(NamedTuple):
    """A work a person has an opinion of: what it says, and what they did with it and when."""

    work_id: int
    public_id: str
    title: str
    abstract: str
    authors: str
    liked: int | None
    state: str
    rating: int | None
    starred: bool
    tagged: bool
    at: str


def profiles(connection: Connection) -> list[ProfileRow]:
    """Return every profile, the oldest first."""
    query = select(Profile.id, Profile.name).order_by(Profile.id)
    return [ProfileRow(*row) for row in connection.execute(query)]


def add_profile(connection: Connection, name: str, *, id: int | None = None) -> int:
    """Add a profile, under the id it had before where that is given, and return its id."""
    values = {"name": name, "created_at": now()} | ({"id": id} if id is not None else {})
    result = connection.execute(insert(Profile).values(**values))
    return int(result.inserted_primary_key[0])  # type: ignore[index]


def remove_profile(connection: Connection, profile: int) -> None:
    """Remove a profile with its rules, ratings and digests."""
    connection.execute(delete(Profile).where(Profile.id == profile))


def rules(connection: Connection, profile: int) -> dict[str, list[str]]:
    """Return kind -> what a profile follows or mutes, in alphabetical order."""
    found: dict[str, list[str]] = {kind: [] for kind in RULES}
    query = (
        select(ProfileRule.kind, ProfileRule.value)
        .where(ProfileRule.profile_id == profile)
        .order_by(ProfileRule.value)
    )
    for kind, value in connection.execute(query):
        found[kind].append(value)
    return found


def put_rule(connection: Connection, profile: int, kind: str, value: str) -> bool:
    """Add a rule; tell whether it was new."""
    statement = text(
        "INSERT INTO profile_rules (profile_id, kind, value) VALUES (:profile, :kind, :value)"
        " ON CONFLICT DO NOTHING"
    )
    values = {"profile": profile, "kind": kind, "value": value}
    return connection.execute(statement, values).rowcount > 0


def remove_rule(connection: Connection, profile: int, kind: str, value: str) -> bool:
    """Remove a rule; tell whether there was one."""
    return (
        connection.execute(
            delete(ProfileRule).where(
                ProfileRule.profile_id == profile,
                ProfileRule.kind == kind,
                ProfileRule.value == value,
            )
        ).rowcount
        > 0
    )


def followed_categories(connection: Connection) -> list[str]:
    """Return the categories that any profile follows."""
    query = select(ProfileRule.value).where(ProfileRule.kind == "category").distinct()
    return sorted(connection.execute(query).scalars())


def liking(connection: Connection, profile: int, work_id: int) -> int | None:
    """Return 1 where a profile likes a work, -1 where it dislikes it, else None."""
    return likings(connection, profile, [work_id]).get(work_id)


def likings(connection: Connection, profile: int, work_ids: Iterable[int]) -> dict[int, int]:
    """Return work id -> 1 or -1 of the works a profile likes or dislikes."""
    query = select(ProfileRating.work_id, ProfileRating.liked).where(
        ProfileRating.profile_id == profile, among(ProfileRating.work_id, work_ids)
    )
    return pairs(connection.execute(query))


def count_liked(connection: Connection) -> int:
    """Return how many works any profile likes."""
    query = select(func.count()).select_from(ProfileRating).where(ProfileRating.liked == 1)
    return connection.execute(query).scalar_one()


def put_likings(connection: Connection, profile: int, by_work: Mapping[int, int | None]) -> None:
    """Like (1) or dislike (-1) works; None takes it back."""
    connection.execute(
        delete(ProfileRating).where(
            ProfileRating.profile_id == profile, among(ProfileRating.work_id, by_work)
        )
    )
    moment = now()
    rows = [
        {"profile_id": profile, "work_id": work_id, "liked": liked, "at": moment}
        for work_id, liked in by_work.items()
        if liked is not None
    ]
    if rows:
        connection.execute(insert(ProfileRating), rows)


def judged_works(connection: Connection, profile: int, *, also_unclaimed: bool) -> list[Judged]:
    """Return the works a profile can learn from, the oldest opinion first.

    Its own likes and dislikes count, and what the person did with works that its digest showed;
    `also_unclaimed` adds what they did with works that no profile's digest showed.
    """
    shown = select(Offered.work_id).where(Offered.profile_id == profile, Offered.shown == 1)
    anywhere = select(Offered.work_id).where(Offered.shown == 1)
    claimed: ColumnElement[bool] = Work.id.in_(shown)
    if also_unclaimed:
        claimed = or_(claimed, Work.id.not_in(anywhere))
    tags = select(WorkTag.work_id).where(WorkTag.work_id == Work.id).exists()
    rated = (ProfileRating.work_id == Work.id) & (ProfileRating.profile_id == profile)
    query = (
        select(
            Work.id, Work.public_id, Work.title, Work.abstract, Work.authors, ProfileRating.liked,
            Reading.state, Reading.rating, Reading.starred, tags,
            ProfileRating.at, Reading.changed_at, Work.added_at,
        )
        .outerjoin(ProfileRating, rated)
        .outerjoin(Reading, Reading.work_id == Work.id)
        .where(
            or_(
                ProfileRating.liked.is_not(None),
                claimed & or_(Reading.work_id.is_not(None), tags),
            )
        )
    )  # fmt: skip
    found = [
        Judged(*row[:6], row[6] or "unread", row[7], bool(row[8]), bool(row[9]),
               row[10] or row[11] or row[12])
        for row in connection.execute(query)
    ]  # fmt: skip
    # Of one moment by name: numbers tell which a library had first.
    return sorted(found, key=lambda one: (one.at, one.public_id))
