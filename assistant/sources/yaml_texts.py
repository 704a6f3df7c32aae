"""YAML from outside: lists, objects and texts; no tags, no references, not too deep."""

import re
from typing import Any

from assistant.sources.courtesy import Again
from assistant.text import clean_line

_DEEPEST = 12
_NOT_YAML = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def read_yaml(body: bytes) -> Any:
    """Return a document in which every scalar is a text, as it is written; None for an empty one.

    Built from the parser's events, since a loader would make dates of dates and follow references,
    with which YAML bombs are made.

    Raises:
        Again: it is not whole, too deep, or refers to itself.
    """
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        text = _NOT_YAML.sub("\ufffd", body.decode("utf-8-sig", "replace"))
        return _built(yaml, yaml.parse(text, loader))
    except (yaml.YAMLError, UnicodeDecodeError, ValueError) as error:
        told = clean_line(str(error).partition("\n")[0], 120)
        raise Again(f"an answer that is no YAML: {told}") from None


def _built(yaml: Any, events: Any) -> Any:
    root: list[Any] = []
    open_: list[list[Any] | dict[str, Any]] = [root]
    keys: list[str | None] = [None]

    def put(value: Any) -> None:
        holder = open_[-1]
        if isinstance(holder, list):
            holder.append(value)
            return
        key = keys[-1]
        if key is not None:
            holder.setdefault(key, value)
            keys[-1] = None
        elif isinstance(value, str):
            keys[-1] = value
        else:
            raise ValueError("a key that is no text")

    for event in events:
        if isinstance(event, yaml.AliasEvent):
            raise ValueError("it refers to itself")
        if isinstance(event, yaml.ScalarEvent):
            plain_null = not event.style and event.value in ("", "~", "null")
            in_object = isinstance(open_[-1], dict) and keys[-1] is not None
            put(None if plain_null and (in_object or isinstance(open_[-1], list)) else event.value)
        elif isinstance(event, yaml.SequenceStartEvent | yaml.MappingStartEvent):
            made: list[Any] | dict[str, Any] = (
                [] if isinstance(event, yaml.SequenceStartEvent) else {}
            )
            put(made)
            open_.append(made)
            keys.append(None)
            if len(open_) > _DEEPEST:
                raise ValueError("nested too deeply")
        elif isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
            open_.pop()
            keys.pop()
    return root[0] if root else None
