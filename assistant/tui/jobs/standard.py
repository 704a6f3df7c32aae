"""The commands that the app runs as jobs: what is long is what the command line can do as well."""

import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Command:
    """A command of `assistant` to be run as a child process.

    `kind` tells what it is for (sync, digest, embed, import); of one kind only one runs at a time.
    """

    kind: str
    title: str
    argv: tuple[str, ...]


def sync_job(profile: str | None = None) -> Command:
    """Fetch what was announced, and make a profile's digest of the day."""
    arguments = ["digest", "--sync", "--json", *_of(profile)]
    return _command("sync", "Fetching what was announced", arguments)


def digest_job(profile: str | None = None) -> Command:
    """Make a profile's digest of the day from what is in the library."""
    return _command("digest", "Making the digest", ["digest", "--json", *_of(profile)])


def embed_job() -> Command:
    """Give every paper its vector, so that it is found by meaning."""
    return _command("embed", "Embedding papers", ["embed", "--json"])


def import_job(path: Path) -> Command:
    """Bring a file's papers in, and embed them."""
    return _command("import", f"Importing {path.name}", ["import", "--json", "--", str(path)])


def _of(profile: str | None) -> list[str]:
    return [] if profile is None else ["--profile", profile]


def _command(kind: str, title: str, arguments: list[str]) -> Command:
    return Command(kind, title, (sys.executable, "-m", "assistant", *arguments))
