"""Activity: what runs, what was said, and what was read, in charts."""

from assistant.tui.areas import Area

AREA = Area("activity", "Activity", "6", "assistant.tui.areas.activity.screen:ActivityScreen")
