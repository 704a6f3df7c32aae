"""What every screen works on: the library, the log, the jobs, what is remembered between starts."""

from dataclasses import dataclass

from assistant.config import Home, Settings
from assistant.search.asking import Meaning
from assistant.tui.jobs.runner import JobRunner
from assistant.tui.library import Library
from assistant.tui.log import Log
from assistant.tui.notebook import Notebook
from assistant.tui.state import SessionState


@dataclass(slots=True)
class Desk:
    """One person's things, open."""

    home: Home
    settings: Settings
    library: Library
    notes: Notebook
    meaning: Meaning
    jobs: JobRunner
    log: Log
    state: SessionState
