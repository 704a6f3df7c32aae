"""The log: every notice and every error, with its cause, and how to try again."""

import inspect
from collections.abc import Hashable, Sequence
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Input

from assistant.text import clean_line
from assistant.tui.actions import bindings
from assistant.tui.areas.activity.list_pane import ListPane
from assistant.tui.log import LogEntry, Severity
from assistant.tui.look import Look
from assistant.tui.widgets.picker import matches

_SIGNS: dict[Severity, str] = {"information": "·", "warning": "!", "error": "✗"}
_NAMES: dict[Severity, str] = {"information": "notice", "warning": "warning", "error": "error"}


class LogRows:
    """Entries of the log, one line each."""

    height = 1

    def __init__(self, entries: Sequence[LogEntry]) -> None:
        self.entries = entries

    def __len__(self) -> int:
        return len(self.entries)

    def key(self, index: int) -> Hashable:
        """Return what tells an entry from all others there are."""
        return id(self.entries[index])

    def index_of(self, key: Hashable) -> int | None:
        """Return where an entry is."""
        return next((n for n in range(len(self)) if self.key(n) == key), None)

    def lines(self, index: int, width: int, look: Look) -> list[Text]:
        """Draw an entry: how grave, when, what; and whether it can be tried again."""
        one = self.entries[index]
        style = severity_style(one.severity, look)
        line = Text(f" {_SIGNS[one.severity]} ", style, no_wrap=True, end="")
        line.append(f"{one.at:%H:%M:%S} ", look.dim)
        line.append(one.text, style if one.severity == "error" else look.plain)
        if one.why:
            line.append(f"  {clean_line(one.why)}", look.dim)
        return [line]


def severity_style(severity: Severity, look: Look) -> Style:
    """Return the style that says how grave something is."""
    return {"information": look.dim, "warning": look.warn, "error": look.bad}[severity]


class LogPane(ListPane):
    """The entries of this session, newest first."""

    SCOPES: ClassVar[tuple[str, ...]] = ("log", "details")
    BINDINGS: ClassVar[list[BindingType]] = list(bindings("log"))
    DEFAULT_CSS = """
    LogPane Input { border: none; height: 1; padding: 0 1; background: $boost; display: none; }
    LogPane Input.-shown { display: block; }
    """
    EMPTY = "Nothing was said since you came.\nWhat fails is kept here with its cause."

    def compose(self) -> ComposeResult:
        """Put the filter above the list."""
        yield Input(placeholder="filter: words, or error, warning, notice", max_length=200)
        yield from super().compose()

    def on_mount(self) -> None:
        """Listen to the log."""
        self.listen(self.desk.log.changed, self._changed)
        self.show()

    @property
    def entry(self) -> LogEntry | None:
        """The entry under the cursor."""
        source = self.rows.source
        return source.entries[self.rows.cursor] if isinstance(source, LogRows) and source else None

    def show(self) -> None:
        """List what the filter leaves; a cursor at the top stays with what is newest."""
        text = self.query_one(Input).value
        everything = list(reversed(self.desk.log.entries))
        found = [one for one in everything if _matches(one, text)]
        newest = id(found[0]) if found and self.rows.cursor == 0 else None
        self.rows.empty = f"No entry matches {text!r}.\nesc shows all." if text else self.EMPTY
        self.rows.show(LogRows(found), keep=newest)
        self._say(len(found), everything)
        self.show_details()

    def show_newest_error(self) -> None:
        """Put the cursor on the newest error."""
        self._filter("")
        entries = getattr(self.rows.source, "entries", ())
        first = next((n for n, one in enumerate(entries) if one.severity == "error"), 0)
        self.rows.move_to(first)

    def details_text(self) -> Text:
        """Return an entry whole: what, when, why, what to do, and all that is known besides."""
        one, look = self.entry, self.assistant.look
        if one is None:
            return Text()
        text = Text(one.text, look.strong)
        text.append(f"\n{_NAMES[one.severity]}", severity_style(one.severity, look))
        text.append(f" · {one.at:%Y-%m-%d %H:%M:%S}\n", look.dim)
        for label, told in (("Why", one.why), ("What to do", one.hint)):
            if told:
                text.append(f"\n{label}: ", look.accent)
                text.append(told)
        if one.retry is not None:
            key = self.assistant.keys_of(next(a for a in self.own_actions() if a.id == "log.retry"))
            text.append(f"\n\n{key[0]}", look.accent)
            text.append(" tries it again.")
        if one.details:
            text.append(f"\n\n{one.details}", look.dim)
        text.append(f"\n\nkept in {self.desk.log.file}", look.dim)
        return text

    def why_not(self, action: str) -> str | None:
        """Say why an action cannot be done now."""
        if action == "log.retry" and (self.entry is None or self.entry.retry is None):
            return "There is nothing to try again here."
        return super().why_not(action)

    async def do_log_retry(self) -> None:
        """Try again what failed."""
        entry = self.entry
        if entry is not None and entry.retry is not None:
            outcome = entry.retry()
            if inspect.isawaitable(outcome):
                await outcome

    def do_log_filter(self) -> None:
        """Let the person type a filter."""
        self.query_one(Input).add_class("-shown").focus()

    def leave(self) -> None:
        """Clear the filter."""
        self._filter("")

    def on_input_changed(self) -> None:
        """Filter as the person types."""
        self.show()

    def on_input_submitted(self) -> None:
        """Go to what the filter left."""
        self.rows.focus()

    def key_escape(self) -> None:
        """Give the filter up while typing."""
        self._filter("")
        self.rows.focus()

    def key_down(self) -> None:
        """Go from the filter to what it left."""
        self.rows.focus()

    def on_descendant_blur(self) -> None:
        """Show the filter while it is typed, or in force."""
        line = self.query_one(Input)
        line.set_class(bool(line.value) or line.has_focus, "-shown")

    def _filter(self, text: str) -> None:
        line = self.query_one(Input)
        line.value = text
        line.set_class(bool(text), "-shown")

    def _changed(self) -> None:
        if self.is_mounted:
            self.call_later(self.show)

    def _say(self, shown: int, everything: Sequence[LogEntry]) -> None:
        errors = sum(one.severity == "error" for one in everything)
        parts = [f"{shown:,} of {len(everything):,}" if shown != len(everything) else f"{shown:,}"]
        parts[0] += " entry" if len(everything) == 1 else " entries"
        if errors:
            parts.append(f"{errors:,} {'error' if errors == 1 else 'errors'}")
        parts.append(f"{self.desk.log.file.name} has the earlier ones")
        self.say(" · ".join(parts))


def _matches(entry: LogEntry, text: str) -> bool:
    return matches(text, entry.text, entry.why, entry.hint, _NAMES[entry.severity])
