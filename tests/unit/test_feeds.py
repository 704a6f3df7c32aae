"""Anybody's feeds: blogs, releases, and what they may hide."""

import random
from datetime import datetime
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.config import FeedsSettings
from assistant.errors import SourceError
from assistant.sources import feeds
from assistant.sources.courtesy import Again
from assistant.sources.feed_items import Item, plain_text
from assistant.sources.feeds import fetch_feed_items, read_feed_items
from assistant.sources.polite import Answer, Elsewhere, Validators
from assistant.text import clean, clean_line


def rss(items: str, title: str = "A blog") -> bytes:
    return f"""<?xml version="1.0"?><rss version="2.0"><channel><title>{title}</title>
    <link>https://blog.example/</link>{items}</channel></rss>""".encode()


ITEM = """<item><title>Scaling &lt;b&gt;laws&lt;/b&gt; &amp;amp; more</title>
<link>https://blog.example/1</link><guid>tag:1</guid>
<pubDate>Tue, 04 Nov 2025 10:00:00 +0200</pubDate>
<description>&lt;p&gt;One &lt;i&gt;word&lt;/i&gt;.&lt;/p&gt;&lt;script&gt;alert(1)&lt;/script&gt;
&lt;p onclick="x()"&gt;Two&amp;nbsp;&amp;lt;tags&amp;gt;&lt;/p&gt;</description></item>"""

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Releases</title>
<entry><id>tag:github.com,2008:R/1/v2.0</id><updated>2025-11-04T12:00:00Z</updated>
<link rel="alternate" type="text/html" href="https://github.com/o/r/releases/tag/v2.0"/>
<title>v2.0 &lt;fast&gt;</title>
<content type="html">&lt;h2&gt;New&lt;/h2&gt;&lt;ul&gt;&lt;li&gt;A&lt;/li&gt;
&lt;li&gt;B&lt;/li&gt;&lt;/ul&gt;</content></entry></feed>"""


def test_a_blog() -> None:
    title, items = read_feed_items(rss(ITEM))
    assert title == "A blog"
    assert items == (
        Item(
            "tag:1",
            "Scaling laws & more",
            "https://blog.example/1",
            "2025-11-04T08:00:00+00:00",
            "One word.\n\nTwo <tags>",
        ),
    )


def test_releases() -> None:
    title, (item,) = read_feed_items(ATOM.encode())
    assert (title, item.title) == ("Releases", "v2.0 <fast>")
    assert item.link == "https://github.com/o/r/releases/tag/v2.0"
    assert item.published == "2025-11-04T12:00:00+00:00"
    assert item.summary.split() == ["New", "A", "B"]


def test_ids() -> None:
    bare = "<item><title>T{}</title>{}</item>"
    link = "<link>https://blog.example/2</link>"
    items = read_feed_items(rss(bare.format(1, link) + bare.format(2, "") * 2 + "<item></item>"))[1]
    assert [item.title for item in items] == ["T1", "T2"]
    assert items[0].id == "https://blog.example/2"
    assert len(items[1].id) == 32
    assert read_feed_items(rss(bare.format(2, "")))[1][0].id == items[1].id


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "mailto:a@b", "//x/y"]
)
def test_links_that_are_none(link: str) -> None:
    (item,) = read_feed_items(rss(f"<item><title>T</title><link>{link}</link></item>"))[1]
    assert item.link is None


def test_no_more_than_the_newest(monkeypatch: pytest.MonkeyPatch) -> None:
    many = "".join(f"<item><title>T{n}</title></item>" for n in range(300))
    assert len(read_feed_items(rss(many))[1]) == 200


def test_what_is_whole_but_not_well_formed_is_mended() -> None:
    body = rss("<item><title>Fish & Chips&nbsp;</title><guid>1</guid></item>")
    (item,) = read_feed_items(b"\n  " + body)[1]
    assert item.title == "Fish & Chips"


@pytest.mark.parametrize(
    "body",
    [b"", b"<html><body/></html>", b"<!DOCTYPE html><html></html>", b"{}", rss(ITEM)[:-40],
     b"<!DOCTYPE rss [<!ENTITY a 'b'>]>" + rss(ITEM), rss("<item>&nbsp;")[:-20]],
)  # fmt: skip
def test_what_is_no_feed(body: bytes) -> None:
    with pytest.raises(Again):
        read_feed_items(body)


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<style>x</style><svg><text>y</text></svg>z", "z"),
        ("&lt;b&gt; &#27;[31m &#x202e;x", "<b> [31m x"),
        ("<script>a", ""),
        ("<![CDATA[x]]><!-- y --><p>z", "z"),
        ("x < y", "x < y"),
        ("<a href='javascript:x'>t</a>", "t"),
    ],
)
def test_markup_becomes_text(markup: str, text: str) -> None:
    assert plain_text(markup) == text


@given(st.text() | st.lists(st.sampled_from(
    ["<", ">", "<!", "<![", "]]>", "<script>", "</script>", "&#27;", "&lt;", "a", "\x1b[", "-->"]
)).map("".join))  # fmt: skip
def test_any_markup_is_cleaned(markup: str) -> None:
    text = plain_text(markup)
    assert text == clean(text)


def assert_clean(item: Item) -> None:
    for line in (item.id, item.title, item.link or ""):
        assert line == clean_line(line)
    assert item.summary == clean(item.summary)
    assert item.link is None or urlsplit(item.link).scheme in ("http", "https")
    if item.published:
        assert datetime.fromisoformat(item.published).utcoffset() is not None


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 6), st.sampled_from([rss(ITEM * 2), ATOM.encode()]))
def test_mutations_never_surprise(seed: int, times: int, whole: bytes) -> None:
    chance = random.Random(seed)
    body = bytearray(whole)
    pieces = [b"<", b">", b"&", b"&#27;", b"&#x202e;", b"\xff", b"<item>", b"</item>", b"<!--",
              b"]]>", b"<![CDATA[", b"javascript:", b"99999", b"<base/>", b"&nbsp;"]  # fmt: skip
    for _ in range(times):
        place = chance.randrange(len(body))
        match chance.randrange(3):
            case 0:
                body[place : place + chance.randrange(30)] = b""
            case 1:
                body[place:place] = chance.choice(pieces)
            case _:
                body[place] = chance.randrange(256)
    try:
        _, items = read_feed_items(bytes(body))
    except Again:
        return
    for item in items:
        assert_clean(item)


def answers(monkeypatch: pytest.MonkeyPatch, *given: Answer | Exception) -> list[str]:
    asked: list[str] = []
    left = list(given)

    def get(address: str, query: object, **_: object) -> Answer:
        asked.append(address)
        answer = left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(feeds, "get", get)
    return asked


def test_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    new = "https://new.example/feed"
    for for_good in (True, False):
        asked = answers(
            monkeypatch,
            Elsewhere("blog.example", new, for_good=for_good),
            Answer(200, rss(ITEM), Validators('"x"')),
        )
        found = fetch_feed_items("https://blog.example/f", FeedsSettings(), pause=lambda _: None)
        assert asked == ["https://blog.example/f", new]
        assert found.moved_to == (new if for_good else None)
        assert (found.etag, len(found.items or ())) == ('"x"', 1)


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:80/", "http://[::1]/", "http://localhost/", "http://169.254.169.254/"],
)
def test_the_outside_world_does_not_send_us_inside(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    asked = answers(monkeypatch, Elsewhere("blog.example", address, for_good=True))
    with pytest.raises(SourceError, match="our own network"):
        fetch_feed_items("https://blog.example/f", FeedsSettings(), pause=lambda _: None)
    assert len(asked) == 1


def test_a_feed_that_is_sent_on_and_on(monkeypatch: pytest.MonkeyPatch) -> None:
    moves = [Elsewhere("x", f"https://{n}.example/", for_good=True) for n in range(9)]
    asked = answers(monkeypatch, *moves)
    with pytest.raises(SourceError, match="on and on"):
        fetch_feed_items("https://blog.example/f", FeedsSettings(), pause=lambda _: None)
    assert len(asked) == 4


def test_nothing_new(monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch, Answer(304, b"", Validators('"x"')))
    found = fetch_feed_items("https://blog.example/f", FeedsSettings(), pause=lambda _: None)
    assert (found.items, found.etag) == (None, '"x"')
