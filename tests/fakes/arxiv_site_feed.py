"""A fake of rss.arxiv.org: one day's announcements as RSS 2.0 and Atom 1.0.

After https://info.arxiv.org/help/rss_specifications, recorded feeds and arXiv/arxiv-feed. Feeds may
be joined (`cs.AI+cs.LG`), hold at most 2,000 entries, the new ones first, and are empty on days
without announcements.
"""

import hashlib
from email.utils import format_datetime, parsedate_to_datetime
from urllib.parse import unquote

from tests.fakes.arxiv_site_papers import Version
from tests.fakes.arxiv_site_replies import (
    ARXIV,
    ATOM,
    DC,
    XML,
    Reply,
    Request,
    View,
    built_at,
    midnight,
    tag,
    xml,
)
from tests.fakes.arxiv_site_taxonomy import is_subject, spelled
from tests.fakes.arxiv_site_world import Item, World


def answer(world: World, request: Request, view: View) -> Reply:
    """Return a feed, 400 where no such subject exists."""
    _, form, asked = (*request.path.split("/", 2), "")[:3]
    wanted = [spelled(one) for one in unquote(asked).split("+")]
    wrong = next((one for one in wanted if not is_subject(one)), None)
    kind = f"application/{form}+xml"
    if view.error or wrong is not None:
        why = view.error or f"Bad archive or subject class '{wrong}'."
        return Reply(_error(form, asked, why, view), kind, 400)
    items = [] if view.empty else world.announced(wanted, view.day)[: world.feed_cap]
    items = items[: max(len(items) - view.drop, 0)]
    body = (_rss if form == "rss" else _atom)(wanted, items, view)
    headers = {
        "ETag": f'"{hashlib.sha256(body.encode()).hexdigest()}"',
        "Last-Modified": format_datetime(built_at(view.built), usegmt=True),
    }
    return Reply(body, kind, headers=headers)


def unchanged(request: Request, reply: Reply) -> bool:
    """Return whether the client says that it has this very feed (RFC 9110, 13.1)."""
    if (known := request.headers.get("if-none-match")) is not None:
        return reply.headers["ETag"] in known
    try:
        since = parsedate_to_datetime(request.headers.get("if-modified-since", ""))
        return since >= parsedate_to_datetime(reply.headers["Last-Modified"])
    except (ValueError, TypeError):
        return False


def _rss_head(title: str, about: str, asked: str, view: View) -> str:
    address = xml(f"http://rss.arxiv.org/rss/{asked}")
    return (
        f'{XML}<rss xmlns:arxiv="{ARXIV}" xmlns:dc="{DC}" xmlns:atom="{ATOM}" version="2.0">\n'
        f"  <channel>\n    <title>{xml(title)}</title>\n    <link>{address}</link>\n"
        f"    <description>{xml(about)}</description>\n"
        f'    <atom:link href="{address}" rel="self" type="application/rss+xml"/>\n'
        "    <docs>http://www.rssboard.org/rss-specification</docs>\n"
        "    <language>en-us</language>\n"
        f"    <lastBuildDate>{format_datetime(built_at(view.built))}</lastBuildDate>\n"
        "    <managingEditor>rss-help@arxiv.org</managingEditor>\n"
        f"    <pubDate>{format_datetime(midnight(view.told))}</pubDate>\n"
        "    <skipDays>\n      <day>Sunday</day>\n      <day>Saturday</day>\n    </skipDays>\n"
    )


def _atom_head(title: str, about: str, asked: str, view: View) -> str:
    address = xml(f"http://rss.arxiv.org/atom/{asked}")
    return (
        f'{XML}<feed xmlns:arxiv="{ARXIV}" xmlns:dc="{DC}" xmlns="{ATOM}" xml:lang="en-us">\n'
        f"  <id>{address}</id>\n  <title>{xml(title)}</title>\n"
        f"  <updated>{built_at(view.built).isoformat(timespec='microseconds')}</updated>\n"
        f'  <link href="{address}" rel="self" type="application/atom+xml"/>\n'
        f"  <subtitle>{xml(about)}</subtitle>\n"
    )


def _error(form: str, asked: str, why: str, view: View) -> str:
    title = f"Feed error for query: http://rss.arxiv.org/{form}/{asked}"
    if form == "rss":
        return f"{_rss_head(title, why, asked, view)}  </channel>\n</rss>\n"
    return f"{_atom_head(title, why, asked, view)}</feed>\n"


def _rss(wanted: list[str], items: list[Item], view: View) -> str:
    names = ", ".join(wanted)
    head = _rss_head(
        f"{names} updates on arXiv.org",
        f"{names} updates on the arXiv.org e-print archive.",
        "+".join(wanted),
        view,
    )
    dated = format_datetime(midnight(view.told))
    return head + "".join(_rss_item(item, view, dated) for item in items) + "  </channel>\n</rss>\n"


def _atom(wanted: list[str], items: list[Item], view: View) -> str:
    names = ", ".join(wanted)
    head = _atom_head(
        f"{names} updates on arXiv.org",
        f"{names} updates on the arXiv.org e-print archive.",
        "+".join(wanted),
        view,
    )
    return head + "".join(_atom_entry(item, view) for item in items) + "</feed>\n"


def _rss_item(item: Item, view: View, dated: str) -> str:
    paper, pad = item.paper, "      "
    version = paper.versions[item.version - 1]
    return (
        "    <item>\n"
        f"{pad}<title>{xml(version.title)}</title>\n"
        f"{pad}<link>https://arxiv.org/abs/{paper.id}</link>\n"
        f"{pad}<description>{_summary(item, version)}</description>\n"
        f'{pad}<guid isPermaLink="false">oai:arXiv.org:{paper.id}v{item.version}</guid>\n'
        + "".join(tag("category", one, pad) for one in paper.subjects(view.day))
        + f"{pad}<pubDate>{dated}</pubDate>\n"
        f"{_extras(item, pad)}    </item>\n"
    )


def _atom_entry(item: Item, view: View) -> str:
    paper, pad = item.paper, "    "
    version = paper.versions[item.version - 1]
    terms = (f'{pad}<category term="{xml(one)}"/>\n' for one in paper.subjects(view.day))
    return (
        "  <entry>\n"
        f"{pad}<id>oai:arXiv.org:{paper.id}v{item.version}</id>\n"
        f"{pad}<title>{xml(version.title)}</title>\n"
        f"{pad}<updated>{built_at(view.built).isoformat(timespec='microseconds')}</updated>\n"
        f'{pad}<link href="https://arxiv.org/abs/{paper.id}" rel="alternate" type="text/html"/>\n'
        f"{pad}<summary>{_summary(item, version)}</summary>\n"
        + "".join(terms)
        + f"{pad}<published>{midnight(view.told).isoformat()}</published>\n"
        f"{_extras(item, pad)}  </entry>\n"
    )


def _summary(item: Item, version: Version) -> str:
    # The blank at the end of the first line is arXiv's.
    head = f"arXiv:{item.paper.id}v{item.version} Announce Type: {item.kind} \nAbstract: "
    return xml(head + version.abstract)


def _extras(item: Item, pad: str) -> str:
    paper = item.paper
    return (
        tag("arxiv:announce_type", item.kind, pad)
        + tag("dc:rights", paper.license, pad)
        + tag("arxiv:DOI", paper.doi, pad)
        + tag("arxiv:journal_reference", paper.journal_ref, pad)
        + tag("dc:creator", ", ".join(str(name) for name in paper.names), pad)
    )
