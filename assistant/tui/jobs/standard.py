"""The commands that the app runs as jobs: what is long is what the command line can do as well."""

from pathlib import Path
from typing import NamedTuple

from assistant.tui.jobs.job import Job


class Command(NamedTuple):
    """What `JobRunner.start` wants: a title, and the arguments of `assistant`."""

    title: str
    argv: tuple[str, ...]


def sync_job(profile: str | None = None) -> Command:
    """Fetch what was announced, and make a profile's digest of the day."""
    argv = ("digest", "--sync", "--json", *_of(profile))
    return Command("Fetching what was announced", argv)


def digest_job(profile: str | None = None) -> Command:
    """Make a profile's digest of the day from what is in the library."""
    return Command("Making the day's digest", ("digest", "--json", *_of(profile)))


def embed_job() -> Command:
    """Give every paper and note its vector, so that it is found by meaning."""
    return Command("Embedding papers", ("embed", "--json"))


def import_job(path: Path) -> Command:
    """Bring a file's papers in, and embed them."""
    return Command(f"Importing {path.name}", ("import", "--json", "--", str(path)))


def notes_job() -> Command:
    """Take in what changed in the vault, and the text of PDFs in it."""
    return Command("Reading your notes", ("note", "refresh", "--json"))


def check_job(lab: str, *, hint: bool = False) -> Command:
    """Check a person's file of a lab; with a hint, the next for what is open comes with it."""
    more = ("--hint",) if hint else ()
    return Command(f"Checking {lab}", ("lab", "check", lab, "--json", *more))


def run_job(lab: str, *, own: bool, device: str, scale: str) -> Command:
    """Run a lab's experiment, on the person's own solution or the reference."""
    words = ("lab", "run", lab, "--json", "--device", device, "--scale", scale)
    return Command(f"Running {lab}{', yours' if own else ''}", (*words, *(("--own",) * own)))


def venues_job(named: str = "") -> Command:
    """Fetch the list of a venue or an edition, else the newest of all that are followed."""
    argv = ("venue", "sync", *((named,) * bool(named)), "--no-embed", "--json")
    return Command(f"Fetching {named or 'what your venues accepted'}", argv)


def deadlines_job() -> Command:
    """Ask the public collections what is due when."""
    return Command("Fetching deadlines", ("deadlines", "sync", "--json"))


def rank_job(edition: str) -> Command:
    """Rank an edition's papers for the person: the digest of a venue."""
    argv = ("digest", "--venue", edition, "--json")
    return Command(f"Ranking the papers of {edition}", argv)


def is_of_lab(job: Job, lab: str, doing: str = "") -> bool:
    """Tell whether a job checks or runs a lab; `doing` narrows it to "check" or "run"."""
    first, second, third = (*job.argv, "", "", "")[:3]
    return first == "lab" and third == lab and second in (doing, *(("check", "run") * (not doing)))


def makes_digest(job: Job) -> bool:
    """Tell whether a job makes the digest of a day."""
    return job.argv[:1] == ("digest",) and "--venue" not in job.argv


def _of(profile: str | None) -> tuple[str, ...]:
    return () if profile is None else ("--profile", profile)
