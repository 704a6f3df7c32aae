"""What the tests of the fake arXiv site share: asking it something, and worlds to ask about."""

import re
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from tests.fakes.arxiv_site import World, site_paper

MONDAY, TUESDAY, WEDNESDAY, SATURDAY = "2025-11-03", "2025-11-04", "2025-11-05", "2025-11-08"


def get(address: str, **headers: str) -> tuple[int, dict[str, str], str]:
    """Return status, headers and body; a header's name is written with underscores."""
    request = Request(address, headers={name.replace("_", "-"): v for name, v in headers.items()})
    try:
        with urlopen(request, timeout=100) as answer:
            return answer.status, dict(answer.headers), answer.read().decode()
    except HTTPError as error:
        with error:
            return error.code, dict(error.headers), error.read().decode()


def text(address: str) -> str:
    return get(address)[2]


def small_world() -> World:
    """One paper each that is new, listed across, replaced at home and replaced elsewhere."""
    world = World.of(
        site_paper("2511.00001", TUESDAY, categories=("cs.LG", "stat.ML")),
        site_paper("2511.00002", TUESDAY, categories=("cs.CV", "cs.LG")),
        site_paper("2510.00003", MONDAY),
        site_paper("2510.00004", MONDAY, categories=("math.OC", "cs.LG")),
        today=TUESDAY,
    )
    world.replace("2510.00003", TUESDAY, title="Better")
    world.replace("2510.00004", TUESDAY)
    return world


def crowd(papers: int) -> World:
    """So many papers, new on one day, numbered from 0."""
    return World.of(*(site_paper(f"2511.{n:05}", TUESDAY) for n in range(papers)), today=TUESDAY)


def guids(page: str) -> list[str]:
    """Return the ids in a feed, or the identifiers in an OAI-PMH answer."""
    return re.findall(r">oai:arXiv\.org:([^<]+)<", page)


def shown(page: str) -> list[str]:
    """Return the ids that a listing links to."""
    return re.findall(r'<a href ="/abs/([^"]+)"', page)
