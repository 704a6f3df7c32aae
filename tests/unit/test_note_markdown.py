"""Reading a note: what is a link and what only looks like one, and exactly where each stands."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.notes import frontmatter
from assistant.notes.cards import cards_of
from assistant.notes.files import decode, encode
from assistant.notes.markdown import Link, parse_note
from assistant.notes.sections import LONGEST


def links(text: str) -> list[Link]:
    return sorted(parse_note(text).links, key=lambda link: link.start)


@pytest.mark.parametrize(
    ("text", "kind", "target", "fragment", "label"),
    [
        ("[[Note]]", "note", "Note", "", ""),
        ("[[a/b c#Head ing|la bel]]", "note", "a/b c", "Head ing", "la bel"),
        ("![[pic.png|100]]", "embed", "pic.png", "", "100"),
        ("[[Note#^block]]", "note", "Note", "^block", ""),
        ("[x](../b%20c.md#part 'title')", "note", "../b c.md", "part", "x"),
        ("[x](<b c.md>)", "note", "b c.md", "", "x"),
        ("![x](pics/a.png)", "embed", "pics/a.png", "", "x"),
        ("[[arxiv:2103.00020]]", "paper", "arxiv:2103.00020", "", ""),
        ("[[doi:10.1000/xyz|it]]", "paper", "doi:10.1000/xyz", "", "it"),
        ("[[skill:amp]]", "skill", "skill:amp", "", ""),
        ("# Head [[Note]] #", "note", "Note", "", ""),
        ("> - deep [[Note]]", "note", "Note", "", ""),
        ("**[[Note]]**", "note", "Note", "", ""),
        ("[a [[Note]] b", "note", "Note", "", ""),
        ("[^1]: foot [[Note]]", "note", "Note", "", ""),
        ("[ref]: sub/ref.md", "note", "sub/ref.md", "", ""),
        ("| a |\n|---|\n| [[Note\\|x]] |", "note", "Note", "", "x"),
        ("| a | a |\n|---|---|\n| x | `a\\|b` [[Note]] |", "note", "Note", "", ""),
        ("$5 and [[Note]] for $6", "note", "Note", "", ""),
        ("---\nsee: '[[Note|x]]'\n---\n", "note", "Note", "", "x"),
    ],
)
def test_links_of_every_form(text: str, kind: str, target: str, fragment: str, label: str) -> None:
    (link,) = links(text)
    assert (link.kind, link.target, link.fragment, link.label) == (kind, target, fragment, label)
    for prefix in ("", "﻿", "é\r\n\r\n" if not text.startswith("---") else ""):
        (link,) = links(prefix + text)
        whole = prefix + text
        written = whole[link.target_start : link.target_end]
        assert written.replace("%20", " ") == target
        assert written in whole[link.start : link.end]


@pytest.mark.parametrize(
    "text",
    [
        "`[[no]]`", "``a ` [[no]]``", "```\n[[no]]\n```", "    [[no]]", "~~~py\n#no\n[[no]]\n~~~",
        "$[[no]]$", "$$\n[[no]]\n$$", "<!-- [[no]] -->", "<!--\n[[no]]\n\n[[no]]\n-->",
        "%%[[no]]%%", "%%\n[[no]]\n\n#no\n%%\n", "\\[[no]]", "<div>[[no]]</div>",
        "[x](https://example.org/a.md)", "[x](mailto:a@b.c)", "[x](#heading)", "<https://a.b/#no>",
        "[[]]", "[[ ]]", "[[a\nb]]", "[ [no] ]", "![alt with nothing]", "https://a.b/x#no",
        "[x](javascript:alert(1))", "[x](//host/a.md)",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_link_or_tag(text: str) -> None:
    note = parse_note(text)
    assert note.links == []
    assert note.tags == []


def test_links_keep_their_lines_and_context() -> None:
    found = links("---\na: 1\n---\none\n\ntwo [[A]] three\nfour [[B]]\n")
    assert [(link.target, link.line) for link in found] == [("A", 5), ("B", 6)]
    assert "two [[A]] three" in found[0].context


def test_tags_of_text_and_front_matter() -> None:
    text = (
        "---\ntags: [One, two words]\n---\n#Three/four and #5 x#no `#no` (#no) #ünï-x\n# Head #h\n"
    )
    assert parse_note(text).tags == ["one", "two-words", "three/four", "ünï-x", "h"]


def test_sections_split_at_headings_and_long_ones_at_paragraphs() -> None:
    long = "\n\n".join(
        f"Paragraph {n} says something long enough to count. " * 6 for n in range(20)
    )
    text = f"---\ntitle: T\n---\nbefore\n\n# One\n\nalpha\n\n## Two\n\n{long}\n\n# Three\nomega\n"
    note = parse_note(text)
    assert note.title == "T"
    headings = [section.heading for section in note.sections]
    assert headings[:2] == ["", "One"]
    assert headings[-1] == "Three"
    assert headings.count("One > Two") > 3
    assert all(len(section.text) <= LONGEST for section in note.sections)
    told = " ".join(section.text for section in note.sections)
    for n in range(20):
        assert told.count(f"Paragraph {n} says") == 6
    lines = text.split("\n")
    for section in note.sections:
        first = section.text.split("\n")[0][:20]
        assert any(first in line for line in lines[section.line : section.line + 4])


@given(st.text(alphabet="ab[]()|#!`$%<>-~*_=\\\"'{}:&^ \n\r\t\x00é日🎉", max_size=200))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_and_links_stand_where_they_say(text: str) -> None:
    for link in parse_note(text).links:
        assert 0 <= link.start <= link.target_start <= link.target_end <= link.end <= len(text)
        assert text[link.start] in "[!<" or link.syntax == "reference"


@pytest.mark.parametrize(
    "text",
    ["[" * 5_000, "![" * 3_000, ">" * 3_000 + "x", "- " * 2_000, "*a " * 5_000, "`" * 9_999 + "x",
     "[[a" * 3_000, "$" * 5_000, "%%" * 5_001, "<" * 9_999, "[a](" * 2_000, "|" * 5_000 + "\n|-|",
     "a\n" * 20_000, "#" * 9_999, "&" * 9_999, "~~" * 4_000, "[x]: <" * 1_000, "<!--" * 3_000],
    ids=range(18),
)  # fmt: skip
def test_texts_made_to_be_slow_are_read(text: str) -> None:
    parse_note(text)


@given(st.binary(max_size=200))
def test_any_bytes_come_back_as_they_were(data: bytes) -> None:
    assert encode(decode(data)) == data


@pytest.mark.parametrize(
    ("yaml", "problem"),
    [
        ("a: &x [1]\nb: *x", "alias"),
        ("a: !!python/object/apply:os.system ['true']", "object"),
        ("a: !custom x", "object"),
        ("- 1\n- 2", "no table"),
        ("a: [", "no YAML"),
        ("a: " + "[" * 50 + "]" * 50, "deeply"),
        ("a: [" + "1," * 9_000 + "]", "more than"),
        ("a: " + "x" * 70_000, "longer"),
        ("a: 2021-99-99", "cannot be read"),
    ],
)
def test_yaml_that_would_harm_is_not_read_and_the_note_is(yaml: str, problem: str) -> None:
    note = parse_note(f"---\n{yaml}\n---\n# Title\n\nbody [[L]]\n")
    assert problem in note.problem
    assert note.properties == {}
    assert note.title == "Title"
    assert [link.target for link in note.links] == ["L"]


def test_front_matter_becomes_plain_values() -> None:
    text = "---\nd: 2021-10-01T02:00:00+02:00\nn: 1\nf: .inf\nb: yes\nbig: 99999999999999999999\n"
    properties = parse_note(text + 's: "x\\e[31m"\nl: [a, 2]\nt: {u: ~}\n---\n').properties
    assert properties == {
        "d": "2021-10-01T02:00:00+02:00", "n": 1, "f": "inf", "b": True,
        "big": "99999999999999999999", "s": "x", "l": ["a", 2], "t": {"u": None},
    }  # fmt: skip
    assert frontmatter.texts({"tags": "a, b"}, "tag", "tags") == ["a", "b"]


def test_cards() -> None:
    text = (
        "# Topic\n\nWhat is LoRA? :: Low-rank adaptation. #review\n\n"
        "- The ==rank== is ==small==. #review\n\n## Facts #review\n\none\n\ntwo\n\n"
        "## Plain\n\nJust this. #review\n"
    )
    cards = cards_of(parse_note(text), "Topic", "t")
    assert [(card.front, card.back) for card in cards] == [
        ("What is LoRA?", "Low-rank adaptation."),
        ("Topic\nThe […] is […].", "The rank is small."),
        ("Facts", "one\n\ntwo"),
        ("Topic > Topic > Plain", "Just this."),
    ]
    (whole,) = cards_of(parse_note("---\ntags: review\n---\nall of it\n"), "N", "n")
    assert (whole.front, whole.back) == ("N", "all of it")
