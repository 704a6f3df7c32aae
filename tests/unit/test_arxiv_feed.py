"""arXiv's daily feed: what it says, what it hides, what becomes of it when it breaks."""

import random
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.config import ArxivSettings
from assistant.errors import SourceError
from assistant.sources import arxiv_feed
from assistant.sources.announced import DailyFeed
from assistant.sources.arxiv_feed import fetch_feed, read_feed_page, year_of_id
from assistant.sources.arxiv_names import at_home, authors_of_line
from assistant.sources.courtesy import Again
from assistant.sources.record import Author, Identifier, Record
from assistant.text import clean, clean_line

SPACES = (
    'xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:atom="http://www.w3.org/2005/Atom"'
)
DAY = "Tue, 04 Nov 2025 00:00:00 -0500"


def item(id: str = "2511.01234v1", kind: str = "new", day: str = DAY, **told: str) -> str:
    fields = {
        "title": "A Paper",
        "link": f"https://arxiv.org/abs/{id.split('v')[0]}",
        "description": f"arXiv:{id} Announce Type: {kind} \nAbstract: What it says.",
        "guid": f"oai:arXiv.org:{id}",
        "pubDate": day,
        "arxiv:announce_type": kind,
        "dc:creator": "Ada Lovelace, Otto von Berg",
        **told,
    }
    body = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in fields.items() if text)
    return f"<item>{body}<category>cs.LG</category><category>stat.ML</category></item>"


def rss(*items: str, day: str = DAY) -> bytes:
    return (
        f"<?xml version='1.0' encoding='UTF-8'?>\n<rss {SPACES} version=\"2.0\"><channel>"
        "<title>cs.LG updates on arXiv.org</title><link>http://rss.arxiv.org/rss/cs.LG</link>"
        "<description>cs.LG updates</description>"
        f"<lastBuildDate>Tue, 04 Nov 2025 05:00:09 +0000</lastBuildDate><pubDate>{day}</pubDate>"
        f"{''.join(items)}</channel></rss>"
    ).encode()


def read(*items: str, **told: str) -> DailyFeed:
    return read_feed_page(rss(*items, **told), "cs.LG")[0]


def one(**told: str) -> Record:
    (announcement,) = read(item(**told)).announcements
    return announcement.record


def test_an_item_becomes_a_record() -> None:
    whole = {
        "title": "Learning\n  G\\\"odel if $x<y$ &amp; <b>more</b>",
        "description": "arXiv:2511.01234v1 Announce Type: new \nAbstract: $a<b$\n $c>d$.\n\n  Two",
        "arxiv:DOI": "10.1000/ABC",
        "arxiv:journal_reference": "J. de l'\\'Ecole 11",
        "dc:rights": "http://creativecommons.org/licenses/by/4.0/",
        "dc:creator": "Paulo Andr\\'e Lima de Castro (1, 2), K.-Y. Lam Jr (U. of X, (Y)), OpenAI",
    }  # fmt: skip
    assert one(**whole) == Record(
        source="arxiv",
        source_id="2511.01234",
        title="Learning Gödel if $x<y$ &amp; <b>more</b>",
        abstract="$a<b$\n $c>d$.\n\n  Two",
        authors=(
            Author("de Castro", "Paulo André Lima"), Author("Lam Jr", "K.-Y."), Author("OpenAI"),
        ),
        identifiers=(Identifier("arxiv", "2511.01234"), Identifier("doi", "10.1000/abc")),
        categories=("cs.LG", "stat.ML"),
        year=2025,
        published="2025-11-04",
        number=1,
        extra={
            "journal_ref": "J. de l'École 11",
            "license": "http://creativecommons.org/licenses/by/4.0/",
        },
    )  # fmt: skip


def test_how_each_was_announced() -> None:
    kinds = ["new", "cross", "replace", "replace-cross", "absonly", "NEW", "odd"]
    feed = read(*(item(f"2511.0000{n}v2", kind) for n, kind in enumerate(kinds)))
    assert [one.kind for one in feed.announcements] == [
        "new", "cross", "replace", "replace-cross", "replace", "new", "new",
    ]  # fmt: skip
    assert all(one.record.number == 2 for one in feed.announcements)
    # The day of the announcement is no day of a second version.
    assert all(one.record.published is None for one in feed.announcements)
    (found,) = read(item(kind="cross", **{"arxiv:announce_type": ""})).announcements
    assert found.kind == "cross"
    (found,) = read(item(**{"arxiv:announce_type": "", "description": "Bare."})).announcements
    assert (found.kind, found.record.abstract) == ("new", "Bare.")


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"guid": "oai:arXiv.org:math/0309136v3", "link": ""}, ("math/0309136", 3, 2003)),
        ({"guid": "", "link": "https://arxiv.org/abs/x"}, ("2511.01234", 1, 2025)),
        ({"guid": "", "description": "x"}, ("2511.01234", 1, 2025)),
        ({"guid": "https://arxiv.org/abs/2511.01234v7"}, ("2511.01234", 7, 2025)),
    ],
)  # fmt: skip
def test_ids(told: Mapping[str, str], expected: tuple[str, int, int]) -> None:
    record = one(**told)
    assert (record.source_id, record.number, record.year) == expected


def test_years() -> None:
    ids = ("hep-th/9108001", "math/0309136", "0704.0001", "2511.01234")
    assert [year_of_id(one) for one in ids] == [1991, 2003, 2007, 2025]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (DAY, "2025-11-04"),
        ("Tue, 04 Nov 2025 05:00:00 +0000", "2025-11-04"),
        ("Tue, 04 Nov 2025 00:00:00 EST", "2025-11-04"),
        ("Tue, 15 Jul 2025 00:00:00 -0400", "2025-07-15"),
        ("nonsense", None),
        ("", None),
    ],
)
def test_dates(told: str, expected: str | None) -> None:
    assert read(item(day=told), day=told).date == expected
    assert read(day=told).date == expected


def test_a_stale_feed_has_the_day_of_its_papers() -> None:
    """Built today, announcing yesterday's papers again."""
    feed, built = read_feed_page(rss(item(day="Mon, 03 Nov 2025 00:00:00 -0500"), day=DAY), "cs.LG")
    assert (feed.date, built) == ("2025-11-03", "2025-11-04T05:00:09+00:00")


def test_an_empty_feed_is_an_empty_day() -> None:
    assert read(day="Sat, 08 Nov 2025 00:00:00 -0500") == DailyFeed("cs.LG", "2025-11-08", ())


def test_what_cannot_be_read_is_counted() -> None:
    bad = item(guid="x", link="y", description="z")
    feed = read(bad, item(), item(title=""), item("2511.00002v1"), item())
    assert [one.record.source_id for one in feed.announcements] == ["2511.01234", "2511.00002"]
    assert (feed.unread, feed.capped) == (2, False)


def test_a_feed_at_its_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arxiv_feed, "CAP", 2)
    assert not read(item()).capped
    assert read(item(), item("2511.00002v1")).capped


def test_the_atom_form() -> None:
    body = f"""<?xml version='1.0' encoding='UTF-8'?>
    <feed {SPACES} xmlns="http://www.w3.org/2005/Atom"><id>http://rss.arxiv.org/atom/cs.LG</id>
    <title>cs.LG updates on arXiv.org</title><updated>2025-11-04T05:00:19.866337+00:00</updated>
    <entry><id>oai:arXiv.org:2511.01234v2</id><title>A &lt; B</title>
    <updated>2025-11-04T05:00:19.899254+00:00</updated>
    <link href="https://arxiv.org/abs/2511.01234" rel="alternate" type="text/html"/>
    <summary>arXiv:2511.01234v2 Announce Type: replace-cross
Abstract: Says.</summary><category term="cs.CV"/><category term="cs.LG"/>
    <published>2025-11-04T00:00:00-05:00</published>
    <arxiv:announce_type>replace-cross</arxiv:announce_type><arxiv:DOI>10.1/x</arxiv:DOI>
    <dc:creator>Ada Lovelace</dc:creator></entry></feed>""".encode()
    feed, built = read_feed_page(body, "cs.LG")
    ((record, kind),) = [(one.record, one.kind) for one in feed.announcements]
    assert (feed.date, built, kind) == (
        "2025-11-04", "2025-11-04T05:00:19+00:00", "replace-cross",
    )  # fmt: skip
    assert (record.title, record.abstract, record.number) == ("A < B", "Says.", 2)
    assert record.categories == ("cs.CV", "cs.LG")
    assert record.authors == (Author("Lovelace", "Ada"),)


def test_a_wrong_byte_is_seen_and_costs_no_paper() -> None:
    body = rss(item(title="Caf\xe9"), item("2511.00002v1")).decode().encode("latin-1")
    first, second = read_feed_page(body, "cs.LG")[0].announcements
    assert first.record.title == "Caf\ufffd"
    assert second.record.title == "A Paper"
    told = body.replace(b"UTF-8", b"ISO-8859-1")
    assert read_feed_page(told, "cs.LG")[0].announcements[0].record.title == "Café"
    control = rss(item(title="a\x0bb"))
    assert read_feed_page(control, "cs.LG")[0].announcements[0].record.title == "a\ufffdb"


def test_hostile_text_is_cleaned() -> None:
    record = one(
        title="a\u202eb \x1b[31m", description="\u200bx", **{"dc:creator": "E\u2066vil, , ."}
    )
    assert (record.title, record.abstract) == ("ab \ufffd[31m", "x")
    assert record.authors == (Author("Evil"),)


@pytest.mark.parametrize(
    "body",
    [b"", b"<html><body>Down</body></html>", b"<!DOCTYPE html><html></html>", b"<rss/>",
     b"<rss><channel></channel></rss>", b'{"a": 1}', b"\x1f\x8b\x08", b"<rss>&nbsp;</rss>",
     b"<!DOCTYPE rss [<!ENTITY a 'b'>]>" + rss(item())[39:]],
)  # fmt: skip
def test_what_is_no_feed(body: bytes) -> None:
    with pytest.raises(Again):
        read_feed_page(body, "cs.LG")


def test_half_a_day_is_none() -> None:
    body = rss(item(), item("2511.00002v1"))
    for end in range(0, len(body), 7):
        with pytest.raises(Again):
            read_feed_page(body[:end], "cs.LG")


def assert_clean(record: Record) -> None:
    """Nothing in a record would be changed by cleaning it once more."""
    lines = [record.title, *record.categories, *record.extra.values()]
    lines += [part for author in record.authors for part in author]
    lines += [part for identifier in record.identifiers for part in identifier]
    for line in lines:
        assert line == clean_line(line)
        assert not any(unicodedata.category(letter) in ("Cc", "Cs") for letter in line)
    assert record.abstract == clean(record.abstract)
    assert record.source_id
    assert record.title
    assert record.year


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 6))
def test_mutations_never_surprise(seed: int, times: int) -> None:
    chance = random.Random(seed)
    body = bytearray(rss(item(), item("hep-th/9901001v2", "cross", title="\x1b[31mred\u202e")))
    pieces = [b"<", b">", b"&", b"]]>", b"\x1b", b"\xff", b"</item>", b"<item>", b"<!--", b"&#27;",
              b"&#x202e;", b"\x00", b"9" * 50, b'"', b"<title>", b"v999999", b"-0500"]  # fmt: skip
    for _ in range(times):
        place = chance.randrange(len(body))
        match chance.randrange(3):
            case 0:
                body[place : place + chance.randrange(40)] = b""
            case 1:
                body[place:place] = chance.choice(pieces)
            case _:
                body[place] = chance.randrange(256)
    try:
        feed, _ = read_feed_page(bytes(body), "cs.LG")
    except Again:
        return
    for announcement in feed.announcements:
        assert_clean(announcement.record)


@settings(max_examples=80, deadline=None)
@given(st.text(), st.text(), st.text())
def test_any_text_is_cleaned(title: str, summary: str, creator: str) -> None:
    body = rss(item(title=title, description=summary, **{"dc:creator": creator}))
    try:
        feed, _ = read_feed_page(body, "cs.LG")
    except Again:
        return
    for announcement in feed.announcements:
        assert_clean(announcement.record)


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("A. B. Cee and D. Eff", ["A. B. Cee", "D. Eff"]),
        ("A Bee, C Dee, and E Eff", ["A Bee", "C Dee", "E Eff"]),
        ("The X Collaboration: A. Bee, C. Dee", ["The X Collaboration", "A. Bee", "C. Dee"]),
        ("A Bee (1 and 2), C Dee (2) ((1) Univ, X, (2) Inst)", ["A Bee", "C Dee"]),
        ("A Bee (Univ, C Dee", ["A Bee Univ", "C Dee"]),
        ("Martin King, Jr., Sam Smith III", ["Martin King Jr.", "Sam Smith III"]),
        ("Alexander Andersen et al.", ["Alexander Andersen"]),
        ("J\\'er\\^ome D{\\\"u}rr", ["Jérôme Dürr"]),
        ("", []),
        (", . ,", []),
    ],
)
def test_lines_of_authors(line: str, names: list[str]) -> None:
    assert [author.name for author in authors_of_line(line)] == names


def test_homes() -> None:
    assert at_home("cs.LG", "cs.LG")
    assert at_home("cs.LG", "cs")
    assert at_home("eess.SY", "cs.SY")
    assert at_home("", "cs.LG")
    assert not at_home("cs.CL", "cs.LG")
    assert not at_home("csx.LG", "cs")


@pytest.mark.parametrize("category", ["", "cs.LG/../x", "cs LG", "cs.LG?x", "CS.LG", "a" * 99])
def test_what_is_no_category_is_not_asked_for(category: str) -> None:
    with pytest.raises(SourceError, match="no arXiv category"):
        fetch_feed(category, ArxivSettings(feed="http://127.0.0.1:9"), pause=lambda _: None)


def test_real_feeds(shared_data: Path) -> None:
    files = sorted((shared_data / "arxiv_samples" / "arxiv_rss").glob("*.xml"))
    assert files
    for file in files:
        body = file.read_bytes()
        feed, built = read_feed_page(body, "cs.LG")
        entries = body.count(b"<guid") or body.count(b"<entry>")
        assert len(feed.announcements) == entries
        assert feed.unread == 0
        assert built
        assert feed.date == built[:10]
        for announcement in feed.announcements:
            assert_clean(announcement.record)
            assert announcement.record.authors
            assert announcement.record.categories
            assert not announcement.record.abstract.startswith("arXiv:")


def test_attacks(shared_data: Path) -> None:
    for file in (shared_data / "hostile" / "xml_attacks").glob("*.xml"):
        with pytest.raises(Again):
            read_feed_page(file.read_bytes(), "cs.LG")
