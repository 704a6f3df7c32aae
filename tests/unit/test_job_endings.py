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


def test_what_became_of_notes_and_vectors() -> None:
    job = Job("Reading your notes", ("note", "refresh"), state="done")
    job.result = {
        "added": ["a.md", "b.md"], "changed": [], "removed": ["c.md"], "unchanged": 3,
        "pdf_pages": 1, "problems": [{"path": "x.md", "why": "it is no text"}],
    }  # fmt: skip
    told = "Your notes: 2 new, 1 gone, 1 page of PDFs. 1 file could not be read."
    assert entry_of_job(job, lambda: None).text == told
    job.result = {"added": [], "changed": [], "removed": [], "pdf_pages": 0, "problems": []}
    assert entry_of_job(job, lambda: None).text == "Your notes are as they were."
    job.result = {"embedded": 1, "passages": 2, "seconds": 1}
    assert entry_of_job(job, lambda: None).text == "Embedded 1 paper and 2 passages of notes."
    job.result = {"embedded": 0, "passages": 0, "seconds": 1}
    assert entry_of_job(job, lambda: None).text == "Every paper has its vector."


def test_a_list_that_wants_a_login_says_so_and_not_to_wait() -> None:
    job = Job("Fetching colm-2025", ("venue", "sync", "colm-2025"), state="partly")
    job.result = {"editions": [], "unusable": ["colm-2025"]}
    entry = entry_of_job(job, lambda: None)
    assert entry.text == "colm-2025: no source can be asked; the log says why."
    assert "`assistant venue sync colm-2025` in a terminal says how" in entry.why
    assert entry.hint == ""
    job.result = {"editions": [{"edition": "x-2025", "state": "absent"}], "unusable": []}
    job.state = "done"
    assert entry_of_job(job, lambda: None).text == "Nothing new is listed yet."
