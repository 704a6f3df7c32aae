"""A storm of every fault there is, lies too: no verdict is wrong, and in the end all came."""

import random

import pytest

from db.engine import Database
from tests.fakes.arxiv_site import World, site_paper
from tests.fakes.arxiv_site_faults import ALL_KINDS
from tests.functional.judging import assert_all_came, wrong_verdicts
from tests.functional.syncing import Follower, following
from tests.functional.test_sync_catching_up import weekdays

DAYS = weekdays("2025-10-06", 12)
QUIET = DAYS[6]
CATEGORIES = ("cs.LG", "cs.CL", "cs.CV", "cs.AI", "cs.AR")


def world() -> World:
    """Twelve days of five categories, the last of them small; on one day there is nothing."""
    chance = random.Random(7)
    found = World(today=DAYS[0])
    number = 0
    for day in DAYS:
        for _ in range(0 if day == QUIET else 8):
            number += 1
            across = chance.sample(CATEGORIES[:4], chance.randint(1, 3))
            if chance.random() < 0.06:
                across.append("cs.AR")
            found.add(site_paper(f"2510.{number:05}", day, categories=tuple(across)))
    return found


@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", [4])
def test_daily(database: Database, seed: int) -> None:
    with following(database, world(), CATEGORIES, timeout=0.4) as me:
        me.site.oversize = 50_000_000
        me.site.storm(seed, 0.25, ALL_KINDS, spells=0.05)
        wrong = []
        for day in DAYS:
            me.sync(day)
            wrong += wrong_verdicts(me, DAYS[0])
        assert not wrong
        assert_healed(me)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", range(2))
def test_in_one_go(database: Database, seed: int) -> None:
    with following(database, world(), CATEGORIES, timeout=0.4) as me:
        me.site.oversize = 50_000_000
        me.sync(DAYS[0])
        me.site.storm(seed, 0.25, ALL_KINDS, spells=0.1)
        me.sync(DAYS[-1])
        assert not wrong_verdicts(me, DAYS[0])
        assert_healed(me)


def assert_healed(me: Follower) -> None:
    """Assert that the calm after the storm brings what is missing, and nothing twice."""
    me.site.calm()
    me.timeout = 30.0
    me.sync(DAYS[-1])
    me.sync(DAYS[-1])
    assert_all_came(me, DAYS)
