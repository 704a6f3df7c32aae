"""Today: the digest as a reading session."""

from assistant.tui.actions import Action, register
from assistant.tui.areas import Area

AREA = Area("today", "Today", "1", "assistant.tui.areas.today.screen:TodayScreen")

register(
    "today",
    "In Today",
    Action("today.next", "n", "Next undecided paper", "next"),
    Action("today.previous", "N", "Previous undecided paper"),
    Action("today.earlier", "left_square_bracket", "The digest before", "earlier"),
    Action("today.newer", "right_square_bracket", "The digest after"),
    Action("today.refresh", "r", "Make the day's digest of what has come, or read it again"),
    Action("today.profile", "P", "Choose whose digest: another profile"),
    Action("today.later", "L", "Show the papers kept for later"),
    Action("today.interests", "i", "Change interests and categories"),
    Action("today.summary", "v", "The day's summary, or back to its papers", "summary"),
)
