"""What is said of a job that has ended."""

from assistant.tui.jobs.ending import entry_of_job
from assistant.tui.jobs.job import Job

_BATCH = {"category": "cs.LG", "date": "2025-11-04", "expected": None, "received": 0}


def _ended(states: list[str], *notes: str, entries: int = 0) -> Job:
    job = Job("Fetching", ("digest", "--sync"), state="partly" if "failed" in states else "done")
    job.result = {
        "entries": [{}] * entries,
        "batches": [{**_BATCH, "state": state, "received": 5} for state in states],
    }
    job.notes.extend(notes)
    return job


def test_without_a_network_the_cause_is_said() -> None:
    told = "arxiv.org cannot be reached. Name or service not known"
    entry = entry_of_job(_ended(["failed"], told, told), lambda: None)
    assert entry.text == "Nothing could be fetched."
    assert entry.why == f"{told} cs.LG 2025-11-04: failed"
    assert entry.retry is not None


def test_what_came_is_counted_although_something_is_missing() -> None:
    entry = entry_of_job(_ended(["complete", "failed"], entries=2), lambda: None)
    assert (entry.text, entry.severity) == ("2 papers for you.", "warning")
    assert entry.why == "cs.LG 2025-11-04: failed"


def test_a_day_without_anything_is_no_failure() -> None:
    entry = entry_of_job(_ended(["holiday"]), lambda: None)
    assert (entry.text, entry.severity) == ("Nothing new for you.", "information")
