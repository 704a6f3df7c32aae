"""Vaults that look like people's: any names, every form of link, and what is written in no link."""

import random
from dataclasses import dataclass, field
from pathlib import Path
from posixpath import relpath
from urllib.parse import quote

from assistant.config import Home, Settings
from assistant.notes.vault import Vault, open_vault
from db.engine import Database

_WORDS = """
    attention gradient kernel pruning distillation retrieval policy graph diffusion tokenizer cache
    schedule precision adapter margin prior likelihood manifold segment prompt
""".split()
_NAMES = """
    Café 日記 Заметка naïve-Bayes it's a.b.c 50% R&D (draft) e=mc² x+y ünïcode Notes v2.0 $cost
    über_model key,value semi;colon at@home 100% {braces} `tick` ~tilde Ω emoji🎉
""".split()
_FOLDERS = ("", "Papers", "Projects/Deep Learning", "日記/2025", "Ideas", "Ideas/old & new")
_DECOYS = (
    "`[[{name}]]`",
    "$[[{name}]]$",
    "<!-- [[{name}]] -->",
    "%%[[{name}]]%%",
    "\\[[{name}]]",
    "\n\n```\n[[{name}]]\n```\n\n",
    "\n\n%%\n[[{name}]]\n%%\n\n",
    "https://example.org/{name}.md",
)


@dataclass
class FakeVault:
    """Generated notes, and which file each link of each note is meant to lead to, in order."""

    root: Path
    paths: list[str] = field(default_factory=list)
    meant: dict[str, list[str]] = field(default_factory=dict)


def vault_of(home: Path, database: Database) -> Vault:
    """Open the vault of a test's home."""
    (home / "vault").mkdir(parents=True, exist_ok=True)
    return open_vault(Home(home), Settings(), database)


def sentence(chance: random.Random) -> str:
    return " ".join(chance.choice(_WORDS) for _ in range(chance.randint(6, 16))).capitalize() + "."


def make_vault(root: Path, count: int, *, seed: int = 0, links: int = 4) -> FakeVault:
    """Write a vault of `count` notes and some attachments; names repeat in other folders."""
    chance = random.Random(seed)
    made = FakeVault(root)
    names = [
        f"{chance.choice(_NAMES)} {chance.choice(_WORDS)} {number if chance.random() < 0.7 else ''}".strip()  # noqa: E501
        for number in range(count)
    ]
    taken: set[str] = set()
    for name in names:
        path = f"{chance.choice(_FOLDERS)}/{name}.md".lstrip("/")
        if path.lower() not in taken:
            taken.add(path.lower())
            made.paths.append(path)
    for number in range(max(count // 20, 1)):
        made.paths.append(f"files/figure {number}.png")
    for path in made.paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        if not path.endswith(".md"):
            (root / path).write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(chance.randbytes(64)))
            continue
        text, meant = _text(path, made.paths, chance, links)
        (root / path).write_bytes(text.encode())
        made.meant[path] = meant
    return made


def _text(path: str, paths: list[str], chance: random.Random, links: int) -> tuple[str, list[str]]:
    newline = chance.choice(("\n", "\n", "\r\n"))
    meant: list[str] = []
    parts: list[str] = []
    if chance.random() < 0.6:
        other = chance.choice(paths)
        yaml = f'---\ncreated: 2025-01-02\nunknown: {{a: [1, "x"]}}\nsee: "[[{_full(other)}]]"\n'
        parts.append(yaml + "tags: [deep/learning]\n---\n")
        meant.append(other)
    parts.append(f"# {sentence(chance)[:-1]}\n\n")
    for number in range(chance.randint(1, links)):
        other = chance.choice(paths)
        parts.append(f"{sentence(chance)} {_link(path, other, paths, chance)} {sentence(chance)}\n")
        meant.append(other)
        if chance.random() < 0.5:
            name = chance.choice(paths).rpartition("/")[2].removesuffix(".md")
            parts.append("aside " + chance.choice(_DECOYS).format(name=name) + " end\n")
        parts.append(chance.choice(("\n", "\n\n", f"\n## Part {number}\n\n", "\n- ", "\n> ")))
    if chance.random() < 0.3:
        other = chance.choice(paths)
        parts.append(f"\n\n| a | b |\n|---|---|\n| x | [[{_full(other)}\\|label]] |\n")
        meant.append(other)
    return "".join(parts).replace("\n", newline), meant


def _full(path: str) -> str:
    return path.removesuffix(".md")


def _link(source: str, target: str, paths: list[str], chance: random.Random) -> str:
    """A link in any form that leads there from here."""
    name = target.rpartition("/")[2].removesuffix(".md")
    alone = sum(p.rpartition("/")[2].removesuffix(".md").lower() == name.lower() for p in paths) < 2
    folder = source.rpartition("/")[0] or "."
    relative = relpath(target, folder)
    forms = [
        f"[[{_full(target)}]]", f"[[{target}|some label]]", f"![[{_full(target)}]]",
        f"[words]({quote(relative)})", f'[words]({quote(relative)}#part "title")',
        f"[words](<{relative}>)", f"![words](/{quote(target)})",
        f"**[[{_full(target)}#Part 1|x]]**",
    ]  # fmt: skip
    if alone:
        forms += [f"[[{name}]]", f"[[{name}#A heading|label]]", f"text[[{name}]]text"] * 2
    if not target.endswith(".md"):
        forms = [f"![[{target}]]", f"![x]({quote(relative)})", f"[[{target}|x]]"]
    return chance.choice(forms)
