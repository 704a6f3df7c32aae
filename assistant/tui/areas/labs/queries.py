"""What the Labs area asks of the log, the folder of runs and the files; never before it is open."""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.config import Home
from assistant.skills import labs, runs
from assistant.skills.catalogue import skills_of_lab
from assistant.skills.learner import Learner
from assistant.skills.progress import Standing
from assistant.tui.jobs.lab_told import Verdict, verdict_of
from db import learning
from db.engine import Connection, Database
from skills_lab.frame.catalogue import Lab

_MOST_RUNS = 30


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is known of a lab beside its standing: `verdicts` are of the newest check."""

    about: str
    verdicts: Sequence[Verdict]
    problem: str
    runs: Sequence[runs.Run]
    skills: Sequence[Standing]


def sheet(database: Database, home: Home, learner: Learner, lab: Lab) -> Sheet:
    """Return what a lab's page shows."""
    with database.read() as connection:
        verdicts, problem = _newest_check(connection, lab.id)
    found = runs.list_runs(home, database, lab.id)[:_MOST_RUNS]
    skills = [learner.standings[one.id] for one in skills_of_lab(learner.curriculum, lab.id)]
    return Sheet(labs.about(lab), verdicts, problem, found, skills)


def _newest_check(connection: Connection, lab: str) -> tuple[list[Verdict], str]:
    rows = learning.events_in_time(connection, ["lab-check"], whole=True, subject=f"lab:{lab}")
    if not rows:
        return [], ""
    data = rows[-1].data
    told = (pair for pair in data.get("results") or () if isinstance(pair, list) and len(pair) == 2)
    verdicts = [verdict_of({"name": name, "status": status}) for name, status in told]
    return verdicts, str(data.get("problem") or "")
