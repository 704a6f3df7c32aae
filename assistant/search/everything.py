"""Papers, notes and PDFs in one ranked list that says which is which.

Papers are searched and scored exactly as `SearchEngine` alone does; passages of notes are scored
on the same scale and take their places between them. A note comes once, by its best passage.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from assistant.search.answers import Answer, Hit, Mode, Why
from assistant.search.by_words import first_of_each, merged
from assistant.search.embedding import EMBEDDED_UNASKED
from assistant.search.explain import closest_sentence, matched_terms
from assistant.search.fusion import EVERY_WORD, NAMED, VERBATIM, FusedHit, fuse
from assistant.search.lexical import LexicalHit, Match
from assistant.search.query import Query, parse_query
from assistant.search.section_lexical import as_notes_have_it, search_sections, section_filters
from assistant.search.section_vectors import embed_sections, load_section_index
from db import sections, vectors, works

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from assistant.search.engine import SearchEngine
    from assistant.search.vector_index import VectorIndex

Kind = Literal["paper", "note", "pdf"]
KINDS: tuple[Kind, ...] = ("paper", "note", "pdf")
DEPTH = 100
_WORTH = {Match.SOME: 0.0, Match.EVERY: EVERY_WORD, Match.VERBATIM: VERBATIM, Match.NAMED: NAMED}


@dataclass(frozen=True, slots=True)
class SectionHit:
    """A passage found: its score, on the scale of papers', and what words and meaning said of it.

    `match` is how the query stands in it.
    """

    section: sections.SectionView
    score: float
    lexical: float | None
    cosine: float | None
    match: Match = Match.SOME

    @property
    def id(self) -> str:
        """What the note or PDF is called by: `note:Papers/CLIP`, `pdf:file.pdf`, `pdf:arxiv:…`."""
        one = self.section
        if one.kind == "note":
            return f"note:{one.path.removesuffix('.md')}"
        return f"pdf:{one.note_id if one.place == 'papers' else one.path}"

    @property
    def kind(self) -> Kind:
        """Whether it is of a note or of a PDF."""
        return "note" if self.section.kind == "note" else "pdf"


AnyHit = Hit | SectionHit


@dataclass(frozen=True, slots=True)
class Related:
    """What means most nearly the same as something, each kind by itself and best first.

    In one list a library of papers would bury a person's few notes.
    """

    papers: list[Hit]
    passages: list[SectionHit]


@dataclass(frozen=True, slots=True)
class Found:
    """What was found, best first; `answer` says how the query was understood."""

    hits: list[AnyHit]
    answer: Answer
    notices: list[str] = field(default_factory=list)


class Everything:
    """A search engine for papers, with the notes beside them."""

    def __init__(self, engine: SearchEngine) -> None:
        self.engine = engine
        self._index: VectorIndex | None = None
        self._pending = 0
        self._counted: tuple[int | None, int, int] | None = None

    def search(
        self,
        text: str,
        *,
        mode: Mode = "hybrid",
        limit: int = 20,
        exact: bool = False,
        kinds: Sequence[Kind] = KINDS,
    ) -> Found:
        """Find papers, notes and PDFs; see `SearchEngine.search`.

        Raises:
            ModelError: the embedding model cannot be loaded.
        """
        if "paper" in kinds:
            answer = self.engine.search(text, mode=mode, limit=limit, exact=exact)
        else:
            answer = Answer([], mode, parse_query(text))
        notices = list(answer.notices)
        passages: list[SectionHit] = []
        if len(kinds) > 1 or "paper" not in kinds:
            passages = self._passages(text, answer, limit, kinds, notices)
        papers = answer.hits if "paper" in kinds else []
        by_match = answer.mode == "lexical"
        both: list[AnyHit] = merged(
            [*papers], [*passages], lambda hit: _key(hit, by_match), limit
        )  # fmt: skip
        return Found(both, answer, notices)

    def explain(self, hits: Sequence[AnyHit], query: Query) -> list[Why]:
        """Say why each was found: words that matched, or the sentence that means most nearly it."""
        papers = [hit for hit in hits if isinstance(hit, Hit)]
        of_papers = iter(self.engine.explain(papers, query))
        return [next(of_papers) if isinstance(hit, Hit) else self._why(hit, query) for hit in hits]

    def related_to_note(self, path: str, *, limit: int = 10) -> Related:
        """Return the papers and notes that mean most nearly what a note says.

        Empty while the note has no vector.
        """
        index = self._section_index()
        with self.engine.database.read() as connection:
            own = sections.sections_of_file(connection, path)
        found = [] if index is None else [index.vector(section) for section in own]
        present = [vector for vector in found if vector is not None]
        if not present:
            return Related([], [])
        vector = sum(present[1:], present[0])
        return self._near(vector / max(float((vector @ vector) ** 0.5), 1e-12), limit, path)

    def related_to_paper(self, work_id: int, *, limit: int = 10) -> Related:
        """Return the papers and notes that mean most nearly what a paper says."""
        if not self.engine.coverage.embedded:
            return Related([], [])
        vector = self.engine.index.vector(work_id)
        if vector is None:
            return Related([], [])
        return self._near(vector, limit, None, work_id)

    def related_to_vector(self, vector: npt.NDArray[np.float32], *, limit: int = 10) -> Related:
        """Return the papers and notes that mean most nearly what a unit vector (D,) stands for."""
        return self._near(vector, limit)

    def _near(
        self,
        vector: npt.NDArray[np.float32],
        limit: int,
        path: str | None = None,
        work_id: int | None = None,
    ) -> Related:
        papers: list[Hit] = []
        with self.engine.database.read() as connection:
            if self.engine.coverage.embedded:
                near = self.engine.index.nearest(vector, limit + 1)
                views = works.view_works(connection, [one for one in near if one != work_id])
                papers = [Hit(view, near[view.id], None, near[view.id]) for view in views]
            index = self._section_index()
            found = index.nearest(vector, DEPTH) if index is not None else {}
            seen = sections.section_views(connection, list(found))
        passages = [
            SectionHit(view, found[view.id], None, found[view.id])
            for view in seen
            if view.path != path
        ]
        return Related(papers[:limit], _one_a_file(passages)[:limit])

    def _passages(
        self, text: str, answer: Answer, limit: int, kinds: Sequence[Kind], notices: list[str]
    ) -> list[SectionHit]:
        depth = max(DEPTH, limit)
        with self.engine.database.read() as connection:
            if not sections.newest_section(connection):
                return []
            query = as_notes_have_it(connection, text, answer.corrected, answer.query)
            lexical = [] if answer.mode == "semantic" else search_sections(connection, query, depth)
        cosines: dict[int, float] = {}
        if answer.mode != "lexical" and query.plain:
            cosines = self._cosines(query, lexical, depth, notices)
        if answer.mode == "semantic":
            fused = [FusedHit(one, cosine, None, cosine) for one, cosine in cosines.items()]
        elif answer.mode == "lexical":
            fused = [FusedHit(hit.work_id, hit.score, hit.score, None) for hit in lexical]
        else:
            fused = fuse(query, lexical, cosines, depth)
        by_id = {one.work_id: one for one in fused}
        match = {hit.work_id: hit.match for hit in lexical}
        with self.engine.database.read() as connection:
            views = sections.section_views(connection, list(by_id))
        hits = [
            SectionHit(
                view, by_id[view.id].score, by_id[view.id].lexical, by_id[view.id].cosine,
                match.get(view.id, Match.SOME),
            )
            for view in views
            if (view.kind == "note" and "note" in kinds) or (view.kind == "pdf" and "pdf" in kinds)
        ]  # fmt: skip
        return _one_a_file(hits)

    def _cosines(
        self, query: Query, lexical: Sequence[LexicalHit], depth: int, notices: list[str]
    ) -> dict[int, float]:
        """Return passage -> cosine of the nearest, and of those that words found."""
        import numpy as np

        self._embed_few(notices)
        asked = section_filters(query)
        index = self._section_index()
        if index is None or asked is None:
            return {}
        vector = self.engine.encoded(query)
        near = index.nearest(vector, depth)
        tags, required, forbidden = asked
        if required or forbidden:
            # What must or must not be said is for words to judge.
            near = {}
        elif tags:
            with self.engine.database.read() as connection:
                keep = sections.allowed(connection, list(near), tags)
            near = {one: cosine for one, cosine in near.items() if one in keep}
        missing = np.array([hit.work_id for hit in lexical if hit.work_id not in near], np.int64)
        for one, cosine in zip(missing, index.cosines(vector, missing), strict=True):
            if not np.isnan(cosine):
                near[int(one)] = float(cosine)
        return near

    def _embed_few(self, notices: list[str]) -> None:
        """Embed a handful of edited passages at once; tell of more."""
        key = self.engine.coverage.model_key
        with self.engine.database.read() as connection:
            model = vectors.model_id(connection, key)
            state = (model, *sections.vectors_state(connection, model or -1))
            # Passages and vectors are only ever added under new ids.
            if state != self._counted:
                self._pending = sections.count_pending(connection, model)
                self._counted = state
        count = self._pending
        if 0 < count <= EMBEDDED_UNASKED:
            embed_sections(self.engine.database, self.engine.home, self.engine.encoder)
        elif count:
            notices.append(f"{count:,} passages of notes are not embedded yet: assistant embed")

    def _section_index(self) -> VectorIndex | None:
        key = self.engine.coverage.model_key
        self._index = load_section_index(self.engine.database, key, self._index)
        return self._index

    def _why(self, hit: SectionHit, query: Query) -> Why:
        one = hit.section
        terms = matched_terms(query, one.title, one.heading, one.body)
        sentence = ""
        if hit.cosine is not None and 2 * len(terms) < len(query.terms):
            vector = self.engine.encoded(query)
            sentence = closest_sentence(vector, one.body, self.engine.encoder.encode_documents)
        return Why(terms, sentence)


def _one_a_file(hits: Sequence[SectionHit]) -> list[SectionHit]:
    """Keep the best passage of each file, in order."""
    return first_of_each(hits, lambda hit: hit.section.file_id)


def _key(hit: AnyHit, by_match: bool) -> tuple[int, float]:
    return (int(hit.match) if by_match else 0, hit.score)
