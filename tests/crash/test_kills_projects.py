"""SIGKILL at random moments of a project's sync: what is there is as it was or as it is, never a
mixture, and the next sync brings the rest.
"""

import os
from pathlib import Path

import pytest

from assistant.config import GithubSettings
from assistant.library.projects.following import follow
from assistant.library.projects.syncing import sync_projects
from db import projects
from db.engine import Database
from db.migrate import migrate
from tests.crash.killing import Killer
from tests.crash.test_kills import assert_whole
from tests.fakes.github_site import fake_github, issue, release

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")

KILLS = 25
ISSUES = 300


@pytest.mark.timeout(600)
def test_project_sync_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_GITHUB_TOKEN", "ghp_x")
    killer = Killer(8, 0.2, share=0.2)
    library = tmp_path / "library.db"
    migrate(library, tmp_path / "backups")

    def state() -> tuple[set[str], set[int]]:
        with Database(library) as database, database.read() as connection:
            (one,) = projects.projects(connection)
            issues = {row.number for row in projects.issues(connection, one.id)}
            return projects.tags(connection, one.id), issues

    with fake_github() as github:
        github.token = "ghp_x"
        project = github.add("o/n", releases=[release("v0")])
        settings = GithubSettings(
            api=github.address, web=f"{github.address}/web", interval_seconds=0.0
        )
        with Database(library) as database:
            follow(database, "o/n", [], settings, pause=lambda _: None)

        def work(acknowledge: object = None) -> None:
            with Database(library) as database:
                sync_projects(database, settings, pause=lambda _: None)

        kills = round_ = 0
        while kills < KILLS:
            round_ += 1
            old = state()
            project.releases.insert(0, release(f"v{round_}"))
            first = round_ * ISSUES
            project.issues = [issue(number) for number in range(first, first + ISSUES)]
            new = (old[0] | {f"v{round_}"}, set(range(first, first + ISSUES)))
            done = False
            while not done and kills < KILLS:
                _, done = killer.run(work)
                kills += not done
                assert_whole(library)
                assert state() in (old, new)
            work()
            assert state() == new
