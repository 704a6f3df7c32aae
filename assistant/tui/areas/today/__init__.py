"""Today: the digest as a reading session."""

from assistant.tui.areas import Area

AREA = Area("today", "Today", "1", "assistant.tui.areas.today.screen:TodayScreen")
