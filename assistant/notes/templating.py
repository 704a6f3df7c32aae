"""Templates of notes: Jinja2 in its sandbox, ours or the person's own."""

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.config import Home
from assistant.errors import AssistantError, NotFoundError
from assistant.notes.writing import yaml_text
from assistant.text import clean, clean_line

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment

NAMES = ("paper", "daily")
_OURS = Path(__file__).parent / "templates"
_MOST_CHARACTERS = 100_000
_MATHS = re.compile(r"(?<![\\$])\$(?!\s)(?:[^$\n\\]|\\.)+(?<!\s)\$(?![\d$])")
_SPECIAL = re.compile(r"[\\`*\[\]<$]|(?<!\w)#(?=\w)|_(?!\w)|(?<!\w)_|==|~~|%%")
_LIST = re.compile(r"^(\s*)(?:(?=[-+>#])|(\d+)(?=[.)]))", re.MULTILINE)


class TemplateError(AssistantError):
    """A template cannot be read or filled in."""


def own_template(home: Home, name: str) -> Path:
    """Return where the person's own template of a note may lie."""
    return home.templates / f"{name}.md"


def template_text(home: Home, name: str) -> str:
    """Return a template: the person's own if there is one, else ours.

    Raises:
        NotFoundError: there is no template of this name.
        TemplateError: it cannot be read.
    """
    if name not in NAMES:
        raise NotFoundError(
            f"There is no template {clean_line(name, 40)!r}.", hint=f"One of: {', '.join(NAMES)}."
        )
    path = own_template(home, name)
    try:
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            if len(text) > _MOST_CHARACTERS:
                raise TemplateError(f"{path} is too long for a template.")
            return text
        return (_OURS / f"{name}.md").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise TemplateError(f"Cannot read {path}.", why=str(error)) from error


def render(home: Home, name: str, **values: Any) -> str:
    """Return a template filled in.

    Raises:
        TemplateError: it is wrong, or asks for what there is not; the error names the line.
    """
    from jinja2 import TemplateError as JinjaError

    text = template_text(home, name)
    where = own_template(home, name)
    try:
        return _environment().from_string(text).render(**values)
    except (JinjaError, TypeError, ValueError, ArithmeticError, LookupError) as error:
        line = getattr(error, "lineno", None)
        raise TemplateError(
            f"The template {where if where.is_file() else name} cannot be filled in"
            + (f" (line {line})." if line else "."),
            why=clean_line(str(error), 200),
            hint="Mend it, or remove the file to have ours again.",
        ) from error


@cache
def _environment() -> "SandboxedEnvironment":
    from jinja2 import StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    environment = SandboxedEnvironment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    environment.filters |= {"md": markdown_text, "yaml": yaml_text, "code": fenced}
    return environment


def markdown_text(text: object) -> str:
    """Return text from outside as Markdown that shows it and means nothing; maths stays maths."""
    told = clean(str(text))
    pieces, last = [], 0
    for match in _MATHS.finditer(told):
        pieces += [_escaped(told[last : match.start()]), match[0]]
        last = match.end()
    return "".join([*pieces, _escaped(told[last:])])


def _escaped(text: str) -> str:
    text = _SPECIAL.sub(lambda match: "\\" + match[0], text)
    # A dash or "1." at the start of a line would begin a list.
    return _LIST.sub(lambda match: f"{match[1]}{match[2] or ''}\\", text)


def fenced(text: object, language: str = "") -> str:
    """Return text as a block of code that it cannot break out of."""
    told = clean(str(text)).replace("<!--", "<! --")
    longest = max((len(run) for run in re.findall(r"`+", told)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{told}\n{fence}"
