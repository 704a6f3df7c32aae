"""Somebody who follows conferences: two editions with papers, deadlines of two collections."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from assistant.config import DeadlinesSettings, Home
from assistant.digest import shelf
from assistant.digest.model import Programme
from assistant.library import following, reading
from assistant.library.deadlines.syncing import sync_deadlines
from assistant.library.venues import following as venue_following
from assistant.library.venues.keeping import keep
from assistant.sources.record import Author, Record
from assistant.sources.statuses import Status
from assistant.sources.submissions import FetchedEdition, submission
from assistant.sources.venues import Edition, find_venue, known_venues
from db import venues, works
from db.engine import Database
from tests.fakes.digests import DIGEST, entry

ORAL, NEVER = "Engines that think twice", "Engines that were refused"
CCFDDL = """
- title: NeurIPS
  description: Conference on Neural Information Processing Systems
  sub: AI
  confs:
    - year: 2025
      id: neurips25
      link: https://neurips.cc/Conferences/2025
      timeline:
        - abstract_deadline: '2025-11-07 23:59:59'
          deadline: '2025-11-14 23:59:59'
      timezone: AoE
      date: December 2-7, 2025
      place: San Diego, USA
- title: SIGMOD
  description: ACM Conference on Management of Data
  sub: DB
  confs:
    - year: 2026
      id: sigmod26
      link: https://sigmod.example.org/2026
      timeline:
        - deadline: '2025-10-17 17:00:00'
          comment: first round
        - deadline: '2026-01-17 17:00:00'
          comment: second round
        - deadline: TBD
          comment: third round
      timezone: PT
      date: June 13-19, 2026
      place: There
- title: ICML
  description: International Conference on Machine Learning
  sub: AI
  confs:
    - year: 2026
      id: icml26
      link: https://icml.cc/Conferences/2026
      timeline:
        - deadline: '2026-01-28 23:59:59'
      timezone: AoE
      date: July 11-17, 2026
      place: Seoul
"""
HUGGINGFACE = """
- title: NeurIPS
  year: 2025
  id: neurips25
  full_name: Conference on Neural Information Processing Systems
  link: https://neurips.cc
  deadlines:
  - {type: submission, label: Full paper, date: '2025-11-16 12:00:00', timezone: UTC}
  - {type: notification, label: Decisions, date: '2026-01-24 23:59:59', timezone: AoE}
  city: San Diego
  country: USA
  date: December 2 - 7, 2025
  tags: [machine-learning]
  note: It takes place in two cities.
"""


def papers(edition: Edition, count: int, statuses: Sequence[Status]) -> list[Record]:
    """Return papers of an edition in two sessions, their statuses in turn."""
    newest = edition.year == 2025
    titles = {0: ORAL, count - 1: NEVER} if newest else {}
    return [
        submission(
            edition, "virtual", f"{edition.id}-{number}",
            title=titles.get(number, f"{'Engines' if newest else 'Old engines'} of kind {number}"),
            status="rejected" if number == count - 1 else statuses[number % len(statuses)],
            abstract=f"We build engines of kind {number}.",
            authors=[Author(f"Lovelace{number}", "Ada")],
            session=f"Poster Session {1 + number % 2}",
            starts=f"{edition.year}-12-0{3 + number % 2}T11:00:00-08:00",
        )
        for number in range(count)
    ]  # fmt: skip


def give_venues(
    home: Path,
    *,
    editions: Sequence[tuple[Edition, Sequence[Record]]] = (),
    ranked: bool = True,
    lists: tuple[str, str] = (CCFDDL, HUGGINGFACE),
) -> None:
    """Give a library the venues, and let the person follow NeurIPS, read and like of it."""
    known = known_venues()
    neurips = find_venue(known, "neurips")
    newest = Edition(neurips, 2025)
    held = editions or [
        (newest, papers(newest, 12, ("oral", "spotlight", "poster", "poster"))),
        (Edition(neurips, 2024), papers(Edition(neurips, 2024), 5, ("poster",))),
    ]
    with Database(home / "library.db") as database:
        for edition, records in held:
            keep(database, edition, "virtual", FetchedEdition(tuple(records)))
        with database.write("seed") as connection:
            venue_following.follow(connection, neurips)
            venues.put_edition(
                connection, "neurips", held[-1][0].year, "virtual", state="partial", expected=9,
                detail="four papers are missing",
            )  # fmt: skip
            told = venues.papers(connection, held[0][0].id)
            views = works.view_works(connection, [one.work_id for one in told])
            following.ensure_main(connection)
            profile = following.find_profile(connection, None)
            reading.set_state(connection, views[0], "read")
            following.like(connection, profile, views[0], 1)
            reading.set_state(connection, views[1], "later")
        give_deadlines(home, database, lists)
    if ranked:
        entries = tuple(
            entry(view.id, view.title, id=view.public_id, score=1 - 0.1 * place, status="oral",
                  session="Poster Session 1", place="Hall A", explore=place == 2)
            for place, view in enumerate(views[:3])
        )  # fmt: skip
        programme = Programme(held[0][0].id, held[0][0].label, {})
        made = datetime.now(UTC).isoformat()
        told_of = replace(DIGEST, profile="main", made_at=made, entries=entries)
        shelf.put(Home(home), replace(told_of, programme=programme))


def give_deadlines(home: Path, database: Database, lists: tuple[str, str]) -> None:
    """Let both collections be asked, from files."""
    folders = [home / "lists" / name for name in ("ccfddl", "huggingface")]
    for folder, text in zip(folders, lists, strict=True):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "list.yml").write_text(text, encoding="utf-8")
    settings = DeadlinesSettings(ccfddl=str(folders[0]), huggingface=str(folders[1]))
    outcomes = sync_deadlines(database, settings, pause=lambda _: None)
    assert [one.failure for one in outcomes] == [None, None]
