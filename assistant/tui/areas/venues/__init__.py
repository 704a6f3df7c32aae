"""Venues: what conferences accepted and what of it is for me; what is due at them, and when."""

from assistant.tui.actions import Action, register
from assistant.tui.areas import Area

AREA = Area("venues", "Venues", "7", "assistant.tui.areas.venues.screen:VenuesScreen")

register(
    "venues",
    "In Venues",
    Action("venues.pane", "v", "Turn to the deadlines, or back to the editions", "turn"),
    Action("venues.filter", "slash", "Filter as you type; ! turns it round", "filter"),
    Action("venues.clear", "ctrl+l", "Clear the filter"),
    Action("venues.refresh", "r", "Read the library again"),
)
register(
    "venue",
    "On a venue",
    Action("venue.follow", "w", "Follow it with each new edition, or no more", "follow"),
    Action("venue.sync", "Y", "Fetch its list of papers", "fetch"),
    Action("venue.papers", "P", "List its papers", "papers"),
    Action("venue.rank", "R", "Rank its papers for you", "rank"),
    Action("venue.due", "u", "Go to its next deadline"),
    Action("venue.turned-down", "H", "Show or hide what was rejected or withdrawn"),
    Action("venue.open", "o", "Open its page in the browser"),
    Action("venue.copy", "y", "Copy its name, or what the cursor is on"),
)
register(
    "deadline",
    "On a deadline",
    Action("deadline.follow", "w", "Follow its venue, or no more", "follow"),
    Action("deadline.mine", "a", "List those of venues you follow, or of all", "all"),
    Action("deadline.past", "H", "Show or hide what is over", "past"),
    Action("deadline.sync", "Y", "Fetch deadlines from the collections", "fetch"),
    Action("deadline.export", "X", "Write what is listed as a calendar (iCalendar)", "export"),
    Action("deadline.venue", "u", "Go to its venue"),
    Action("deadline.open", "o", "Open its page in the browser"),
    Action("deadline.copy", "y", "Copy it as a line of text"),
)
