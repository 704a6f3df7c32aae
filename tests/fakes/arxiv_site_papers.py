"""Papers as a fake arXiv keeps them: their versions, and what happened to them on which day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

LICENSE = "http://arxiv.org/licenses/nonexclusive-distrib/1.0/"
EARLIEST = "2005-09-16"
"""The earliest datestamp: https://info.arxiv.org/help/oa, February 2025."""


class Name(NamedTuple):
    """An author's name as the `arXiv` metadata format splits it."""

    family: str
    given: str = ""
    suffix: str = ""
    affiliation: str = ""

    @classmethod
    def of(cls, told: str) -> "Name":
        """Split "Given Family", "Family, Given" or "Family, Given, Suffix", each with (Place)."""
        place = ""
        if told.endswith(")"):
            told, _, place = told[:-1].partition(" (")
        if "," in told:
            parts = [part.strip() for part in told.split(",")]
            return cls(*parts[:3], *[""] * (3 - len(parts)), place)
        given, _, family = told.rpartition(" ")
        return cls(family, given, "", place)

    @property
    def plain(self) -> str:
        return " ".join(part for part in (self.given, self.family, self.suffix) if part)

    def __str__(self) -> str:
        return f"{self.plain} ({self.affiliation})" if self.affiliation else self.plain


@dataclass(frozen=True)
class Version:
    """One version of a paper; `submitted` is an ISO day."""

    submitted: str
    title: str = "A Paper"
    abstract: str = "What it says."
    comment: str = ""

    @property
    def withdrawn(self) -> bool:
        return "has been withdrawn" in self.comment


class Event(NamedTuple):
    """What happened to a paper on an ISO day.

    `kind` is one of `new`, `cross` (listed in a further category), `replace`, and two that only
    OAI-PMH tells: `edit` (of its journal reference, say) and `delete`.
    """

    day: str
    kind: str
    version: int
    categories: tuple[str, ...]


@dataclass
class SitePaper:
    """A paper with all its versions, and its events in order of time; primary category first."""

    id: str
    versions: list[Version]
    events: list[Event]
    authors: tuple[str, ...] = ("Ada Lovelace",)
    categories: tuple[str, ...] = ("cs.LG",)
    journal_ref: str = ""
    doi: str = ""
    license: str = LICENSE

    @property
    def names(self) -> list[Name]:
        return [Name.of(author) for author in self.authors]

    def version(self, day: str) -> int:
        """Return the newest version there is on a day, 0 before the first."""
        return max((event.version for event in self.events if event.day <= day), default=0)

    def subjects(self, day: str) -> tuple[str, ...]:
        """Return the categories the paper is in on a day."""
        past = {one for event in self.events if event.day <= day for one in event.categories}
        return tuple(one for one in self.categories if one in past)

    def datestamp(self, day: str) -> str:
        """Return the day of the last change seen on a day."""
        return max(EARLIEST, max(event.day for event in self.events if event.day <= day))

    def deleted(self, day: str) -> bool:
        return any(event.kind == "delete" and event.day <= day for event in self.events)


def site_paper(
    id: str,
    day: str,
    *,
    title: str = "A Paper",
    abstract: str = "What it says.",
    comment: str = "",
    submitted: str = "",
    categories: tuple[str, ...] = ("cs.LG",),
    **told: object,
) -> SitePaper:
    """Return a paper announced as new on a day in all its categories, sent in the weekday before.

    `told` holds further fields of SitePaper: authors, journal_ref, doi, license.
    """
    back = -3 if date.fromisoformat(day).weekday() == 0 else -1
    first = Version(submitted or day_after(day, back), title, abstract, comment)
    event = Event(day, "new", 1, categories)
    return SitePaper(id, [first], [event], categories=categories, **told)  # type: ignore[arg-type]


def day_after(day: str, days: int = 1) -> str:
    """Return the ISO day so many days after (or before) another."""
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def odd_papers(day: str) -> list[SitePaper]:
    """Return papers with everything that is awkward about arXiv's papers, announced on a day."""
    crowd: Iterable[str] = (f"Physicist {number}" for number in range(3000))
    return [
        site_paper("math/0601001", day, categories=("math.GT",), submitted="2006-01-02"),
        site_paper("hep-th/9901001", day, categories=("hep-th", "gr-qc"), submitted="1999-01-04"),
        site_paper(
            "2511.90001", day, title=r"Schr\"odinger's $\mathcal{O}(n^2) < \infty$ & G\'eza's T_EX",
            abstract="Let $x<y$ & $\\alpha>0$.\n  Indented, with ]]> and <b>no markup</b>.",
            authors=(r"Paul Erd\H{o}s (Budapest)", r"M\"uller, Fran\c{c}ois, Jr"),
        ),
        site_paper("2511.90002", day, authors=tuple(crowd), title="A Detector for Everything"),
        site_paper("2511.90003", day, comment="This paper has been withdrawn by Ada Lovelace"),
        site_paper("2511.90004", day, categories=(), title="Nowhere to Be Listed"),
        site_paper("2511.90005", day, title="  A\n Title   of  two lines", abstract="", authors=()),
        site_paper("2511.90006", day, title="Привет, 世界: \U0001f916 naïve", authors=("李 明",)),
    ]  # fmt: skip


def from_snapshot(told: dict[str, object], days: dict[str, str]) -> SitePaper | None:
    """Return the paper of one line of the snapshot, or None where its day is not told."""
    day = days.get(str(told["id"]))
    if day is None:
        return None
    submitted = str(told["versions"][0]["created"])  # type: ignore[index]
    parsed: Sequence[Sequence[str]] = told["authors_parsed"]  # type: ignore[assignment]
    return site_paper(
        str(told["id"]),
        day,
        title=str(told["title"]),
        abstract=str(told["abstract"]).strip(),
        comment=str(told["comments"] or ""),
        submitted=_iso(submitted),
        categories=tuple(str(told["categories"]).split()),
        authors=tuple(", ".join(part for part in name[:3] if part) for name in parsed),
        journal_ref=str(told["journal-ref"] or ""),
        doi=str(told["doi"] or ""),
        license=str(told["license"] or LICENSE),
    )


def _iso(created: str) -> str:
    _, day, month, year, *_ = created.split()
    months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
    return f"{year}-{months.index(month) + 1:02}-{int(day):02}"
