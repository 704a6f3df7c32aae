"""Everything that happened, as learning sees it: a timeline, days counted, a week's figures."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from assistant.skills.deeds import CONTRIBUTION, OWN
from assistant.skills.learner import Learner
from assistant.skills.progress import Standing
from db import learning, works
from db.engine import Connection

SORTS = (
    "read", "rated", "noted", "begun", "checked", "hinted", "run", "contributed", "shown", "proven",
    "reviewed",
)  # fmt: skip
Sort = str
_BY_KIND = {
    "state": "read", "read-elsewhere": "read", "rate": "rated", "like": "rated", "star": "rated",
    "note-new": "noted", "note-edit": "noted", "note-save": "noted", "note-capture": "noted",
    "lab-check": "checked", "lab-hint": "hinted", "lab-run": "run", "lab-start": "begun",
    "skill-review": "reviewed", "review": "reviewed", "skill-start": "begun",
    "skill-proof": "shown", "track-pick": "begun", CONTRIBUTION: "contributed",
}  # fmt: skip
_READ = ("read", "skimmed")


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing on the timeline: when, of which sort, about what, in words."""

    at: datetime
    sort: Sort
    subject: str
    text: str


def timeline(
    connection: Connection,
    learner: Learner,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    sorts: Iterable[Sort] = SORTS,
    about: str | None = None,
) -> list[Happened]:
    """Return what happened, the newest first: what the log says, and when skills became proven.

    `about` is the subject (`lab:amp`, `skill:pruning`, a paper's id) that it must be about.
    """
    wanted = set(sorts)
    kinds = [kind for kind, sort in _BY_KIND.items() if sort in wanted]
    start = since.astimezone(UTC).isoformat(timespec="microseconds") if since else ""
    rows = [
        row
        for row in learning.events_in_time(connection, kinds, subject=about, since=start)
        if not row.undone
    ]
    titles = works.titles_of(connection, {row.subject for row in rows})
    found = []
    for row in rows:
        text = _text(row, titles.get(row.subject, ""))
        if text:
            at = datetime.fromisoformat(row.at)
            found.append(Happened(at, _BY_KIND[row.kind], row.subject, text))
    if "proven" in wanted:
        found += [
            Happened(one.proven, "proven", f"skill:{one.skill.id}",
                     f"proven: {one.skill.title} ({one.proof})")
            for one in learner.standings.values()
            if one.proven and (since is None or one.proven >= since)
            and about in (None, f"skill:{one.skill.id}")
        ]  # fmt: skip
    found = [one for one in found if until is None or one.at < until]
    return sorted(found, key=lambda one: one.at, reverse=True)


def per_day(connection: Connection, since: date, zone: tzinfo | None = None) -> Counter[date]:
    """Return day -> how much was done, since a day; days are the person's own."""
    start = datetime(since.year, since.month, since.day).astimezone(zone)
    rows = learning.events_in_time(
        connection, _BY_KIND, since=start.astimezone(UTC).isoformat(timespec="microseconds")
    )
    counted: Counter[date] = Counter()
    for row in rows:
        if not row.undone and _counts(row):
            counted[datetime.fromisoformat(row.at).astimezone(zone).date()] += 1
    return counted


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days: what was read, what one can do now, what is next.

    `read` are (id, title), `given` is what was contributed, in words; `counts` says how many of
    each sort there were, of papers each once; `days` on how many of the seven something was done;
    `runs` how many runs held all their claims and how many not.
    """

    monday: date
    read: tuple[tuple[str, str], ...]
    given: tuple[str, ...]
    proven: tuple[Standing, ...]
    begun: tuple[Standing, ...]
    counts: Counter[Sort]
    days: int
    runs: tuple[int, int]


def week_of(connection: Connection, learner: Learner, day: date) -> Week:
    """Return the week, from Monday, that a day is in."""
    monday = day - timedelta(days=day.weekday())
    start = datetime(monday.year, monday.month, monday.day).astimezone()
    end = datetime.combine(monday + timedelta(days=7), datetime.min.time()).astimezone()
    happened = timeline(connection, learner, since=start, until=end)
    read = list(dict.fromkeys(one.subject for one in reversed(happened) if one.sort == "read"))
    titles = works.titles_of(connection, read)
    runs = [
        deed.data.get("ok") is True
        for deed in learner.deeds
        if deed.kind == "lab-run" and start <= deed.at < end
    ]
    found = learner.standings.values()
    counts = Counter(one.sort for one in happened)
    counts["read"] = len(read)  # a paper that was skimmed and then read is one
    return Week(
        monday=monday,
        read=tuple((id, titles.get(id, "")) for id in read),
        given=tuple(one.text for one in reversed(happened) if one.sort == "contributed"),
        proven=tuple(one for one in found if one.proven and start <= one.proven < end),
        begun=tuple(
            one for one in found if not one.has and one.started and start <= one.started < end
        ),
        counts=counts,
        days=len({one.at.astimezone().date() for one in happened}),
        runs=(sum(runs), len(runs) - sum(runs)),
    )


def proven_over_time(learner: Learner, track: str | None = None) -> list[tuple[datetime, int]]:
    """Return when the count of proven skills rose, and to what."""
    ids = learner.curriculum.path(track) if track else tuple(learner.curriculum.skills)
    moments = sorted(one.proven for id in ids if (one := learner.standings[id]).proven)
    return [(at, number) for number, at in enumerate(moments, start=1) if at is not None]


def proven_curve(learner: Learner) -> list[tuple[datetime, int]]:
    """Return the count of proven skills as a line of steps, from what was done first until now."""
    rises = proven_over_time(learner)
    began = min([deed.at for deed in learner.deeds[:1]] + [at for at, _ in rises[:1]])
    steps = [point for at, number in rises for point in ((at, number - 1), (at, number))]
    return [(began, 0), *steps, (learner.now, len(rises))]


def _counts(row: learning.LogRow) -> bool:
    return bool(_text(row, "-"))


def _text(row: learning.LogRow, title: str) -> str:
    """Say in words what an event did; "" for what is nothing to a timeline."""
    if row.kind in ("state", "read-elsewhere"):
        state = row.data.get("state") or row.data.get("after", {}).get("state")
        return f"{state}: {title or row.subject}" if state in _READ else ""
    if row.kind == "rate":
        rating = row.data.get("after", {}).get("rating")
        return f"rated {rating} of 5: {title or row.subject}" if rating else ""
    if row.kind in ("like", "star"):
        after = row.data.get("after")
        is_liked = after == 1 or (isinstance(after, dict) and after.get("starred"))
        told = "liked" if row.kind == "like" else "starred"
        return f"{told}: {title or row.subject}" if is_liked else ""
    if row.kind in OWN:
        return str(row.data.get("told", row.kind))
    if row.kind == "review":
        return f"remembered {row.data.get('answer')}: {row.data.get('front', '')}"
    return f"{row.kind.removeprefix('note-')} note: {row.subject.removeprefix('note:')}"
