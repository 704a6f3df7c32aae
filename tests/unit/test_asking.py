"""Asking the process that knows meaning, which here is a small one that only pretends."""

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from assistant.config import Home
from assistant.errors import ModelError
from assistant.search.asking import Meaning, MeaningAnswer

CHILD = """
import json, os, sys, time
def tell(**told): print(json.dumps(told), flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    text = asked.get("text", "")
    if text == "crash": sys.exit(7)
    if text == "silence": continue
    if text == "noise": print("not an answer", flush=True)
    if text == "old": tell(id=asked["id"], obsolete=True); continue
    if text == "error":
        tell(id=asked["id"], error={"title": "T", "why": "W", "hint": "H"})
        continue
    if asked["kind"] != "refresh":
        hit = {"work": asked.get("work", os.getpid()), "score": .5,
               "why": {"terms": ["a"], "sentence": text}}
        tell(id=asked["id"], hits=[hit], notices=[os.environ["ASSISTANT_HOME"]])
"""


def ask(
    home: Path, talk: Callable[[Meaning], Awaitable[None]], code: str = CHILD, seconds: float = 200
) -> None:
    async def main() -> None:
        meaning = Meaning(Home(home), command=(sys.executable, "-c", code), seconds=seconds)
        try:
            await talk(meaning)
        finally:
            await meaning.close()

    asyncio.run(asyncio.wait_for(main(), 280))


def test_it_starts_with_the_first_question_and_stays(home: Path) -> None:
    async def talk(meaning: Meaning) -> None:
        await meaning.refresh()
        assert not (home / "logs").exists(), "nothing runs yet"
        first = await meaning.search("graphs", limit=3)
        second, third = await asyncio.gather(meaning.search("noise"), meaning.similar(17, limit=2))
        assert first.hits[0].work == second.hits[0].work, "one process answers all"
        assert first.hits[0].reasons == ("matched: a", "closest: “graphs”")
        assert third.hits[0].work == 17
        assert third.notices == [str(home)]
        assert meaning.warm
        assert await meaning.search("old") == MeaningAnswer(obsolete=True)
        with pytest.raises(ModelError, match="T") as caught:
            await meaning.search("error")
        assert (caught.value.why, caught.value.hint) == ("W", "H")

    ask(home, talk)


def test_a_crash_is_told_and_the_next_question_starts_it_anew(home: Path) -> None:
    async def talk(meaning: Meaning) -> None:
        first = await meaning.search("graphs")
        with pytest.raises(ModelError, match="broke off") as caught:
            await meaning.search("crash")
        assert "ended with 7" in caught.value.why
        second = await meaning.search("graphs")
        assert first.hits[0].work != second.hits[0].work
        for _ in range(3):
            with pytest.raises(ModelError, match="broke off"):
                await meaning.search("crash")
        with pytest.raises(ModelError, match="is off") as caught:
            await meaning.search("graphs")
        assert "3 times in a row" in caught.value.why

    ask(home, talk)


def test_silence_ends_with_a_clear_error(home: Path) -> None:
    async def talk(meaning: Meaning) -> None:
        await meaning.search("graphs")  # it has begun
        meaning._seconds = 0.5
        with pytest.raises(ModelError, match="takes too long"):
            await meaning.search("silence")
        meaning._seconds = None
        assert (await meaning.similar(3)).hits[0].work == 3

    ask(home, talk)


def test_a_child_that_does_not_end_is_ended(home: Path) -> None:
    code = CHILD + "\nwhile True: time.sleep(1)"

    async def talk(meaning: Meaning) -> None:
        await meaning.search("graphs")

    ask(home, talk, code)


def test_asking_imports_nothing_heavy() -> None:
    code = (
        "import sys, assistant.search.asking\n"
        "heavy = {'numpy', 'faiss', 'torch', 'onnxruntime', 'sqlalchemy', 'textual'}\n"
        "sys.exit(','.join(heavy & set(sys.modules)) or None)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
