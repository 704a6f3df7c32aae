"""Papers: the whole library, sorted and filtered as one types."""

from assistant.tui.actions import Action, register
from assistant.tui.areas import Area

AREA = Area("papers", "Papers", "2", "assistant.tui.areas.papers.screen:PapersScreen")

register(
    "papers",
    "In Papers",
    Action("papers.filter", "slash", "Filter as you type; ! turns it round", "filter"),
    Action("papers.clear", "ctrl+l", "Clear the filter"),
    Action("papers.next-unread", "n", "Next unread"),
    Action("papers.previous-unread", "N", "Previous unread"),
    Action("papers.sort", "comma", "Sort by the next column", "sort"),
    Action("papers.reverse", "less_than_sign", "Turn the order round"),
    Action("papers.refresh", "r", "Read the library again"),
)
