"""A digest in every form: what it says, and that no title can make it say something else."""

import base64
import hashlib
import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from rich.cells import cell_len

from assistant.digest.model import CoveredBatch, Digest, DigestEntry, FeedItem, Folded
from assistant.digest.renderers import FORMS, render, render_atom
from assistant.digest.renderers.markdown import plain
from assistant.digest.renderers.terminal import wrap
from assistant.digest.renderers.words import batch_line, is_web_address, nothing_new
from assistant.errors import UsageError
from assistant.text import clean_line
from tests.fakes.digests import DIGEST, ENTRIES, TUESDAY, batch, entry, quiet

ATOM = "{http://www.w3.org/2005/Atom}"
VOID = ("meta", "br", "img", "link", "hr")
HOSTILE = (
    "[/]", "[x](javascript:alert(1))", "![x](http://e/x.png)", "<script>", "</p>", "<b>", "&lt;",
    "&amp;", "&#x41;", "*x*", "**", "_x_", "__", "`", "```", "~~x~~", "# ", "## x", "> ", "- ",
    "+ ", "1. ", "12) ", "---", "===", "==x==", "%%", "\\", "\\*", "\\[", "$x_i$", "${a}_{b}$",
    "$\\alpha$", "[[x]]", "[^1]", "[a]: http://e", "<http://e>", "| a |", "\n", "\n\n", "\t",
    "]]>", "-->", "\"", "'", "\x1b[31m", "\x1b]8;;http://e\x07", "\x9b2J", "\x00", "\x08",
    "\u202e", "\u2028", "\ufffe", "\ud800", "日本語", "ｆｕｌｌ", "한국어", "שלום", "👩‍🔬", "🇯🇵",
    "e\u0301", "\u0301" * 50, "word", " ", "@click", "C#", "snake_case", "。", "a" * 130,
)  # fmt: skip
hostile = st.lists(st.sampled_from(HOSTILE) | st.text(max_size=5), max_size=12).map("".join)
entries = st.builds(
    DigestEntry,
    work_id=st.just(1),
    id=hostile,
    title=hostile,
    authors=st.lists(hostile, max_size=5).map(tuple),
    category=hostile,
    venue=st.none() | hostile,
    announced=st.just(TUESDAY) | hostile,
    kind=st.sampled_from(["new", "cross", "replace", "replace-cross", "odd"]),
    score=st.floats(0, 1),
    reasons=st.lists(hostile, max_size=3).map(tuple),
    extract=hostile,
    abstract=hostile,
    links=st.dictionaries(hostile, st.just("https://e.org/x") | hostile, max_size=3),
    explore=st.booleans(),
    again=st.none() | hostile,
    folded=st.lists(st.builds(Folded, hostile, hostile), max_size=2).map(tuple),
)
digests = st.builds(
    Digest,
    profile=hostile,
    date=st.just(TUESDAY) | hostile,
    made_at=st.just(DIGEST.made_at) | hostile,
    batches=st.lists(
        st.builds(
            CoveredBatch,
            st.sampled_from(["arxiv", "openreview"]) | hostile,
            hostile,
            st.just(TUESDAY) | hostile,
            st.sampled_from(["complete", "partial", "stale", "holiday", "failed"]) | hostile,
            st.none() | st.integers(0, 999),
            st.integers(0, 999),
        ),
        max_size=4,
    ).map(tuple),
    entries=st.lists(entries, max_size=3).map(tuple),
    candidates=st.integers(0, 9999),
    muted=st.integers(0, 9),
    confidence=hostile,
    items=st.lists(
        st.builds(FeedItem, hostile, hostile, hostile, st.none() | hostile, hostile), max_size=2
    ).map(tuple),
)


def told(*batches: CoveredBatch, date: str = TUESDAY) -> str:
    return batch_line(quiet(date, *batches))


def test_batches_are_told_by_state_and_day() -> None:
    assert batch_line(DIGEST) == (
        "cs.LG, cs.CL: complete, 612 papers, announced Tue 4 Nov; cs.CV: partial, 14 missing; "
        "cs.AI: nothing of Mon 3 Nov yet; arXiv is late; "
        "cs.RO: could not be fetched; the next sync tries again"
    )
    assert told(batch("cs.LG", "holiday")) == "cs.LG: no announcements (holiday)"
    assert told(batch("cs.LG", received=1)) == "cs.LG: complete, 1 paper, announced Tue 4 Nov"
    unknown = batch("cs.LG", "partial", expected=None, received=1200)
    assert told(unknown) == "cs.LG: partial, 1,200 received, announced Tue 4 Nov"
    venue = replace(batch("ICLR 2026"), source="openreview")
    assert told(venue).startswith("OpenReview ICLR 2026: complete, 300 papers")


def test_days_and_years_are_named_where_they_differ() -> None:
    days = [batch("cs.LG", date="2025-12-31"), batch("cs.LG", date="2026-01-02")]
    assert told(*days, date="2026-01-02") == (
        "cs.LG: complete, 300 papers, announced Wed 31 Dec 2025; "
        "cs.LG: complete, 300 papers, announced Fri 2 Jan"
    )
    assert told(batch("cs.LG", "holiday"), date="2026-01-02") == (
        "cs.LG: no announcements on Tue 4 Nov 2025 (holiday)"
    )


@pytest.mark.parametrize(
    ("digest", "said"),
    [
        (quiet("2025-11-08"), "weekend"),
        (quiet("2025-11-09", batch("cs.LG", "stale", date="2025-11-07")), "Mon 10 Nov"),
        (quiet(), "Nothing has been fetched for Tue 4 Nov yet"),
        (quiet(TUESDAY, batch("cs.LG", "holiday")), "holiday"),
        (quiet(TUESDAY, batch("cs.LG", "failed")), "could be fetched"),
        (quiet(TUESDAY, batch("cs.LG", "stale")), "not come through"),
        (quiet(TUESDAY, batch("cs.LG", received=0)), "in your categories"),
        (replace(quiet(TUESDAY, batch("cs.LG")), candidates=300), "among 300 papers"),
        (replace(quiet(TUESDAY, batch("cs.LG")), muted=3), "muted words kept out all 3"),
    ],
)
def test_an_empty_digest_says_why_and_what_next(digest: Digest, said: str) -> None:
    why, then = nothing_new(digest)
    assert said in why + then
    assert why
    assert then
    for form in ("terminal", "markdown", "html"):
        assert said in render(digest, form)
    assert json.loads(render(digest, "json"))["entries"] == []


@pytest.mark.parametrize("width", [40, 80, 100, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    for line in render(DIGEST, "terminal", width=width).splitlines():
        assert cell_len(line) <= min(width, 96) or line.strip().startswith("https://")


def test_the_terminal_shows_every_part_in_order() -> None:
    text = render(DIGEST, "terminal")
    order = (
        "ml-systems  ·  Tuesday 4 November 2025", "cs.RO: could not", "908 papers ranked, 12 muted",
        "Fairly sure", " 1. Skipping", "+ close to", "stat.ML (cross-list) · ICLR 2026 (oral)",
        "also: Bounds", " 3. New version since you saw it", "大規模言語モデル",
        "Collaborator 3 et al.", "[/] Closing Tags", "Outside your usual reading", "11. Protein",
        "q-bio.BM · Mon 3 Nov", "12. Auctions", "From your feeds", "https://blog.example.org",
        "assistant paper open ID",
    )  # fmt: skip
    places = [text.index(one) for one in order]
    assert places == sorted(places)
    assert "Collaborator 4" not in text
    assert "data:text" not in text


def test_colour_only_when_asked() -> None:
    assert "\x1b" not in render(DIGEST, "terminal")
    coloured = render(DIGEST, "terminal", color=True)
    assert "\x1b[1mSkipping What Is Known" in coloured
    assert re.sub(r"\x1b\[[0-9]+m", "", coloured) == render(DIGEST, "terminal")


@given(hostile.map(clean_line), st.integers(2, 60))
def test_wrapping_keeps_every_word_within_the_width(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert all(cell_len(line) <= width for line in lines)
    assert re.sub(r"\s", "", "".join(lines)) == re.sub(r"\s", "", text)


def test_wide_signs_break_anywhere_but_before_closing_ones() -> None:
    assert wrap("経路選択。長い文脈", 8) == ["経路選", "択。長い", "文脈"]
    assert wrap("one two three", 7) == ["one two", "three"]


@given(digests, st.sampled_from(FORMS))
def test_nothing_breaks_a_form_and_no_control_gets_through(digest: Digest, form: str) -> None:
    text = render(digest, form)
    assert not re.search(
        "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", text
    )
    text.encode()


@given(hostile.map(clean_line))
def test_markdown_shows_a_line_as_it_is(text: str) -> None:
    reader = MarkdownIt("commonmark").enable(["strikethrough", "table"])
    for prefix, kind in (
        ("", "paragraph_open"),
        ("### ", "heading_open"),
        ("- ", "bullet_list_open"),
    ):
        tokens = reader.parse(prefix + (plain(text) or "x"))
        assert tokens[0].type == kind
        (inline,) = (token for token in tokens if token.type == "inline")
        children = inline.children or []
        assert {child.type for child in children} <= {"text", "text_special"}
        assert "".join(child.content for child in children) == (text or "x")


def test_markdown_keeps_latex_and_dollars() -> None:
    assert plain(r"On $x_i^2 + \alpha$ and R&D in snake_case, C# < Rust") == (
        r"On $x_i^2 + \alpha$ and R&D in snake_case, C# < Rust"
    )


def test_markdown_escapes_what_only_dialects_know() -> None:
    assert plain("==yes== %%no%% _x_ ~~y~~") == r"\=\=yes\=\= \%\%no\%\% \_x\_ \~\~y\~\~"


def test_markdown_is_made_of_our_links_only() -> None:
    tokens = MarkdownIt("commonmark").parse(render(DIGEST, "markdown"))
    inline = [child for token in tokens for child in token.children or []]
    links = [str(child.attrs["href"]) for child in inline if child.type == "link_open"]
    assert {address.split(":")[0] for address in links} == {"https"}
    assert "https://doi.org/10.1234/shower_(2025)" in links
    assert not any(child.type in ("html_inline", "image", "em_open") for child in inline)
    headings = [token.tag for token in tokens if token.type == "heading_open"]
    assert headings.count("h3") == len(ENTRIES) + len(DIGEST.items)


class Page(HTMLParser):
    """A page's elements, checked to be closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.shown = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.shown += data


@given(digests)
def test_a_page_has_only_our_elements_and_fetches_nothing(digest: Digest) -> None:
    page = Page(render(digest, "html"))
    assert page.open == []
    assert {tag for tag, _ in page.tags} <= {
        "html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "p", "ul", "li",
        "article", "details", "summary", "a", "footer", "code",
    }  # fmt: skip
    for tag, attributes in page.tags:
        assert set(attributes) <= {
            "charset", "http-equiv", "content", "name", "lang", "dir", "class", "href", "rel",
        }  # fmt: skip
        if tag == "a":
            assert re.match("https?://", attributes["href"] or "")
            assert attributes["rel"] == "noreferrer"
    for one in digest.entries:
        title = clean_line(one.title)
        assert title in page.shown


def test_a_page_allows_its_own_style_and_nothing_else() -> None:
    text = render(DIGEST, "html")
    (style,) = re.findall("<style>(.*?)</style>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert "default-src 'none'" in text
    assert f"style-src 'sha256-{digest}'" in text
    assert "url(" not in style
    assert "@import" not in style
    assert 'name="viewport"' in text
    assert "prefers-color-scheme: dark" in style
    assert "An ablation shows" in text
    assert "Collaborator 40 et al." in text
    assert len(text.encode()) < 102_000  # where Gmail begins to cut


def test_json_has_the_promised_keys() -> None:
    document = json.loads(render(DIGEST, "json"))
    assert list(document) == [
        "date", "profile", "made_at", "batches", "entries", "candidates", "muted", "confidence",
        "items", "deadlines", "programme",
    ]  # fmt: skip
    assert document["batches"][2] == {
        "source": "arxiv", "category": "cs.CV", "date": TUESDAY, "state": "partial",
        "expected": 310, "received": 296,
    }  # fmt: skip
    first, second, third = document["entries"][:3]
    assert set(first) == {
        "id", "title", "score", "reasons", "explore", "again", "authors", "category", "venue",
        "announced", "kind", "extract", "abstract", "links", "folded", "status", "session",
        "starts", "place", "learning",
    }  # fmt: skip
    assert first["score"] == 0.71
    assert first["again"] is None
    assert second["folded"][0]["id"] == "arxiv:2510.11111"
    assert third["again"] == "new version since you saw it (v1 to v2)"
    assert len(document["entries"][4]["authors"]) == 3000


@given(st.lists(digests, max_size=3), st.none() | hostile | st.just("https://e.org/feed.atom"))
def test_a_feed_is_well_formed_and_has_what_the_rfc_demands(
    shown: list[Digest], address: str | None
) -> None:
    feed = ET.fromstring(render_atom(shown, address))
    stamp = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
    ids = set()
    for element in (feed, *feed.iterfind(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            (found,) = element.findall(ATOM + name)
            assert found.text
        assert re.fullmatch(stamp, element.findtext(f"{ATOM}updated") or "")
        assert element.findtext(f"{ATOM}id") not in ids
        ids.add(element.findtext(f"{ATOM}id"))
        for link in element.iterfind(f"{ATOM}link"):
            assert link.get("rel") in ("self", "alternate")
            assert is_web_address(link.get("href") or "")
    assert all(re.fullmatch(r"tag:[a-z.]+,\d{4}:[!-~]+", one or "") for one in ids)
    for content in feed.iter(f"{ATOM}content"):
        assert content.get("type") == "html"
        assert Page(content.text or "").open == []
    assert feed.findtext(f"{ATOM}author/{ATOM}name")


def test_a_feed_is_the_same_every_time_and_newest_first() -> None:
    older = replace(DIGEST, date="2025-11-03", made_at="2025-11-03T06:00:00+00:00")
    text = render_atom([older, DIGEST, DIGEST], "https://e.org/feed.atom")
    assert text == render_atom([DIGEST, older], "https://e.org/feed.atom")
    feed = ET.fromstring(text)
    found = [one.findtext(f"{ATOM}id") or "" for one in feed.iter(f"{ATOM}entry")]
    assert len(found) == 2 * len(ENTRIES)
    assert found[0] == "tag:assistant.invalid,2026:digest/ml-systems/2025-11-04/arxiv%3A2511.00001"
    assert "2025-11-03" in found[-1]
    assert feed.findtext(f"{ATOM}updated") == "2025-11-04T05:41:12Z"
    assert 'rel="self" href="https://e.org/feed.atom"' in text
    crowd = feed.findall(f"{ATOM}entry")[4]
    assert len(crowd.findall(f"{ATOM}author")) == 50


@pytest.mark.parametrize(
    ("address", "good"),
    [
        ("https://arxiv.org/abs/1", True),
        ("http://e.org", True),
        ("javascript:alert(1)", False),
        ("JAVASCRIPT:x", False),
        ("data:text/html,x", False),
        ("https://arxiv.org@evil.org/", False),
        ("https://", False),
        ("//e.org", False),
        ("https://e.org/a b", False),
        ("https://e.org/<x>", False),
        ("https://[::1", False),
        ("", False),
    ],
)
def test_which_addresses_are_links(address: str, good: bool) -> None:
    assert is_web_address(address) is good
    page = render(replace(DIGEST, entries=(entry(1, "T", links={"page": address}),)), "html")
    assert ("<a href" in page.partition("From your feeds")[0]) is good


def test_a_form_nobody_knows() -> None:
    with pytest.raises(UsageError, match="no form"):
        render(DIGEST, "pdf")
