"""Digests made up for tests: an ordinary day with everything that can be in one, and quiet days."""

from dataclasses import replace

from assistant.digest.model import CoveredBatch, Digest, DigestEntry, FeedItem, Folded

TUESDAY = "2025-11-04"


def entry(number: int, title: str, **told: object) -> DigestEntry:
    """Return a paper that is ordinary but for what is told."""
    id = f"2511.{number:05}"
    plain = DigestEntry(
        work_id=number,
        id=f"arxiv:{id}",
        title=title,
        authors=("Ines Varga", "Tomasz Okafor", "Li Na", "Pera Jansen"),
        category="cs.LG",
        venue=None,
        announced=TUESDAY,
        kind="new",
        score=0.71,
        reasons=('close to "Sparse Routing Without Tears", which you rated 5',),
        extract=(
            "Long training runs waste most of their budget on tokens the model already predicts."
            " We skip those tokens and reach the same loss with 38% fewer steps on three corpora."
        ),
        abstract=(
            "Long training runs waste most of their budget on tokens the model already predicts."
            " We skip those tokens and reach the same loss with 38% fewer steps on three corpora."
            " An ablation shows that the gain comes from the first third of training.\n\n"
            "Code and logs are released."
        ),
        links={
            "page": f"https://arxiv.org/abs/{id}",
            "pdf": f"https://arxiv.org/pdf/{id}",
        },
    )
    return replace(plain, **told)


def batch(category: str, state: str = "complete", **told: object) -> CoveredBatch:
    """Return a verdict on one category's day."""
    plain = CoveredBatch("arxiv", category, TUESDAY, state, expected=300, received=300)
    return replace(plain, **told)


ENTRIES = (
    entry(1, "Skipping What Is Known: Token Budgets for Long Training Runs"),
    entry(
        2,
        r"Bounds of $\mathcal{O}(n^{1/2} \log n)$ for $\ell_1$-Regularised Attention"
        r" on $x_i \in [0,1]$",
        kind="cross",
        category="stat.ML",
        venue="ICLR 2026 (oral)",
        reasons=(
            'shares 9 references with "Linear Attention Revisited", which you starred',
            "by Ines Varga, whom you follow",
        ),
        folded=(
            Folded("arxiv:2510.11111", "Bounds for Regularised Attention (workshop version)"),
            Folded("openreview:aB3", "O(sqrt n) Attention: *Now* With <b>Proofs</b>"),
        ),
    ),
    entry(
        3,
        "大規模言語モデルにおける疎な専門家の経路選択：計算量と品質のあいだの均衡、そして長い文脈での安定性についての実験的研究",
        authors=("山田 花子", "王小明"),
        extract="経路選択の安定性を調べた。長い文脈では、専門家の数を増やすだけでは品質は上がらない。",
        again="new version since you saw it (v1 to v2)",
        kind="replace",
    ),
    entry(
        4,
        "A Very Long Title That Goes On About Everything the Paper Does, "
        + "Including Its Data, Its Models, Its Baselines, and " * 5
        + "Its Appendix",
        again="accepted at NeurIPS 2025",
    ),
    entry(
        5,
        "Measuring the Charge of a Shower at Scale",
        authors=tuple(f"Collaborator {number}" for number in range(1, 3001)),
        category="physics.data-an",
        links={
            "page": "https://arxiv.org/abs/2511.00005",
            "pdf": "https://arxiv.org/pdf/2511.00005",
            "doi": "https://doi.org/10.1234/shower_(2025)",
        },
    ),
    entry(
        6,
        "[/] Closing Tags Considered [@click=app.quit()]Harmful[/] *and* _emphatic_"
        " #1 ==yes== `rm`",
        links={"page": "javascript:alert(1)", "pdf": "https://arxiv.org/pdf/2511.00006"},
        reasons=("[click](javascript:alert(1)) & <b>bold</b>", "# not a heading"),
    ),
    entry(
        7,
        '<script>alert("x")</script> <img src=x onerror=alert(1)> & &lt;i&gt; in Titles',
        venue="<b>Venue</b>",
        authors=('Robert"); DROP', "</a><a href=//x>"),
    ),
    entry(
        8, "למידת מכונה עם מעט תוויות: מבט מחודש על Self-Training", authors=("יעל כהן", "נועם לוי")
    ),
    entry(
        9,
        "Escapes \x1b[31mred\x1b[0m"
        " \x1b]8;;http://evil\x07link\x1b]8;;\x07 \x9b2J and \u202egnp.exe",
        extract="It rings\x07 and\x1b[2J clears. Twice\x00.",
    ),
    entry(10, "👩‍🔬 Emoji 🇯🇵 in Ti\u0301tles, e\u0301galement: naïve façade coöperation"),
    entry(
        11,
        "Protein Folding as Program Synthesis",
        category="q-bio.BM",
        explore=True,
        reasons=("far from your usual papers, much discussed this week",),
        announced="2025-11-03",
    ),
    entry(
        12,
        "Auctions for Shared Accelerators",
        category="cs.GT",
        explore=True,
        reasons=("a neighbour of systems papers you saved",),
        links={},
        abstract="",
        authors=(),
    ),
)
DIGEST = Digest(
    profile="ml-systems",
    date=TUESDAY,
    made_at="2025-11-04T06:41:12+01:00",
    batches=(
        batch("cs.LG", received=412, expected=412),
        batch("cs.CL", received=200, expected=None),
        batch("cs.CV", "partial", expected=310, received=296),
        batch("cs.AI", "stale", date="2025-11-03", received=0),
        batch("cs.RO", "failed", expected=None, received=0),
    ),
    entries=ENTRIES,
    candidates=908,
    muted=12,
    confidence="Fairly sure: learned from 41 ratings; rating ten more papers would sharpen it.",
    items=(
        FeedItem(
            feed="Notes on Inference",
            title="What we learned from <serving> a thousand small models",
            link="https://blog.example.org/2025/a-thousand-small-models-and-what-they-taught-us",
            published="2025-11-03T09:00:00Z",
            summary="Batching beats quantising until the queue is empty. Then it does not.",
        ),
        FeedItem("Releases", "somelib 3.2", "data:text/html,x", None, ""),
    ),
)


def quiet(date: str = TUESDAY, *batches: CoveredBatch, **told: object) -> Digest:
    """Return a digest without papers."""
    return replace(
        DIGEST, date=date, batches=batches, entries=(), items=(), candidates=0, muted=0, **told
    )
