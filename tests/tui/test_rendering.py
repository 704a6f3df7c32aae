"""A note's text as lines: whatever it is, within its width, and soon."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.color import Color
from textual.theme import BUILTIN_THEMES

from assistant.tui.look import look_of
from assistant.tui.notes.rendering import MOST_SHOWN, Rendered, link_of, rendered
from tests.tui.hostile import STRINGS

_VARIABLES = BUILTIN_THEMES["textual-dark"].to_color_system().generate()
LOOK = look_of(_VARIABLES, Color.parse(_VARIABLES["background"]))
_PIECES = st.sampled_from(
    ["[[", "]]", "|", "#", "[a](b)", "![[x]]", "*", "**", "`", "```\n", "\n", "\n\n", "- ", "> ",
     "---\n", "| a | b |\n|---|---|\n", "<b>", "<!--", "-->", "%%", "$", "word ", "\\",
     "assistant:0", "[x](assistant:99)", "[y](javascript:1)", *STRINGS.values()]
)  # fmt: skip


def drawn(text: str, width: int = 60) -> Rendered:
    return rendered(text, width, LOOK)


@settings(max_examples=60, deadline=None)
@given(st.lists(_PIECES | st.text(max_size=12), max_size=12), st.integers(2, 120))
def test_any_text_is_drawn_within_its_width(pieces: list[str], width: int) -> None:
    page = drawn("".join(pieces), width)
    for line in page.lines:
        assert line.cell_length <= max(min(width, 96), 10)
        for segment in line:
            assert segment.style is None or segment.style.link is None
            number = link_of(segment.style)
            assert number is None or number < len(page.links)
    for link in page.links:
        assert 0 <= link.line < max(len(page.lines), 1)


def test_links_are_numbered_as_they_stand_and_keep_their_words() -> None:
    text = (
        "See [[One#Part|the *first*]], [two](Two.md), <https://example.org>.\n\n```\n[[no]]\n```\n"
    )
    page = drawn(text)
    assert [one.link.target if one.link else one.address for one in page.links] == [
        "One", "Two.md", "https://example.org",
    ]  # fmt: skip
    shown = "\n".join(line.text for line in page.lines)
    assert "See the *first*, two, https://example.org." in shown
    assert "[[no]]" in shown


def test_a_link_in_a_table_and_one_over_two_lines() -> None:
    page = drawn(
        "| a |\n|---|\n| [[One\\|label]] |\n\n" + "word " * 10 + "[[Two|" + "long " * 9 + "]]"
    )
    assert [one.link.target for one in page.links if one.link] == ["One", "Two"]
    assert len({link_of(s.style) for line in page.lines for s in line} - {None}) == 2


def test_headings_are_found() -> None:
    page = drawn("# One\n\ntext\n\n## Two *parts*\n\nmore\n")
    assert page.line_of("One") == 0
    assert page.line_of("One > Two parts") == 4
    assert page.line_of("Three") is None


@pytest.mark.parametrize(
    "text",
    ["word " * 400_000, "- item [[x]]\n" * 20_000, "[" * 50_000, "*a **b " * 8_000, "> " * 20_000,
     "```python\n" + "x = [" * 20_000 + "\n```", "| a " * 5_000 + "|\n" + "|---" * 5_000 + "|\n"],
    ids=["words", "items", "brackets", "stars", "quotes", "code", "table"],
)  # fmt: skip
def test_long_and_wicked_texts_are_drawn_in_seconds(text: str) -> None:
    before = time.process_time()
    page = drawn(text)
    assert time.process_time() - before < 10
    assert sum(len(line.text) for line in page.lines) <= 4 * MOST_SHOWN
