"""Notes: the vault as a tree or a list, a note to be read, and what it is joined to."""

from assistant.tui.actions import Action, register
from assistant.tui.areas import Area

AREA = Area("notes", "Notes", "3", "assistant.tui.areas.notes.screen:NotesScreen")

register(
    "notes",
    "In Notes",
    Action("notes.filter", "slash", "Filter as you type: words, #tag; ! turns it round", "filter"),
    Action("notes.clear", "ctrl+l", "Clear the filter"),
    Action("notes.new", "n", "Make a note here", "new"),
    Action("notes.daily", "D", "Open the note of the day", "day"),
    Action("notes.view", "v", "Choose: tree, lists, orphans, broken links, trash", "view"),
    Action("notes.open-folder", "l", "Open the folder"),
    Action("notes.close-folder", "h", "Close the folder, or the one around the note"),
    Action("notes.back", "left_square_bracket,backspace", "Back to the note before"),
    Action("notes.forward", "right_square_bracket", "Forward again"),
    Action("notes.refresh", "r", "Read the vault again, every file that changed"),
)
register(
    "note",
    "On a note, or on all selected",
    Action("note.edit", "e", "Write in it, in your editor", "edit"),
    Action("note.links", "b", "Show or hide what it is joined to", "links"),
    Action("note.graph", "w", "Show the web of notes around it", "web"),
    Action("note.related", "~", "Find notes and papers that mean nearly the same"),
    Action("note.rename", "m", "Rename or move it; every link to it follows", "rename"),
    Action("note.trash", "d", "Put it in the vault's trash: d, then x", "trash"),
    Action("note.restore", "u", "Bring it back from the trash"),
    Action("note.copy", "y", "Copy a link to it, its path or its text"),
    Action("note.select", "space", "Select it, or not, and go on to the next"),
    Action("note.select-all", "V", "Select all that are listed, or none"),
)
