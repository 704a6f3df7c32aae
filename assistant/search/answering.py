"""Meaning in a process of its own, so that model, index and NumPy never weigh on the app.

    python -m assistant.search.answering

One JSON request a line on stdin, one JSON answer a line on stdout:

    {"id": 1, "kind": "search", "text": "…", "limit": 50}
    {"id": 2, "kind": "similar", "work": 17, "limit": 10}
    {"id": 2, "kind": "related", "path": "Papers/CLIP.md", "limit": 10}
    {"id": 3, "kind": "warm"}      load what the first search would wait for
    {"kind": "refresh"}            take note of what has come since; not answered

    {"id": 1, "hits": [{"work": 17, "section": 0, "score": 0.9,
     "why": {"terms": […], "sentence": "…"}}], "notices": […]}
                                   a passage of a note or PDF has a section, and the work 0
    {"id": 1, "obsolete": true}    a newer search came meanwhile
    {"id": 1, "error": {"title": "…", "why": "…", "hint": "…"}}

Nothing is loaded before the first request; it ends when stdin does. ASSISTANT_NICE lowers its
priority.
"""

import json
import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from assistant.search.answers import Why
    from assistant.search.everything import AnyHit, Everything

_LONGEST_REQUEST = 100_000
_MOST_HITS = 1_000
_EXPLAINED = 8  # hits whose nearest sentence is looked for, some 30 ms each

Request = dict[str, Any]


class Requests:
    """The requests that came and are not answered, filled by a thread that reads stdin."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._waiting: deque[Request] = deque()
        self._ended = False
        self._changed = threading.Condition()
        threading.Thread(target=self._read, name="requests", daemon=True).start()

    def take(self) -> tuple[Request | None, list[Request]]:
        """Wait for a request; return it, and the searches that newer ones made obsolete.

        None means that there will be no more.
        """
        with self._changed:
            while not self._waiting and not self._ended:
                self._changed.wait()
            searches = [one for one in self._waiting if one.get("kind") == "search"]
            for old in searches[:-1]:
                self._waiting.remove(old)
            return (self._waiting.popleft() if self._waiting else None), searches[:-1]

    def newer_search(self) -> bool:
        """Tell whether a search came that makes the one at hand obsolete."""
        with self._changed:
            return self._ended or any(one.get("kind") == "search" for one in self._waiting)

    def _read(self) -> None:
        try:
            for line in self._stream:
                self._take_in(line)
        finally:
            with self._changed:
                self._ended = True
                self._changed.notify()

    def _take_in(self, line: str) -> None:
        try:
            told = json.loads(line) if len(line) <= _LONGEST_REQUEST else None
        except (ValueError, RecursionError):
            return
        if isinstance(told, dict):
            with self._changed:
                self._waiting.append(told)
                self._changed.notify()


class Obsolete(Exception):  # noqa: N818
    """A newer search came: nobody waits for this one."""


def answer_all(requests: Requests, tell: Callable[[Request], None]) -> None:
    """Answer requests until there are no more."""
    everything: Everything | None = None
    while True:
        request, obsolete = requests.take()
        for old in obsolete:
            tell({"id": old.get("id"), "obsolete": True})
        if request is None:
            return
        try:
            if request.get("kind") == "refresh":
                if everything is not None:
                    everything.engine.refresh()
                continue
            everything = everything or _everything()
            tell({"id": request.get("id"), **_answer(everything, request, requests)})
        except Obsolete:
            tell({"id": request.get("id"), "obsolete": True})
        except Exception as error:
            tell({"id": request.get("id"), "error": _explained(error)})


def _answer(everything: "Everything", request: Request, requests: Requests) -> Request:
    limit = min(max(int(request.get("limit", 20)), 1), _MOST_HITS)
    kind, engine = request.get("kind"), everything.engine
    if kind == "warm":
        if engine.coverage.embedded:
            everything.search("warm", limit=1)
        return {"hits": [], "notices": []}
    if kind == "similar":
        return _similar(everything, int(request["work"]), limit)
    if kind == "related":
        return _related(everything, str(request["path"]), limit)
    if kind != "search":
        raise ValueError(f"unknown kind of request: {kind!r}")
    found = everything.search(str(request.get("text", "")), limit=limit)
    query = found.answer.query
    reasons: list[Why] = []
    for hit in found.hits[:_EXPLAINED]:
        if requests.newer_search():
            raise Obsolete
        reasons += everything.explain([hit], query)
    reasons += [_by_words(hit, query) for hit in found.hits[_EXPLAINED:]]
    return {"hits": _told(found.hits, reasons), "notices": found.notices}


def _similar(everything: "Everything", work: int, limit: int) -> Request:
    from db import works

    engine = everything.engine
    hits = engine.similar(work, limit=limit)
    if not hits:
        notice = "It has no vector yet, so nothing can be compared with it."
        return {"hits": [], "notices": [notice]}
    with engine.database.read() as connection:
        (view,) = works.view_works(connection, [work])
    reasons = engine.explain_similar(hits[:_EXPLAINED], view)
    passages = everything.related_to_paper(work, limit=limit).passages
    coverage = engine.coverage
    notices = [] if coverage.complete else [f"By meaning, {coverage}."]
    return {"hits": _told([*hits, *passages], reasons), "notices": notices}


def _related(everything: "Everything", path: str, limit: int) -> Request:
    found = everything.related_to_note(path, limit=limit)
    return {"hits": _told([*found.papers, *found.passages], []), "notices": []}


def _by_words(hit: "AnyHit", query: Any) -> "Why":
    from assistant.search.answers import Why
    from assistant.search.everything import SectionHit
    from assistant.search.explain import matched_terms

    if isinstance(hit, SectionHit):
        one = hit.section
        return Why(matched_terms(query, one.title, one.heading, one.body), "")
    work = hit.work
    return Why(matched_terms(query, work.title, work.abstract, work.authors), "")


def _told(hits: "Sequence[AnyHit]", reasons: "Sequence[Why]") -> list[Request]:
    """Return hits as they are answered; those without a reason come last."""
    from assistant.search.everything import SectionHit

    told: list[Request] = []
    for place, hit in enumerate(hits):
        why = reasons[place] if place < len(reasons) else None
        told.append({
            "work": 0 if isinstance(hit, SectionHit) else hit.work.id,
            "section": hit.section.id if isinstance(hit, SectionHit) else 0,
            "score": round(float(hit.score), 4),
            "why": {
                "terms": list(why.terms) if why else [], "sentence": why.sentence if why else ""
            },
        })  # fmt: skip
    return told


def _everything() -> "Everything":
    from assistant.config import find_home, load_settings
    from assistant.library.opening import open_library
    from assistant.search.engine import SearchEngine
    from assistant.search.everything import Everything

    home = find_home()
    settings = load_settings(home)
    library = open_library(home, settings)
    return Everything(SearchEngine(library, home, settings, announce=_note))


def _explained(error: Exception) -> Request:
    from assistant.errors import AssistantError
    from db.errors import DatabaseError

    if isinstance(error, AssistantError | DatabaseError):
        return {"title": error.title, "why": error.why, "hint": error.hint}
    import traceback

    traceback.print_exception(error)
    why = f"{type(error).__name__}: {error}"
    return {"title": "Searching by meaning broke.", "why": why, "hint": "Words still find."}


def _note(text: str) -> None:
    sys.stderr.write(text + "\n")


def main() -> None:
    """Answer what comes on stdin."""
    if niceness := os.environ.get("ASSISTANT_NICE"):
        os.nice(int(niceness))
    # What a library prints must not end up between the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    def tell(answer: Request) -> None:
        answers.write(json.dumps(answer) + "\n")
        answers.flush()

    try:
        answer_all(Requests(sys.stdin), tell)
    except BrokenPipeError:
        os._exit(0)  # nobody reads any more


if __name__ == "__main__":
    main()
