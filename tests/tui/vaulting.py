"""The vault that the tests of notes open: few notes, joined in every way there is."""

import os
from datetime import datetime
from pathlib import Path

NEWEST = "arxiv:2002.00059"
"""The first paper of the seeded library's list."""

NOTES = {
    "Ideas/Low rank.md": f"""---
id: lowrank
title: Low rank
created: 2025-10-20T09:00:00+00:00
tags: [lora]
papers: [{NEWEST}]
---
# Low rank

The update has **low rank**: see [[{NEWEST}]], [[Quantization]], [[Adapters#Cost|what they cost]],
[[skill:amp]], [[Not written yet]] and [the web](https://example.org/page).

## Why it works

| rank | share |
|---|---|
| 8 | 0.1% |

What does it freeze? :: The pretrained weights. #review

The update has ==low rank==. #review

![[figure.png]]
""",
    "Ideas/Quantization.md": "---\ntags: [quant/int8]\n---\n# Quantization\n\nFewer bits; see "
    "[[Low rank]].\n\n```python\nx = round(x / s)\n```\n",
    "Ideas/Adapters.md": "# Adapters\n\nSmall layers. [[Low rank]] is cheaper.\n\n"
    + "More words on them.\n\n" * 30
    + "## Cost\n\nThey cost latency.\n",
    "Projects/Thesis/Plan.md": "# Plan\n\nChapter 2 is low rank adaptation.\n",
    "日記/大規模言語モデル.md": "# 大規模言語モデル\n\n[[Low rank]]\n",
    "Reading list.md": "# Reading list\n\nNothing is joined to it.\n",
}
CHANGED = datetime(2025, 11, 1, 8, 0).timestamp()


def write_vault(home: Path, notes: dict[str, str] | None = None) -> Path:
    """Write the notes into a home's vault, an hour apart, the last one newest."""
    root = home / "vault"
    for number, (name, text) in enumerate((NOTES if notes is None else notes).items()):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        os.utime(path, (CHANGED + 3_600 * number,) * 2)
    return root


def notes_of(home: Path) -> dict[str, str]:
    """Return path -> text of what is in the vault now, what is hidden left out."""
    root = home / "vault"
    return {
        path.relative_to(root).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(root.rglob("*.md"))
        if not any(part.startswith(".") for part in path.relative_to(root).parts)
    }
