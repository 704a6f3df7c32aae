"""Activity: what runs, what was said, what I did, and what was read, in charts."""

from assistant.tui.actions import Action, register
from assistant.tui.areas import Area

AREA = Area("activity", "Activity", "6", "assistant.tui.areas.activity.screen:ActivityScreen")

register(
    "activity",
    "In Activity",
    Action("activity.pane", "tab", "Go to the next pane: jobs, log, charts, history", "pane"),
    Action("activity.pane-back", "shift+tab", "Go to the pane before"),
    Action("activity.refresh", "r", "Read the library again"),
)
register(
    "details",
    "List and details",
    Action("details.scroll-down", "J", "Scroll the details down"),
    Action("details.scroll-up", "K", "Scroll the details up"),
    Action("details.copy", "y", "Copy the details", "copy"),
    Action("details.back", "escape", "Back: leave the details or the filter"),
)
register(
    "jobs",
    "On a job",
    Action("job.cancel", "x", "Stop it; what is done is kept", "stop"),
    Action("job.retry", "R", "Start it again", "again"),
)
register(
    "log",
    "In the log",
    Action("log.filter", "slash", "Filter as you type", "filter"),
    Action("log.retry", "R", "Try again what failed", "again"),
)
