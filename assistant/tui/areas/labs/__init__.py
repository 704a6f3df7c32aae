"""Labs: exercises that check one, and measured runs that are kept and compared."""

from assistant.tui.actions import Action, register
from assistant.tui.areas import Area

AREA = Area("labs", "Labs", "5", "assistant.tui.areas.labs.screen:LabsScreen")

register(
    "labs",
    "In Labs",
    Action("labs.filter", "slash", "Filter as you type; ! turns it round", "filter"),
    Action("labs.clear", "ctrl+l", "Clear the filter"),
    Action("labs.refresh", "r", "Read labs and runs again"),
)
register(
    "lab",
    "On a lab",
    Action("lab.start", "s", "Start its exercise: a file of your own", "start"),
    Action("lab.edit", "e", "Work on your file in your editor", "edit"),
    Action("lab.check", "C", "Check your file", "check"),
    Action("lab.watch", "w", "Check it whenever you save, or stop that", "watch"),
    Action("lab.hint", "h", "Show the next hint for the first check that is open", "hint"),
    Action("lab.run", "R", "Run it: reference or yours, on which device, how large", "run"),
    Action("lab.stop", "x", "Stop its check or run; what it told is kept", "stop"),
    Action("lab.compare", "equals_sign", "Compare two of its runs", "compare"),
    Action("lab.note", "N", "Make a note of the run under the cursor", "note"),
    Action("lab.reference", "v", "Show the reference, once your file has passed"),
    Action("lab.copy", "y", "Copy the path of your file, or the run's id"),
)
