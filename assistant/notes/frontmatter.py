"""YAML front matter: read within bounds, never trusted to build anything but plain values."""

import re
from datetime import date, datetime
from typing import Any

from assistant.text import clean_line

MOST_CHARACTERS = 64_000
MOST_NODES = 5_000
MOST_DEPTH = 20
_BLOCK = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.S | re.M)
_PLAIN = frozenset("tag:yaml.org,2002:" + name for name in (
    "str", "int", "float", "bool", "null", "timestamp", "map", "seq"
))  # fmt: skip

Properties = dict[str, Any]


def split(text: str) -> tuple[int, int, int]:
    """Return where front matter's YAML starts and ends, and where the note's body starts.

    Positions count characters; without front matter, all three are where the text begins.
    """
    match = _BLOCK.match(text)
    if match is None:
        mark = int(text.startswith("\ufeff"))
        return mark, mark, mark
    return match.start(1), match.end(1), match.end()


def parse(yaml_text: str) -> tuple[Properties, str]:
    """Return front matter as plain values (text, numbers, lists, tables), and what is wrong.

    Dates become ISO text. YAML that asks for objects, refers to itself or is too large is not
    read at all: then the values are empty and the second part says why.
    """
    if not yaml_text.strip():
        return {}, ""
    if len(yaml_text) > MOST_CHARACTERS:
        return {}, f"its front matter is longer than {MOST_CHARACTERS:,} characters"
    import yaml

    try:
        _refuse_costly(yaml_text)
        loaded = yaml.load(yaml_text, Loader=_loader())
    except yaml.YAMLError as error:
        told = getattr(error, "problem", None) or str(error)
        return {}, f"its front matter is no YAML we read: {clean_line(str(told), 160)}"
    except (ValueError, RecursionError, OverflowError) as error:
        return {}, f"its front matter cannot be read: {clean_line(str(error), 160)}"
    if loaded is None:
        return {}, ""
    if not isinstance(loaded, dict):
        return {}, "its front matter is no table of names and values"
    return {clean_line(str(name), 200): _plain(value) for name, value in loaded.items()}, ""


def _refuse_costly(text: str) -> None:
    """Refuse aliases, foreign tags, and what is too deep or too long, before anything is built."""
    import yaml

    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=_loader())):
        if count > MOST_NODES:
            raise ValueError(f"it has more than {MOST_NODES:,} values")
        if isinstance(event, yaml.AliasEvent):
            raise ValueError("it refers to its own parts (an alias), which can grow without end")
        tag = getattr(event, "tag", None)
        if tag is not None and tag not in _PLAIN and tag != "!":
            raise ValueError(f"it asks for an object ({tag})")
        if isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            depth += 1
            if depth > MOST_DEPTH:
                raise ValueError("it is nested too deeply")
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            depth -= 1


def _loader() -> Any:
    import yaml

    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {clean_line(str(name), 200): _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set):
        return [_plain(inner) for inner in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, str):
        return clean_line(value, 10_000)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 1 << 63:
        return str(value)
    if isinstance(value, float) and not -1e308 < value < 1e308:
        return str(value)
    return value if value is None or isinstance(value, bool | int | float) else str(value)


def texts(properties: Properties, *names: str) -> list[str]:
    """Return a property that is a list of texts, or one text with commas, as distinct texts.

    The first of `names` that is there counts.
    """
    value = next((properties[name] for name in names if properties.get(name)), None)
    if isinstance(value, str):
        value = value.split(",")
    if not isinstance(value, list):
        value = [] if value is None else [value]
    cleaned = (clean_line(str(one), 300) for one in value if one is not None)
    return list(dict.fromkeys(one for one in cleaned if one))
