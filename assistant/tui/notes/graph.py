"""The web around a note: what leads to it on the left, what it leads to on the right."""

from functools import partial
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from assistant.tui.acting import Acting
from assistant.tui.actions import Action, bindings, register
from assistant.tui.look import Look
from assistant.tui.notes.links_pane import Goal
from assistant.tui.passing import PassingScreen
from assistant.tui.widgets.key_bar import KeyBar
from assistant.tui.widgets.summary_line import SummaryLine
from assistant.tui.widgets.top_bar import TopBar

if TYPE_CHECKING:
    from assistant.notes.linking import Surroundings

_MOST = 400
_ARROW = 4

register(
    "graph",
    "In the web of notes",
    Action("graph.down", "j,down", "The next one below"),
    Action("graph.up", "k,up", "The one above"),
    Action("graph.left", "h,left", "To what leads here"),
    Action("graph.right", "l,right", "To what this leads to"),
    Action("graph.centre", "space", "Put it in the middle", "centre"),
    Action("graph.open", "enter", "Open it", "open"),
    Action("graph.back", "backspace,left_square_bracket", "Back to the middle before"),
    Action("graph.leave", "escape", "Leave the web", "leave"),
)


class Node(NamedTuple):
    """Something a note is joined to: its path or id, its title, and how else it is joined here.

    `others` are neighbours that it is joined to as well, `beyond` what it leads to besides.
    """

    id: str
    title: str
    both: bool
    missing: bool
    others: int
    beyond: int


class Web(NamedTuple):
    """A note's neighbours: those that lead to it, and those it leads to."""

    centre: str
    title: str
    into: list[Node]
    out: list[Node]


def web_of(around: "Surroundings") -> Web:
    """Return the neighbours in a note's surroundings, told of with what is one step further."""
    centre = around.centre
    into = [source for source, target in around.edges if target == centre]
    out = [target for source, target in around.edges if source == centre]
    near = {*into, *out}
    joined: dict[str, set[str]] = {}
    for source, target in around.edges:
        joined.setdefault(source, set()).add(target)
        joined.setdefault(target, set()).add(source)

    def node(id: str, others: list[str]) -> Node:
        mates = joined.get(id, set()) - {centre}
        return Node(
            id, around.nodes.get(id, id), id in others, id in around.missing,
            len(mates & near), len(mates - near),
        )  # fmt: skip

    return Web(
        centre,
        around.nodes.get(centre, centre),
        [node(one, out) for one in sorted(set(into), key=str.casefold)],
        [node(one, into) for one in sorted(set(out) - set(into), key=str.casefold)],
    )


class GraphScreen(PassingScreen[str | None], Acting):
    """A note in the middle of its neighbours; returns the note to open."""

    SCOPES: ClassVar[tuple[str, ...]] = ("graph",)
    BINDINGS: ClassVar[list[BindingType]] = list(bindings("graph"))
    DEFAULT_CSS = """
    GraphScreen { layout: vertical; }
    GraphScreen #web { height: 1fr; padding: 0 1; }
    """

    def __init__(self, path: str) -> None:
        super().__init__()
        self._centre = path
        self._before: list[str] = []
        self._web: Web | None = None
        self._side, self._row = 0, 0  # -1 left, 0 the middle, 1 right

    def compose(self) -> ComposeResult:
        """Show the web above the keys."""
        yield TopBar("", "Web")
        yield SummaryLine(id="told")
        yield Static(id="web", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        """Show what is around the note."""
        self._load()

    def on_resize(self) -> None:
        """Draw to the room there is."""
        self._draw()

    def notes_changed(self) -> None:
        """Look again."""
        self._load()

    def library_changed(self) -> None:
        """Look again."""
        self._load()

    @property
    def node(self) -> Node | None:
        """The node under the cursor, None for the middle."""
        side = self._on_side(self._side)
        return side[self._row] if self._side and self._row < len(side) else None

    def why_not(self, action: str) -> str | None:
        """Say why something cannot be done now."""
        if action == "graph.back" and not self._before:
            return "This is where you began."
        if action == "graph.centre" and self.node is None:
            return "It is in the middle."
        return None

    def _on_side(self, side: int) -> list[Node]:
        if self._web is None or not side:
            return []
        return self._web.into if side < 0 else self._web.out

    def _load(self) -> None:
        self.run_safely(partial(self._find, self._centre), "Looking around", only="look")

    async def _find(self, centre: str) -> None:
        from assistant.notes.linking import surroundings

        around = await self.desk.notes.read(partial(surroundings, path=centre, depth=2, most=_MOST))
        self._web = web_of(around)
        self._side = 0 if not self._on_side(self._side) else self._side
        self._row = min(self._row, max(len(self._on_side(self._side)) - 1, 0))
        self._draw()

    # ---- drawing

    def _draw(self) -> None:
        web, look = self._web, self.assistant.look
        if web is None:
            return
        width, height = max(self.size.width - 2, 30), max(self.size.height - 4, 3)
        self.query_one("#web", Static).update(self._drawn(web, look, width, height))
        told = Text(no_wrap=True, overflow="ellipsis")
        node = self.node
        if node is None:
            told.append(f"{web.centre}: {len(web.into):,} lead here, it leads to {len(web.out):,}"
                        " more")  # fmt: skip
        else:
            facts = [node.id]
            facts += ["not there yet"] if node.missing else []
            facts += ["they link each other"] if node.both else []
            facts += [f"joined to {node.others:,} of these"] if node.others else []
            facts += [f"and to {node.beyond:,} others"] if node.beyond else []
            told.append(" · ".join(facts))
        self.query_one("#told", SummaryLine).say(told)
        self.refresh_bindings()

    def _drawn(self, web: Web, look: Look, width: int, height: int) -> Text:
        """Draw three columns joined by lines; the middle one stands at half height."""
        centre = min(cell_len(web.title) + 2, width // 3)
        side = (width - centre - 2 * _ARROW) // 2
        columns = [self._column(-1, height), self._column(1, height)]
        rows = max(1, *(len(one[1]) for one in columns))
        middle = (rows - 1) // 2
        page = Text("\n" * ((height - rows) // 2), no_wrap=True, end="")
        for row in range(rows):
            for which, (first, nodes) in zip((-1, 1), columns, strict=True):
                offset = middle - (len(nodes) - 1) // 2
                place = row - offset
                node = nodes[place] if 0 <= place < len(nodes) else None
                joint = _joint(place, len(nodes), row == middle, which)
                if which > 0:
                    text = f" {web.title} " if row == middle else ""
                    chosen = look.cursor if not self._side else look.cursor_blurred
                    page.append(set_cell_size(text, centre), chosen if text else look.plain)
                    page.append(joint, look.dim)
                self._append(page, node, side, look, which, place + first)
                if which < 0:
                    page.append(joint, look.dim)
            page.append("\n")
        return page

    def _column(self, side: int, height: int) -> tuple[int, list[Node]]:
        """Return the part of a side that is in sight, and where it begins."""
        nodes = self._on_side(side)
        on = self._row if side == self._side else 0
        first = max(0, min(on - height // 2, len(nodes) - height))
        return first, nodes[first : first + height]

    def _append(
        self, page: Text, node: Node | None, width: int, look: Look, side: int, place: int
    ) -> None:
        if node is None:
            page.append(" " * width)
            return
        sign = "✗ " if node.missing else "⇄ " if node.both else ""
        more = f" +{node.others + node.beyond}" if node.others + node.beyond else ""
        room = width - cell_len(sign) - cell_len(more)
        title = node.title
        if cell_len(title) > room:
            title = set_cell_size(title, max(room - 1, 0)).rstrip() + "…"
        space = " " * max(room - cell_len(title), 0)
        here = side == self._side and place == self._row
        style = look.cursor if here else look.bad if node.missing else look.plain
        if side < 0:
            page.append(space)
            page.append(f"{sign}{title}", style)
            page.append(more, look.dim)
        else:
            page.append(f"{sign}{title}", style)
            page.append(more, look.dim)
            page.append(space)

    # ---- keys

    def do_graph_down(self) -> None:
        """Go one down."""
        self._move(1)

    def do_graph_up(self) -> None:
        """Go one up."""
        self._move(-1)

    def _move(self, by: int) -> None:
        if not self._side:
            self._side = 1 if self._on_side(1) else -1 if self._on_side(-1) else 0
            self._row = 0
        else:
            self._row = max(0, min(self._row + by, len(self._on_side(self._side)) - 1))
        self._draw()

    def do_graph_left(self) -> None:
        """Go to the left."""
        self._sideways(-1)

    def do_graph_right(self) -> None:
        """Go to the right."""
        self._sideways(1)

    def _sideways(self, by: int) -> None:
        side = max(-1, min(self._side + by, 1))
        if not side or self._on_side(side):
            self._side, self._row = side, (max(len(self._on_side(side)), 1) - 1) // 2
            self._draw()

    def do_graph_centre(self) -> None:
        """Put the node under the cursor in the middle."""
        node = self.node
        assert node is not None
        self._before.append(self._centre)
        self._go(node.id)

    def do_graph_back(self) -> None:
        """Put in the middle what was there before."""
        self._go(self._before.pop())

    def _go(self, centre: str) -> None:
        self._centre, self._side, self._row = centre, 0, 0
        self._load()

    def do_graph_open(self) -> None:
        """Open the node under the cursor, or the middle."""
        node = self.node
        id = node.id if node is not None else self._centre
        if id.lower().endswith((".md", ".markdown")) and not (node and node.missing):
            self.dismiss(id)
            return
        kind = "missing" if node is not None and node.missing else "note"
        if kind == "note" and ":" in id:
            kind = "skill" if id.startswith("skill:") else "paper"
        # This screen may be gone by then, so the app does it.
        self.assistant.run_safely(partial(self.assistant.go_to, Goal(kind, id)), "Going there")

    def do_graph_leave(self) -> None:
        """Leave the web."""
        self.dismiss(None)


def _joint(place: int, count: int, middle: bool, side: int) -> str:
    """Return the lines between a side's row and the middle; `place` is the row's in its column."""
    if not 0 <= place < count:
        return " " * _ARROW
    up, down = place > 0, place < count - 1
    if side < 0:
        cross = {(True, True): "┤", (True, False): "┘", (False, True): "┐"}
    else:
        cross = {(True, True): "├", (True, False): "└", (False, True): "┌"}
    crossing = {(True, True): "┼", (True, False): "┴", (False, True): "┬", (False, False): "─"}
    sign = crossing[up, down] if middle else cross[up, down]
    return f" ─{sign}{'▸' if middle else ' '}" if side < 0 else f"{'─' if middle else ' '}{sign}▸ "
