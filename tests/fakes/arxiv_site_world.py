"""The world behind a fake arXiv: its papers, the day it is, and what is announced on which day."""

import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from tests.fakes.arxiv_site_papers import Event, SitePaper, day_after, from_snapshot
from tests.fakes.arxiv_site_taxonomy import within

KINDS = ("new", "cross", "replace", "replace-cross")
QUIET_VERSION = 6
"""From this version on a replacement is not announced (arXiv/arxiv-feed, feed/database.py)."""


class Item(NamedTuple):
    """One paper as one announcement tells it."""

    kind: str
    paper: SitePaper
    version: int


@dataclass
class World:
    """All papers there are, and the day it is; the rest of the fields are arXiv's own rules."""

    papers: dict[str, SitePaper] = field(default_factory=dict)
    today: str = "2025-11-04"
    feed_cap: int = 2000
    listing_cap: int = 2000
    oai_page: int = 1000
    oai_counts: bool = False  # arXiv's tokens give no cursor and no size since February 2025
    oai_created_is_newest: bool = True  # `arXiv` gives the newest version's day as `created`
    api_lag_days: int = 0
    api_slice: int = 2000
    api_reach: int = 30_000
    _days: dict[str, list[tuple[SitePaper, Event]]] | None = None

    @classmethod
    def of(cls, *papers: SitePaper, today: str = "2025-11-04") -> "World":
        """Return a world of these papers on this day."""
        return cls({paper.id: paper for paper in papers}, today)

    @classmethod
    def from_snapshot(cls, snapshot: Path, announced: Path, today: str = "") -> "World":
        """Return the world of a snapshot (gzip, a JSON object a line) and of `day<TAB>id` lines.

        The clock stands at `today`, else at the first announcement day.
        """
        lines = announced.read_text(encoding="utf-8").splitlines()
        days = {id: day for day, id in (line.split("\t") for line in lines)}
        with gzip.open(snapshot, "rt", encoding="utf-8") as file:
            told = (from_snapshot(json.loads(line), days) for line in file)
            return cls.of(*(paper for paper in told if paper), today=today or min(days.values()))

    def add(self, *papers: SitePaper) -> None:
        """Let there be further papers."""
        self.papers.update((paper.id, paper) for paper in papers)
        self._changed()

    def replace(self, id: str, day: str, **told: str) -> int:
        """Announce a new version on a day, with this title, abstract or comment; return its number.

        A feed tells it as `replace` in the primary category and as `replace-cross` in the others.
        """
        paper = self.papers[id]
        told.setdefault("submitted", day_after(day, -1))
        paper.versions.append(replace(paper.versions[-1], **told))
        self._happened(paper, day, "replace", paper.subjects(day))
        return len(paper.versions)

    def withdraw(self, id: str, day: str, by: str = "Ada Lovelace") -> int:
        """Announce a version that takes the paper back; return its number."""
        return self.replace(id, day, comment=f"This paper has been withdrawn by {by}")

    def cross_list(self, id: str, category: str, day: str) -> None:
        """Announce a paper in one category more."""
        paper = self.papers[id]
        paper.categories = (*paper.categories, category)
        self._happened(paper, day, "cross", (category,))

    def edit(self, id: str, day: str, **told: str) -> None:
        """Change the journal_ref, doi or license, which nothing announces."""
        for name, value in told.items():
            setattr(self.papers[id], name, value)
        self._happened(self.papers[id], day, "edit", ())

    def delete(self, id: str, day: str) -> None:
        """Delete a paper: OAI-PMH keeps a deleted record of it, the API forgets it."""
        self._happened(self.papers[id], day, "delete", ())

    def batch_day(self, day: str) -> str:
        """Return the last day, up to this one, on which anything was announced; else "" ."""
        return max((one for one in self._by_day() if one <= day), default="")

    def batch_days(self, day: str, most: int) -> list[str]:
        """Return the last announcement days up to this one, newest first."""
        return sorted((one for one in self._by_day() if one <= day), reverse=True)[:most]

    def announced(self, wanted: Sequence[str], day: str) -> list[Item]:
        """Return what a day announces in these categories or archives: each paper once, in order.

        A paper is `new` where its primary category is wanted and `cross` elsewhere, and is told in
        the newest version of that day.
        """
        found: dict[str, Item] = {}
        for paper, event in self._by_day().get(day, ()):
            if not any(within(one, wanted) for one in event.categories):
                continue
            at_home = within(paper.categories[0], wanted)
            kind = {"new": "new" if at_home else "cross", "cross": "cross"}.get(
                event.kind, "replace" if at_home else "replace-cross"
            )
            item = Item(kind, paper, paper.version(day))
            other = found.get(paper.id, item)
            found[paper.id] = min(item, other, key=lambda one: KINDS.index(one.kind))
        return sorted(found.values(), key=lambda item: (KINDS.index(item.kind), item.paper.id))

    def known(self, day: str) -> list[SitePaper]:
        """Return the papers there are on a day, deleted ones too."""
        return [paper for paper in self.papers.values() if paper.version(day)]

    def _by_day(self) -> dict[str, list[tuple[SitePaper, Event]]]:
        if self._days is None:
            self._days = {}
            for paper in self.papers.values():
                for event in paper.events:
                    loud = event.kind != "replace" or event.version < QUIET_VERSION
                    if loud and event.kind in KINDS and event.categories:
                        self._days.setdefault(event.day, []).append((paper, event))
        return self._days

    def _happened(self, paper: SitePaper, day: str, kind: str, categories: tuple[str, ...]) -> None:
        version = len(paper.versions) if kind == "replace" else max(paper.version(day), 1)
        paper.events.append(Event(day, kind, version, categories))
        paper.events.sort(key=lambda event: event.day)
        self._changed()

    def _changed(self) -> None:
        self._days = None
