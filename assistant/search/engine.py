"""Searching the library: words, meaning, or both, with what else the person should know."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property
from typing import TYPE_CHECKING

from assistant.config import Home, Settings
from assistant.errors import ModelError
from assistant.search.answers import Answer, Hit, Mode, Why
from assistant.search.embedding import Coverage, answering_model
from assistant.search.encoders import encoder_key, load_encoder
from assistant.search.explain import closest_sentence, matched_terms
from assistant.search.fusion import FusedHit, fuse
from assistant.search.index_files import open_index
from assistant.search.lexical import LexicalResult, restriction_of, search_lexical
from assistant.search.query import Query, parse_query
from db import fulltext, vectors, works
from db.engine import Connection, Database
from db.filters import ANYTHING, Restriction

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from assistant.search.encoders import Encoder
    from assistant.search.vector_index import VectorIndex

DEPTH = 200
"""How many papers either side contributes to a hybrid answer, at least."""
_NARROW_FILTER = 2_000
_WIDER = 3
_WIDEST = 20_000


class SearchEngine:
    """A library open for searching; model and index are loaded when meaning is first asked for."""

    def __init__(
        self,
        database: Database,
        home: Home,
        settings: Settings,
        *,
        announce: Callable[[str], None] = lambda _: None,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        """Open nothing yet; `progress` is told vectors done and in all while an index is built."""
        self.database = database
        self.home = home
        self._last: tuple[tuple[bool, str], npt.NDArray[np.float32]] | None = None
        self._settings = settings
        self._announce = announce
        self._progress = progress

    @cached_property
    def coverage(self) -> Coverage:
        """The model that answers, and how much of the library it knows."""
        try:
            key = encoder_key(self._settings.search.model, self.home.models)
        except ModelError as error:
            self._announce(f"{error.title} {error.hint}".strip())
            key = ""
        return answering_model(self.database, self._settings, key)

    @cached_property
    def _beside(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(1, "meaning")

    @cached_property
    def encoder(self) -> "Encoder":
        """The answering model."""
        return load_encoder(
            self.coverage.model_name,
            self.home.models,
            device=self._settings.search.device,
            progress=self._announce,
        )

    @cached_property
    def index(self) -> "VectorIndex":
        """The answering model's vectors, as they were when first asked for."""
        with self.database.read() as connection:
            known = {one.key: one.dimensions for one in vectors.models(connection)}
        key = self.coverage.model_key
        return open_index(self.database, self.home.index, key, known[key], progress=self._progress)

    def refresh(self) -> None:
        """Take note of papers and vectors that have come since."""
        for name in ("coverage", "index"):
            self.__dict__.pop(name, None)

    def search(
        self, text: str, *, mode: Mode = "hybrid", limit: int = 20, exact: bool = False
    ) -> Answer:
        """Find papers; `exact` insists on the words as they are spelt.

        Where nothing can be searched by meaning, words alone answer, and a notice says so.

        Raises:
            ModelError: the embedding model cannot be loaded.
        """
        query = parse_query(text)
        notices = list(query.notices)
        if mode != "lexical" and query.plain and not self.coverage.embedded:
            notices.append("No paper is embedded yet, so only words were searched: assistant embed")
            mode = "lexical"
        if query.kind == "empty" and mode == "hybrid":
            mode = "lexical"
        if mode == "lexical":
            return self._lexical(query, limit, exact, notices)
        if not self.coverage.complete:
            notices.append(f"By meaning, {self.coverage}.")
        if mode == "semantic":
            return self._semantic(query, limit, notices)
        return self._hybrid(query, limit, exact, notices)

    def similar(self, work_id: int, *, limit: int = 10) -> list[Hit]:
        """Find the papers nearest to one by embedding; empty where it has no vector yet."""
        if not self.coverage.embedded:
            return []
        vector = self.index.vector(work_id)
        if vector is None:
            return []
        with self.database.read() as connection:
            wider = _WIDER if fulltext.hides_any(connection) else 1
            near = self.index.nearest(vector, wider * limit + 1)
            near.pop(work_id, None)
            if wider > 1:
                shown = fulltext.allowed(connection, ANYTHING, near)
                near = {one: cosine for one, cosine in near.items() if one in shown}
            views = works.view_works(connection, list(near))
        return [Hit(view, near[view.id], None, near[view.id]) for view in views][:limit]

    def explain(self, hits: Sequence[Hit], query: Query) -> list[Why]:
        """Say why each paper was found.

        Words that matched are the reason where they are most of the query; otherwise the sentence
        of the abstract that means most nearly the same is given too.
        """
        reasons = []
        vector = None
        for hit in hits:
            work = hit.work
            terms = matched_terms(query, work.title, work.abstract, work.authors)
            sentence = ""
            if hit.cosine is not None and 2 * len(terms) < len(query.terms):
                if vector is None:
                    vector = self.encoded(query)
                sentence = closest_sentence(vector, work.abstract, self.encoder.encode_documents)
            reasons.append(Why(terms, sentence))
        return reasons

    def explain_similar(self, hits: Sequence[Hit], work: works.WorkView) -> list[Why]:
        """Say why each paper is like a work: its sentence that means most nearly the same."""
        vector = self.index.vector(work.id)
        if vector is None:
            return [Why((), "") for _ in hits]
        encode = self.encoder.encode_documents
        return [Why((), closest_sentence(vector, hit.work.abstract, encode)) for hit in hits]

    def _lexical(self, query: Query, limit: int, exact: bool, notices: list[str]) -> Answer:
        with self.database.read() as connection:
            found = search_lexical(connection, query, limit, exact=exact)
            views = works.view_works(connection, [hit.work_id for hit in found.hits])
        by_id = {hit.work_id: hit for hit in found.hits}
        hits = [
            Hit(view, by_id[view.id].score, by_id[view.id].score, None, by_id[view.id].match)
            for view in views
        ]
        return _answer(hits, "lexical", found, notices)

    def _semantic(self, query: Query, limit: int, notices: list[str]) -> Answer:
        if not query.plain:
            return Answer(
                [], "semantic", query, notices=[*notices, "Nothing to search by meaning."]
            )
        _, near = self._by_meaning(query, limit)
        with self.database.read() as connection:
            views = works.view_works(connection, list(near))
        hits = [Hit(view, near[view.id], None, near[view.id]) for view in views]
        return Answer(hits, "semantic", query, notices=notices)

    def _hybrid(self, query: Query, limit: int, exact: bool, notices: list[str]) -> Answer:
        depth = max(DEPTH, limit)
        # Words and meaning are looked up beside each other: SQLite and the model need a core each.
        meant: list[Future[tuple[npt.NDArray[np.float32], dict[int, float]]]] = []
        with self.database.read() as connection:
            found = search_lexical(
                connection,
                query,
                depth,
                exact=exact,
                understood=lambda q: meant.append(self._beside.submit(self._by_meaning, q, depth)),
            )
            searched = found.query
            vector, cosines = meant[0].result()
            cosines |= self._cosines(vector, [hit.work_id for hit in found.hits], cosines)
            fused = fuse(searched, found.hits, cosines, limit)
            views = works.view_works(connection, [hit.work_id for hit in fused])
        by_id: dict[int, FusedHit] = {hit.work_id: hit for hit in fused}
        hits = [
            Hit(view, by_id[view.id].score, by_id[view.id].lexical, by_id[view.id].cosine)
            for view in views
        ]
        return _answer(hits, "hybrid", found, notices)

    def _nearest(
        self,
        connection: Connection,
        vector: "npt.NDArray[np.float32]",
        within: Restriction,
        limit: int,
    ) -> dict[int, float]:
        """Return work id -> cosine of the nearest works that fulfil a restriction."""
        import numpy as np

        chosen = fulltext.selected(connection, within, _NARROW_FILTER)
        if chosen is not None:
            return self.index.nearest(vector, limit, np.array(chosen, np.int64))
        # Many works fulfil it, so many of the nearest do: look a little wider, drop the rest.
        looked = limit
        while True:
            looked *= _WIDER
            near = self.index.nearest(vector, looked)
            keep = fulltext.allowed(connection, within, list(near))
            if len(keep) >= limit or looked >= _WIDEST or len(near) < looked:
                kept = [(work_id, cosine) for work_id, cosine in near.items() if work_id in keep]
                return dict(kept[:limit])

    def _by_meaning(
        self, query: Query, limit: int
    ) -> tuple["npt.NDArray[np.float32]", dict[int, float]]:
        """Return a query's vector (D,), and work id -> cosine of the nearest works it allows."""
        vector = self.encoded(query)
        with self.database.read() as connection:
            if not query.restricts and not fulltext.hides_any(connection):
                return vector, self.index.nearest(vector, limit)
            return vector, self._nearest(connection, vector, restriction_of(query), limit)

    def encoded(self, query: Query) -> "npt.NDArray[np.float32]":
        """Return the vector of a query (D,); a pasted abstract is encoded as what it is."""
        key = query.kind == "passage", query.plain
        last = self._last
        if last is not None and last[0] == key:
            return last[1]
        passage, plain = key
        vector: npt.NDArray[np.float32] = (
            self.encoder.encode_documents([plain])[0]
            if passage
            else self.encoder.encode_query(plain)
        )
        self._last = key, vector
        return vector

    def _cosines(
        self, vector: "npt.NDArray[np.float32]", work_ids: list[int], known: dict[int, float]
    ) -> dict[int, float]:
        """Return the cosines of works that words found and meaning did not, where they have one."""
        import numpy as np

        missing = [work_id for work_id in work_ids if work_id not in known]
        cosines = self.index.cosines(vector, np.array(missing, np.int64))
        return {
            work_id: float(cosine)
            for work_id, cosine in zip(missing, cosines, strict=True)
            if not np.isnan(cosine)
        }


def ids_matching(connection: Connection, text: str, *, limit: int = 1_000_000) -> list[int]:
    """Return the ids of the works a query of filters and words matches, for exports."""
    return [hit.work_id for hit in search_lexical(connection, parse_query(text), limit).hits]


def _answer(hits: list[Hit], mode: Mode, found: LexicalResult, notices: list[str]) -> Answer:
    told = [*notices, *(one for one in found.notices if one not in notices)]
    return Answer(hits, mode, found.query, found.corrected, found.suggestion, told)
