"""Lists of accepted papers as each site writes them."""

import json
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any
from xml.sax.saxutils import escape as xml_escape

Row = dict[str, Any]


def event(number: int, title: str, authors: Sequence[str] = ("Ada Lovelace",), **more: Any) -> Row:
    """Return an event of a virtual site."""
    return {
        "id": number, "uid": f"uid{number}", "name": title,
        "authors": [
            {"id": 900 + place, "fullname": name, "institution": "Analytical Engines",
             "url": "http://example.org/users/1?format=json"}
            for place, name in enumerate(authors)
        ],
        "abstract": f"We study {title.lower()}.", "topic": "General Machine Learning",
        "keywords": [], "decision": "Accept (poster)", "session": "Poster Session 1",
        "eventtype": "Poster", "event_type": "poster_template", "room_name": "Hall A",
        "virtualsite_url": f"/virtual/2025/poster/{number}", "url": None, "sourceid": number,
        "sourceurl": "https://openreview.net/group?id=NeurIPS.cc/2025/Conference",
        "starttime": "2025-12-03T11:00:00-08:00", "endtime": "2025-12-03T14:00:00-08:00",
        "paper_url": f"https://openreview.net/forum?id=paper{number:05}", "paper_pdf_url": None,
        "children": [], "related_events_ids": [], "visible": True, "poster_position": f"#{number}",
        "diversity_event": None, **more,
    }  # fmt: skip


def virtual_list(events: Sequence[Row], *, count: int | None = None, following: str = "") -> bytes:
    """Return a virtual site's list."""
    told = {
        "count": len(events) if count is None else count, "next": following or None,
        "previous": None, "results": list(events),
    }  # fmt: skip
    return json.dumps(told).encode()


def pmlr_index(volumes: Mapping[str, str]) -> bytes:
    """Return PMLR's front page with volume -> title."""
    rows = "".join(
        f'<li><a href="{volume}"><b>Volume {volume[1:]}</b></a>\n  {escape(title)}</li>\n'
        for volume, title in volumes.items()
    )
    return f"<html><body><ul class='proceedings-list'>{rows}</ul></body></html>".encode()


def citeproc(papers: Sequence[Row]) -> bytes:
    """Return a PMLR volume's citeproc.yaml."""
    import yaml

    rows = [
        {
            "title": "A Paper", "abstract": "What it says.", "layout": "inproceedings",
            "series": "Proceedings of Machine Learning Research", "publisher": "PMLR",
            "issn": "2640-3498", "id": "lovelace24a", "month": 0, "firstpage": 1, "lastpage": 9,
            "page": "1-9", "cycles": False, "bibtex_author": "Lovelace, Ada",
            "author": [{"given": "Ada", "family": "Lovelace"}], "date": "2024-07-08",
            "container-title": "Proceedings of the 41st International Conference on Machine "
            "Learning",
            "volume": "235", "genre": "inproceedings", "issued": {"date-parts": [2024, 7, 8]},
            "PDF": "https://raw.githubusercontent.com/mlresearch/v235/main/a.pdf", **paper,
        }
        for paper in papers
    ]  # fmt: skip
    return yaml.safe_dump(rows, allow_unicode=True, sort_keys=False).encode()


def anthology(collection: str, volumes: Mapping[str, Sequence[Row]]) -> bytes:
    """Return an Anthology file: volume -> papers."""
    parts = [f"<?xml version='1.0' encoding='UTF-8'?>\n<collection id=\"{collection}\">"]
    for volume, papers in volumes.items():
        parts.append(
            f'<volume id="{volume}" ingest-date="2024-07-31" type="proceedings"><meta><booktitle>'
            f"Proceedings of <fixed-case>ACL</fixed-case></booktitle><year>2024</year>"
            "<venue>acl</venue></meta>"
            f'<frontmatter><url hash="f">{collection}-{volume}.0</url></frontmatter>'
        )
        for number, paper in enumerate(papers, start=1):
            people = "".join(
                f"<author><first>{xml_escape(given)}</first><last>{xml_escape(family)}</last>"
                "</author>"
                for given, family in paper.get("authors", [("Ada", "Lovelace")])
            )
            abstract = paper.get("abstract")
            parts.append(
                f'<paper id="{number}"><title>{paper["title"]}</title>{people}<pages>1–9</pages>'
                + (f"<abstract>{abstract}</abstract>" if abstract else "")
                + f'<url hash="abc">{collection}-{volume}.{number}</url>'
                f"<doi>10.18653/v1/{collection}-{volume}.{number}</doi>"
                f"<bibkey>b{number}</bibkey>{paper.get('more', '')}</paper>"
            )
        parts.append("</volume>")
    return "".join([*parts, "</collection>\n"]).encode()


def cvf_list(papers: Sequence[Row], conference: str = "ICCV2025") -> bytes:
    """Return CVF's page of a conference."""
    rows = []
    for paper in papers:
        name = paper["name"]
        people = "".join(
            f'<form id="form-{name}" action="/{conference}" method="post" class="authsearch">'
            f'<input type="hidden" name="query_author" value="{escape(one)}">'
            f'<a href="#" onclick="submit()">{escape(one)}</a>,</form>'
            for one in paper.get("authors", ["Ada Lovelace"])
        )
        arxiv = (
            f'[<a href="http://arxiv.org/abs/{paper["arxiv"]}">arXiv</a>]'
            if "arxiv" in paper
            else ""
        )
        rows.append(
            f'<dt class="ptitle"><br><a href="/content/{conference}/html/{name}_paper.html">'
            f"{escape(paper['title'])}</a></dt><dd>{people}</dd><dd>"
            f'[<a href="/content/{conference}/papers/{name}_paper.pdf">pdf</a>] {arxiv}'
            '<div class="link2">[<a class="fakelink">bibtex</a>]<div class="bibref">@In{x}</div>'
            "</div></dd>"
        )
    body = f"<div id='content'><dl>{''.join(rows)}</dl></div>"
    return f"<!DOCTYPE html><html><head><title>x</title></head><body>{body}</body></html>".encode()


def cvf_paper(abstract: str) -> bytes:
    """Return a paper's own page at CVF."""
    return (
        f"<html><body><div id='papertitle'>A</div><div id='abstract'>{escape(abstract)} <div>more"
        "</div></div><div>other</div></body></html>"
    ).encode()


def dblp_hit(key: str, title: str, authors: Sequence[str] = ("Ada Lovelace",), **more: Any) -> Row:
    """Return a hit of DBLP's search; one author alone is no list."""
    people = [{"@pid": f"1/{place}", "text": name} for place, name in enumerate(authors)]
    info = {
        "authors": {"author": people[0] if len(people) == 1 else people}, "title": f"{title}.",
        "venue": "KDD", "pages": "1-9", "year": "2024", "type": "Conference and Workshop Papers",
        "access": "open", "key": key, "doi": f"10.1145/{key.rpartition('/')[2]}",
        "ee": f"https://doi.org/10.1145/{key.rpartition('/')[2]}",
        "url": f"https://dblp.org/rec/{key}", **more,
    }  # fmt: skip
    return {"@score": "1", "@id": key, "info": info, "url": "URL#1"}


def dblp(tables: Mapping[str, Sequence[Row]], *, say: int | None = None) -> Any:
    """Return DBLP's search over tables of contents; `say` is the total it claims."""

    def answer(query: Mapping[str, str]) -> bytes:
        name = query["q"].removeprefix("toc:db/").removesuffix(".bht:")
        found = list(tables.get(name, ()))
        start, size = int(query["f"]), min(int(query["h"]), 1_000)
        hits: Row = {"@total": str(len(found) if say is None else say), "@sent": "0", "@first": "0"}
        if page := found[start : start + size]:
            hits["hit"] = page
        return json.dumps({"result": {"query": query["q"], "hits": hits}}).encode()

    return answer
