"""A paper beside its list: everything the library knows of it, to be read."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from assistant.tui.acting import Acting
from assistant.tui.look import Look

_MOST_AUTHORS = 12
_MOST_VERSIONS = 8
_MOST_NOTES = 3


class Preview(VerticalScroll, Acting, can_focus=True):
    """One paper's page; texts are shown as they are, never as markup."""

    DEFAULT_CSS = """
    Preview { padding: 0 1; scrollbar-size-vertical: 1; background: $surface; }
    Preview:focus { background: $surface-lighten-1; }
    Preview > Static { width: 1fr; height: auto; }
    """

    def compose(self) -> ComposeResult:
        """Hold the page and what joins it later."""
        yield Static(id="page", markup=False)
        yield Static(id="more", markup=False)

    def show(
        self,
        page: Mapping[str, Any] | None,
        reasons: Sequence[str] = (),
        telling: Sequence[str] = (),
        skills: Sequence[tuple[str, str, str, str]] = (),
    ) -> None:
        """Show a paper (`assistant.library.page`), or nothing; begin at its top.

        The sentences `telling` of its abstract stand out; `skills` it belongs to are (title,
        state, labs, why). All at once: each change to a page that scrolls is laid out twice.
        """
        look = self.assistant.look
        key = self.assistant.key_of("paper.notes")
        text = page_text(page, reasons, look, key) if page is not None else Text()
        # An empty one would be found between all letters.
        if sentences := [one for one in telling if one]:
            text.highlight_words(sentences, look.strong)
        if skills:
            text.append("\nSkills it belongs to\n", look.strong)
        for title, state, labs, why in skills:
            text.append(f"{title}  ", look.accent)
            text.append(f"{state}{f', lab {labs}' if labs else ''}\n")
            text.append(f"  {why}\n", look.dim)
        self.show_text(text)

    def show_text(self, text: Text) -> None:
        """Show something that is no paper."""
        self._put("#page", text)
        self._put("#more", Text())
        self.scroll_home(animate=False)

    def show_similar(self, similar: Sequence[tuple[str, str, str]]) -> None:
        """Add (id, title, why) of papers like it."""
        look = self.assistant.look
        text = Text()
        if similar:
            text.append("\nLike it in your library and notes\n", look.strong)
        for public_id, title, why in similar:
            text.append(f"{public_id}  ", look.accent)
            text.append(f"{title}\n")
            if why:
                text.append(f"  {why}\n", look.dim)
        self._put("#more", text)

    def _put(self, part: str, text: Text) -> None:
        shown = self.query_one(part, Static)
        if shown.content != text:
            shown.update(text)


def page_text(page: Mapping[str, Any], reasons: Sequence[str], look: Look, key: str) -> Text:
    """Return a paper's page as text that wraps by itself; `key` turns to its notes."""
    text = Text()
    text.append(page["title"] or "(no title)", look.strong)
    authors = page["authors"]
    more = len(authors) - _MOST_AUTHORS
    shown = ", ".join(authors[:_MOST_AUTHORS]) + (f" and {more:,} more" if more > 0 else "")
    if shown:
        text.append(f"\n{shown}", look.dim)
    facts = [page["venue"], page["published"] or page["year"], " ".join(page["categories"])]
    text.append("\n" + " · ".join(str(one) for one in facts if one), look.accent)
    text.append("\n" + " · ".join(_own(page)))
    for tag in page["tags"]:
        text.append(f"  #{tag}", look.good)
    day, told = page.get("digest") or ("", ())
    if told and not reasons:
        text.append(f"\n\nIn your digest of {day}", look.dim)
        reasons = told
    elif reasons:
        text.append("\n")
    if reasons:
        for reason in reasons:
            text.append("\n· ", look.good)
            text.append(reason, look.good)
    if notes := page.get("notes"):
        many = "Your note" if len(notes) == 1 else f"Your {len(notes):,} notes"
        text.append(f"\n\n{many} ({key}): ", look.dim)
        text.append("; ".join(title for _, title in notes[:_MOST_NOTES]), look.accent)
        text.append(" …" if len(notes) > _MOST_NOTES else "", look.dim)
        text.append("\n" if page["abstract"] else "")
    if page["abstract"]:
        text.append("\n")
        for paragraph in page["abstract"].split("\n\n"):
            text.append("\n" + " ".join(paragraph.split()) + "\n")
    else:
        text.append("\n\nIts source gave no abstract.\n", look.dim)
    text.append("\n")
    for label in ("page", "pdf"):
        if page[label]:
            text.append(f"{label:<6}", look.dim)
            text.append(f"{page[label]}\n")
    text.append("ids   ", look.dim)
    text.append(", ".join(page["identifiers"]) + "\n")
    for version in page["versions"][-_MOST_VERSIONS:]:
        number = f" v{version['number']}" if version["number"] else ""
        when = version["published"] or version["year"] or ""
        extras = [version["venue"], version["comment"], version["journal_ref"]]
        told = [f"{version['source']}{number}", str(when), "; ".join(filter(None, extras))]
        text.append("copy  ", look.dim)
        text.append("  ".join(filter(None, told)) + "\n")
    return text


def _own(page: Mapping[str, Any]) -> list[str]:
    parts = [page["state"]]
    if page["starred"]:
        parts.append("starred")
    if page["rating"]:
        parts.append(f"rated {page['rating']} of 5")
    if page.get("liked"):
        parts.append("liked" if page["liked"] > 0 else "disliked")
    return parts
