"""The first run: interests, categories, a few examples; all of it can be skipped and changed."""

from assistant.tui.actions import Action, register

register(
    "welcome",
    "In the first steps",
    Action("welcome.next", "enter,ctrl+n", "Keep this step and go on", "next"),
    Action("welcome.toggle", "space,plus", "Tick it, or not", "tick"),
    Action("welcome.back", "shift+tab,left", "Go back a step", "back"),
    Action("welcome.skip", "escape", "Skip the rest", "skip"),
)
