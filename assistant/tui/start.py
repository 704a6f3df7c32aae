"""Starting the app in a terminal, and leaving the terminal as it was."""

import sys

from assistant.config import find_home, load_settings


def run(open_paper: str | None = None) -> int:
    """Run the app until the person quits; return the exit code."""
    from assistant.tui.escape import hasten_escape

    hasten_escape()
    from assistant.tui.app import AssistantApp
    from assistant.tui.endings import heed_endings, hold_endings

    home = find_home()
    app = AssistantApp(home, load_settings(home), open_paper=open_paper)
    hold_endings()
    try:
        app.run()
    finally:
        heed_endings()
    if app.farewell:
        sys.stderr.write(app.farewell + "\n")
    return app.return_code or 0
