"""Building XML and HTML as a tree, so that every text is escaped by construction."""

import xml.etree.ElementTree as ET
from collections.abc import Iterable

Child = ET.Element | str | None


def node(tag: str, *children: Child, **attributes: str) -> ET.Element:
    """Return an element; texts and elements stand in it in the order given, None leaves no trace.

    A trailing underscore of an attribute's name is dropped (`class_`).
    """
    made = ET.Element(tag, {name.rstrip("_"): value for name, value in attributes.items()})
    last = None
    for child in children:
        if isinstance(child, ET.Element):
            made.append(child)
            last = child
        elif child and last is None:
            made.text = (made.text or "") + child
        elif child and last is not None:
            last.tail = (last.tail or "") + child
    return made


def joined(nodes: Iterable[ET.Element], between: str) -> list[Child]:
    """Return elements with a text between each two."""
    told: list[Child] = []
    for one in nodes:
        if told:
            told.append(between)
        told.append(one)
    return told


def as_html(element: ET.Element) -> str:
    """Return an element as HTML."""
    return ET.tostring(element, encoding="unicode", method="html")
