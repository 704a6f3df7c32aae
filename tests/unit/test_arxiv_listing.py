"""arXiv's listing pages: days, counts, ids, and pages that are not what they should be."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.sources.announced import KINDS
from assistant.sources.arxiv_listing import days_of, listing_of, read_listing
from assistant.sources.courtesy import Again
from assistant.sources.identifiers import arxiv_identifier

TITLE = "<h3>Showing new listings for Tuesday, 4 November 2025</h3>"


def entry(id: str, primary: str = "Machine Learning (cs.LG)", extra: str = "") -> str:
    return f"""<dt><a name='item1'>[1]</a>
      <a href ="/abs/{id}" title="Abstract" id="{id}">
        arXiv:{id} </a> {extra}
      [<a href="/pdf/{id}" title="Download PDF">pdf</a>, <a href="/format/{id}">other</a>]</dt>
    <dd><div class='meta'><div class='list-title mathjax'><span class='descriptor'>Title:</span>
      A &lt;b&gt; Paper</div><div class='list-comments mathjax'>
      see <a href="https://arxiv.org/abs/1706.03762">arXiv:1706.03762</a></div>
      <div class='list-subjects'><span class='descriptor'>Subjects:</span>
      <span class="primary-subject">{primary}</span>; Artificial Intelligence (cs.AI)</div>
      <p class='mathjax'>An abstract with <a href="/abs/2001.00001">a link</a>.</p></div></dd>"""


def page(*parts: str, total: int | None = None, day: str = TITLE) -> bytes:
    paging = "" if total is None else f"<div class='paging'>Total of {total} entries</div>"
    return (
        "<!DOCTYPE html><html lang='en'><head><title>Machine Learning</title></head><body>"
        f"<h1>Machine Learning</h1>{day}{paging}{''.join(parts)}{paging}</body></html>"
    ).encode()


def section(heading: str, *entries: str) -> str:
    return f"<dl id='articles'><h3>{heading}</h3>{''.join(entries)}</dl>"


WHOLE = page(
    section("New submissions (showing 2 of 2 entries)", entry("2511.00001"), entry("2511.00002")),
    section("Cross submissions (showing 1 of 1 entries)", entry("2511.00003", "X (cs.CL)")),
    section(
        "Replacement submissions (showing 2 of 2 entries)",
        entry("2401.00001", extra="(replaced)"),
        entry("hep-th/9901001", "HEP (hep-th)", "(replaced)"),
    ),
    total=5,
)


def test_a_day() -> None:
    listing = listing_of("cs.LG", [read_listing(WHOLE)])
    assert (listing.category, listing.date, listing.expected) == ("cs.LG", "2025-11-04", 5)
    assert listing.ids == {
        "2511.00001": "new",
        "2511.00002": "new",
        "2511.00003": "cross",
        "2401.00001": "replace",
        "hep-th/9901001": "replace-cross",
    }


def test_the_older_form() -> None:
    body = page(
        section("New submissions for Tue, 4 Nov 25", entry("2511.00001")),
        section("Cross-lists for Tue, 4 Nov 25", entry("2511.00003", "X (cs.CL)")),
        section("Replacements for Tue, 4 Nov 25", entry("2401.00001")),
        "[ total of 3 entries: <b>1-3</b> ]",
        day="",
    )
    listing = listing_of("cs.LG", [read_listing(body)])
    assert (listing.date, listing.expected) == ("2025-11-04", 3)
    assert list(listing.ids.values()) == ["new", "cross", "replace"]


def test_a_page_of_many_tells_how_many_there_are() -> None:
    first = page(
        section("New submissions (showing first 1 of 3 entries)", entry("2511.00001")), total=1_003
    )
    listing = listing_of("cs.LG", [read_listing(first)])
    assert (len(listing.ids), listing.expected) == (1, 1_003)
    second = page(
        section(
            "New submissions (continued, showing last 2 of 3 entries)",
            entry("2511.00002"),
            entry("2511.00003"),
        ),
        section("Cross submissions (showing 1 of 1,000 entries)", entry("2511.00004", "X (cs.CL)")),
    )
    listing = listing_of("cs.LG", [read_listing(first), read_listing(second)])
    assert (len(listing.ids), listing.expected) == (4, 1_003)
    tomorrow = second.replace(b"4 November", b"5 November")
    listing = listing_of("cs.LG", [read_listing(first), read_listing(tomorrow)])
    assert len(listing.ids) == 1


def test_two_names_of_one_category() -> None:
    body = page(
        section("Replacement submissions (showing 1 of 1 entries)",
                entry("2401.00001", "Systems and Control (eess.SY)"))
    )  # fmt: skip
    assert listing_of("cs.SY", [read_listing(body)]).ids == {"2401.00001": "replace"}
    assert listing_of("eess", [read_listing(body)]).ids == {"2401.00001": "replace"}
    assert listing_of("cs.LG", [read_listing(body)]).ids == {"2401.00001": "replace-cross"}


def test_a_past_week() -> None:
    body = page(
        "<ul><li><a href='/list/cs.LG/pastweek?skip=0'>Tue, 4 Nov 2025</a></li></ul>",
        section("Tue, 4 Nov 2025 (showing 2 of 2 entries )",
                entry("2511.00001"), entry("2511.00003", "X (cs.CL)", "(cross-list from cs.CL)")),
        section("Mon, 3 Nov 2025 (showing 1 of 30 entries )", entry("2510.00009")),
        section("Fri, 31 Oct 2025 (showing 0 of 0 entries )",
                "<p>No updates for this time period.</p>"),
        total=32, day="<h2>Authors and titles for recent submissions</h2>",
    )  # fmt: skip
    days = days_of("cs.LG", [read_listing(body)])
    assert [(day.date, dict(day.ids), day.expected) for day in days] == [
        ("2025-11-04", {"2511.00001": "new", "2511.00003": "cross"}, 2),
        ("2025-11-03", {"2510.00009": "new"}, 30),
        ("2025-10-31", {}, 0),
    ]


def test_a_day_without_papers_says_so() -> None:
    listing = listing_of("cs.LG", [read_listing(page("<p>No updates today.</p>"))])
    assert (listing.date, listing.ids, listing.expected) == ("2025-11-04", {}, 0)


def test_markup_may_change() -> None:
    """Other tags and quotes round the same headings and links."""
    text = WHOLE.decode().replace("<h3>", "<h2 class=x><span>").replace("</h3>", "</span></h2>")
    text = text.replace('href ="/abs/', 'target=_blank href="https://arxiv.org/abs/')
    text = text.replace("<dl id='articles'>", "<section>").replace("</dl>", "</section>")
    text = text.replace("</dd>", "").replace("</dt>", "")
    old, new = (listing_of("cs.LG", [read_listing(one)]) for one in (WHOLE, text.encode()))
    assert old == new


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>Down for maintenance</body></html>",
        page(),
        page("<p>Nothing here.</p>"),
        page(section("New submissions (showing 2 of 2 entries)", entry("2511.00001"))),
        page(section("New submissions (showing 1 of 1 entries)", entry("2511.00001")), day=""),
        page(section("New submissions (showing 1 of 1 entries)"), day=TITLE),
        WHOLE.replace(b"/abs/", b"/abstract/"),
        b"\x1f\x8b",
    ],
)
def test_what_is_no_listing(body: bytes) -> None:
    with pytest.raises(Again):
        read_listing(body)


def test_half_a_page_is_none() -> None:
    for end in range(0, len(WHOLE) - len("</body></html>"), 11):
        with pytest.raises(Again):
            read_listing(WHOLE[:end])


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 6))
def test_mutations_never_surprise(seed: int, times: int) -> None:
    chance = random.Random(seed)
    body = bytearray(WHOLE)
    pieces = [b"<", b">", b"&#27;", b"</h3>", b"<h3>", b"<!--", b"<![if", b"<!DOCTYPE [", b"\xff",
              b"</dd>", b"<dt>", b'"', b"9" * 9, b"<script>", b"<a href=/abs/../../x>"]  # fmt: skip
    for _ in range(times):
        place = chance.randrange(len(body))
        if chance.random() < 0.5:
            body[place : place + chance.randrange(60)] = b""
        else:
            body[place:place] = chance.choice(pieces)
    try:
        listing = listing_of("cs.LG", [read_listing(bytes(body))])
    except Again:
        return
    assert listing.expected >= len(listing.ids)
    assert not listing.date or len(listing.date) == 10
    for arxiv_id, kind in listing.ids.items():
        assert arxiv_identifier(arxiv_id) == (arxiv_id, 0)
        assert kind in KINDS
