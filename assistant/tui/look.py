"""The styles that rows and pages are drawn with, taken from the theme."""

from collections.abc import Mapping
from typing import NamedTuple

from rich.style import Style
from textual.color import Color


class Look(NamedTuple):
    """Styles by what they say, never by colour; each also differs in weight or sign, so that
    nothing is said by colour alone.
    """

    plain: Style
    dim: Style
    strong: Style
    accent: Style
    good: Style
    bad: Style
    warn: Style
    cursor: Style
    cursor_blurred: Style
    selected: Style


def look_of(variables: Mapping[str, str], background: Color) -> Look:
    """Return the styles of a theme, given its CSS variables."""

    def colour(name: str) -> Style:
        return Style(color=Color.parse(variables[name]).rich_color)

    def ground(name: str, share: float) -> Style:
        tint = Color.parse(variables[name]).rgb
        return Style(bgcolor=background.blend(Color(*tint), share).rich_color)

    text = Color.parse(variables["foreground"])
    return Look(
        plain=Style(),
        dim=Style(color=background.blend(text, 0.62).rich_color),
        strong=Style(bold=True),
        accent=colour("text-accent"),
        good=colour("text-success"),
        bad=colour("text-error"),
        warn=colour("text-warning"),
        cursor=ground("primary", 0.4) + Style(bold=True),
        cursor_blurred=ground("primary", 0.2),
        selected=ground("accent", 0.3),
    )
