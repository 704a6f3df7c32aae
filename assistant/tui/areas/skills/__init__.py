"""Skills: the track as a map, and each skill's page: why, read, do, prove, and what is next."""

from assistant.tui.actions import Action, register
from assistant.tui.areas import Area

AREA = Area("skills", "Skills", "4", "assistant.tui.areas.skills.screen:SkillsScreen")

register(
    "skills",
    "In Skills",
    Action("skills.filter", "slash", "Filter as you type; ! turns it round", "filter"),
    Action("skills.clear", "ctrl+l", "Clear the filter"),
    Action("skills.track", "t", "Choose a track to look at", "track"),
    Action("skills.pick", "T", "Be on the track that is shown", "be on it"),
    Action("skills.follow", "d", "Let your digest follow this track, or no more", "digest"),
    Action("skills.next", "n", "Go to what is next for you", "next"),
    Action("skills.progress", "w", "See what you did: days, weeks, what became of it", "progress"),
    Action("skills.refresh", "r", "Read tracks and progress again"),
)
register(
    "skill",
    "On a skill",
    Action("skill.lab", "s", "Start its lab, or go on with it", "lab"),
    Action("skill.review", "R", "Review it: its questions, then how it went", "review"),
    Action("skill.read", "m", "Mark the paper on its list read, or unread again", "read"),
    Action("skill.note", "e", "Write a note of it in your editor", "note"),
    Action("skill.prove", "E", "Hand in evidence: a link, or a note of yours", "prove"),
    Action("skill.begin", "b", "Begin it, even while it is locked", "begin"),
    Action("skill.open", "o", "Open in the browser what the cursor is on"),
    Action("skill.copy", "y", "Copy its id, or the paper's"),
)
