"""A week as Markdown and as HTML: what you read, what you can do now, what is next."""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from assistant.skills.advice import Advice
from assistant.skills.progress import Ways
from assistant.skills.timeline import SORTS, Week

_HTML = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{{ title }}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>
body { max-width: 42rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif }
h1 { font-size: 1.4rem } h2 { font-size: 1.1rem; margin-top: 2rem } small { color: #666 }
@media (prefers-color-scheme: dark) { body { background: #111; color: #ddd } small { color: #999 } }
</style></head><body>
<h1>{{ title }}</h1><p><small>{{ figures }}</small></p>
{% for head, items in sections %}<h2>{{ head }}</h2>
{% if items %}<ul>{% for one in items %}
<li><strong>{{ one.what }}</strong>{% if one.how %} {{ one.how }}{% endif %}
{% if one.command %} <code>{{ one.command }}</code>{% endif %}</li>{% endfor %}
</ul>{% else %}<p><small>Nothing this week.</small></p>{% endif %}
{% endfor %}</body></html>
"""


class Line(NamedTuple):
    """One thing of a week: what, more of it, and the command that goes on with it."""

    what: str
    how: str
    command: str = ""


Section = tuple[str, list[Line]]


def week_title(week: Week) -> str:
    """Return what a week is called."""
    last = week.monday + timedelta(days=6)
    first = f"{week.monday:%B} " if week.monday.month != last.month else ""
    return f"Week of {week.monday.day} {first}to {last.day} {last:%B %Y}"


def week_figures(week: Week) -> str:
    """Return a week's counts in a line."""
    told = [f"{week.counts[sort]} {sort}" for sort in SORTS if week.counts[sort]]
    whole, broken = week.runs
    if whole + broken:
        told.append(f"{whole} of {whole + broken} runs held all their claims")
    days = f"something on {week.days} of 7 days"
    return f"{days}: {', '.join(told)}" if told else "nothing was done"


def week_sections(week: Week, advice: Sequence[Advice]) -> list[Section]:
    """Return a week's sections: (heading, lines)."""
    can = [
        Line(f"{one.skill.title}.", f"{one.skill.can} Proof: {one.proof}.") for one in week.proven
    ]
    begun = [Line(f"{one.skill.title}.", _open(one.ways)) for one in week.begun]
    given = [Line(told, "") for told in week.given]
    return [
        ("What you read", [Line(title or id, id if title else "") for id, title in week.read]),
        *([("What you contributed", given)] if given else []),
        ("What you can do now", can),
        *([("What you began", begun)] if begun else []),
        ("What is next", [_next(one) for one in advice]),
    ]


def week_markdown(week: Week, advice: Sequence[Advice]) -> str:
    """Return a week as Markdown."""
    lines = [
        f"# {week_title(week)}",
        "",
        week_figures(week)[0].upper() + week_figures(week)[1:] + ".",
    ]
    for head, items in week_sections(week, advice):
        lines += ["", f"## {head}", ""]
        for what, how, command in items:
            told = f"- **{_plain(what)}** {_plain(how)}".rstrip()
            lines.append(f"{told} `{command}`" if command else told)
        if not items:
            lines.append("Nothing this week.")
    return "\n".join(lines) + "\n"


def week_html(week: Week, advice: Sequence[Advice]) -> str:
    """Return a week as a page of its own, every text escaped."""
    from jinja2 import Environment

    template = Environment(autoescape=True).from_string(_HTML)
    return template.render(
        title=week_title(week), figures=week_figures(week), sections=week_sections(week, advice)
    )


def _next(one: Advice) -> Line:
    return Line(f"{one.standing.skill.title}.", f"{one.why[0].upper()}{one.why[1:]}.", one.do)


def _open(ways: Ways) -> str:
    told = ["; ".join(part.have for part in way if not part.done) for way in ways]
    return f"Still open: {', or '.join(told)}." if told else ""


def _plain(text: str) -> str:
    """Return a text that Markdown takes as it is."""
    for mark in "\\`*_[]<>|":
        text = text.replace(mark, f"\\{mark}")
    return text
