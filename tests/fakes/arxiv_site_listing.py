"""A fake of arxiv.org/list: the latest announcements of a subject, and those of five days.

After the templates and controller of arXiv/arxiv-browse (browse/templates/list, list_page): `new`
shows one day in three sections with abstracts, `pastweek` (or `recent`) five days without
replacements or abstracts. Both are cut by `skip` and `show`, of which only some values are taken,
and a section cut short says so in its heading ("showing first", "continued, showing last"); a day
of five on which the subject had nothing has a heading without numbers.
"""

from collections.abc import Callable
from datetime import date
from html import escape

from tests.fakes.arxiv_site_papers import Version
from tests.fakes.arxiv_site_replies import Reply, Request, View
from tests.fakes.arxiv_site_taxonomy import is_subject, name_of, shown
from tests.fakes.arxiv_site_world import KINDS, Item, World

_SHOWS = (25, 50, 100, 250, 500, 1000, 2000)
_SHORT_SHOW = 50
_DAYS = 5
_MOST_AUTHORS = 100
_SECTIONS = {
    "new": ("New submissions", "New submissions"),
    "cross": ("Cross submissions", "Cross-lists"),
    "replace": ("Replacement submissions", "Replacements"),
}
_HTML = "text/html; charset=utf-8"
Section = tuple[str, str, list[Item]]
"""What a section is called in its heading, what in the index above it, and all of its papers."""


def answer(world: World, request: Request, view: View) -> Reply:
    """Return a listing page, 400 where there is no such subject or span of time."""
    _, _, subject, span = (*request.path.split("/", 3), "", "")[:4]
    if not is_subject(subject) or span not in ("new", "pastweek", "recent"):
        return Reply(_page("Bad Request", "<h1>Bad Request</h1>\n"), _HTML, 400)
    new = span == "new"
    skip = request.number("skip", 0)
    show = request.number("show", _SHOWS[-1] if new else _SHORT_SHOW)
    if show not in _SHOWS:
        values = ", ".join(map(str, _SHOWS))
        return Reply(f"Invalid show value. Valid values: {values}", _HTML, 400)
    most = min(show, world.listing_cap)
    sections = [] if view.empty else (_new if new else _past)(world, subject, view)
    total = sum(len(items) for *_, items in sections)
    if new:
        dated = view.told if view.told != view.day else world.batch_day(view.day) or view.day
        top = (
            f"{_index(sections, lambda before: f'#item{before + 1}')}"
            f'<p>See <a id="recent-{subject}" href="/list/{subject}/recent">recent</a> articles</p>'
            f"\n<h3>Showing new listings for {_day(dated, '%A', '%B')}</h3>\n"
        )
    else:
        top = (
            "<h2>Authors and titles for recent submissions</h2>\n"
            + _index(
                sections, lambda before: f"/list/{subject}/{span}?skip={before}&amp;show={most}"
            )
            + f'<p>See today\'s <a href="/list/{subject}/new">new</a> changes</p>\n'
        )
    paging = _paging(f"/list/{subject}/{span}", total, skip, most)
    blocks = _blocks(sections, skip, most, view, new)
    inner = f"<h1>{escape(name_of(subject))}</h1>\n{top}{paging}{blocks}{paging}"
    return Reply(_page(f"{name_of(subject)} {span}", inner), _HTML)


def _new(world: World, subject: str, view: View) -> list[Section]:
    items = world.announced([subject], world.batch_day(view.day))
    found = []
    for kind, names in _SECTIONS.items():
        chosen = [item for item in items if item.kind.removesuffix("-cross") == kind]
        found.append((*names, sorted(chosen, key=lambda item: item.paper.id)))
    return [section for section in found if section[2]]


def _past(world: World, subject: str, view: View) -> list[Section]:
    found = []
    for day in world.batch_days(view.day, _DAYS):
        items = [item for item in world.announced([subject], day) if item.kind in KINDS[:2]]
        name = _day(day, "%a", "%b")
        found.append((name, name, items))
    return found


def _blocks(sections: list[Section], skip: int, most: int, view: View, new: bool) -> str:
    found, before, left = [], 0, most
    space = "" if new else " "
    for name, _, items in sections:
        first = max(skip - before, 0)
        kept = items[first : first + left]
        if kept:
            whole = first + len(kept) == len(items)
            showing = "showing " if whole else "showing first "
            if first:
                showing = f"continued, showing {'last ' if whole else ''}"
            heading = f"{name} ({showing}{len(kept)} of {len(items)} entries{space})"
            entries = "".join(
                _entry(item, before + first + place + 1, view, new)
                for place, item in enumerate(kept[: max(len(kept) - view.drop, 0)])
            )
            found.append(f"<dl id='articles'>\n<h3>{heading}</h3>\n{entries}</dl>\n")
        elif not items and skip <= before and left:
            nothing = "<p>No updates for this time period.</p>"
            found.append(f"<dl id='articles'>\n<h3>{name}</h3>\n{nothing}\n</dl>\n")
        before, left = before + len(items), left - len(kept)
    return "".join(found) or ("<p>No updates today.</p>\n" if new else "")


def _entry(item: Item, place: int, view: View, abstracts: bool) -> str:
    paper = item.paper
    version = paper.versions[item.version - 1]
    note = {"new": "", "cross": f"(cross-list from {paper.categories[0]})"}
    first, *others = (escape(shown(one)) for one in paper.subjects(view.day))
    subjects = "; ".join((f'<span class="primary-subject">{first}</span>', *others))
    return (
        f"<dt>\n<a name='item{place}'>[{place}]</a>\n"
        f'<a href ="/abs/{paper.id}" title="Abstract" id="{paper.id}">\n  arXiv:{paper.id}\n</a>\n'
        f"{note.get(item.kind, '(replaced)')}\n"
        f'[<a href="/pdf/{paper.id}" title="Download PDF" id="pdf-{paper.id}">pdf</a>, '
        f'<a href="/format/{paper.id}" title="Other formats" id="oth-{paper.id}">other</a>]\n'
        "</dt>\n<dd>\n<div class='meta'>\n"
        f"{_part('list-title mathjax', 'Title:', version.title)}"
        f"<div class='list-authors'>{_authors(item)}</div>\n"
        + _part("list-comments mathjax", "Comments:", version.comment)
        + _part("list-journal-ref", "Journal-ref:", paper.journal_ref)
        + "<div class='list-subjects'><span class='descriptor'>Subjects:</span>\n"
        f"{subjects}\n</div>\n" + (_abstract(version) if abstracts else "") + "</div>\n</dd>\n"
    )


def _part(kind: str, name: str, text: str) -> str:
    if not text:
        return ""
    told = escape(text, quote=False)
    return f"<div class='{kind}'><span class='descriptor'>{name}</span>\n{told}\n</div>\n"


def _abstract(version: Version) -> str:
    return f"<p class='mathjax'>\n{escape(version.abstract, quote=False)}\n</p>\n"


def _authors(item: Item) -> str:
    names = item.paper.names
    if not names:
        return "(author list is unavailable)"
    archive = item.paper.categories[0].partition(".")[0]
    links = [
        f'<a href="https://arxiv.org/search/{archive}?searchtype=author&amp;query='
        f'{escape(name.family)},+{escape(name.given[:1])}" rel="nofollow">{escape(name.plain)}</a>'
        + (f" ({escape(name.affiliation)})" if name.affiliation else "")
        for name in names[:_MOST_AUTHORS]
    ]
    more = len(names) - len(links)
    rest = f", et al. ({more} additional authors not shown)" if more else ""
    return ", ".join(links) + rest


def _index(sections: list[Section], link: Callable[[int], str]) -> str:
    lines, before = [], 0
    for _, name, items in sections:
        lines.append(f'<li><a href="{link(before)}" rel="nofollow">{name}</a></li>\n')
        before += len(items)
    return f"<ul>\n{''.join(lines)}</ul>\n"


def _paging(address: str, total: int, skip: int, most: int) -> str:
    if not total:
        return ""
    pages = []
    for first in range(0, total, most):
        name = f"{first + 1}-{min(first + most, total)}"
        link = f'<a href="{address}?skip={first}&amp;show={most}" rel="nofollow">{name}</a>'
        pages.append(f"<span>{name}</span>" if first <= skip < first + most else link)
    more = [one for one in _SHOWS if most < one < total]
    return (
        f"<div class='paging'>Total of {total} entries"
        f"{' : ' + ' '.join(pages) if len(pages) > 1 else ''}\n</div>\n"
        f"<div class='morefewer'>Showing up to {most} entries per page:\n"
        + (f'<a href="{address}?skip={skip}&amp;show={more[0]}">more</a>' if more else "more")
        + "\n</div>\n"
    )


def _day(day: str, weekday: str, month: str) -> str:
    then = date.fromisoformat(day)
    return then.strftime(f"{weekday}, {then.day} {month} %Y")


def _page(title: str, inner: str) -> str:
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8" />\n'
        f"<title>{escape(title)}</title>\n</head>\n<body>\n<main>\n<div id='content-inner'>\n"
        f"<div id='dlpage'>\n{inner}</div>\n</div>\n</main>\n</body>\n</html>\n"
    )
