"""A strict reader of iCalendar files: what RFC 5545 asks for, and nothing else."""

import re

_LINE = re.compile(r'([A-Z][A-Z0-9-]*)((?:;[A-Z-]+=(?:"[^"]*"|[^;:",]*))*):(.*)', re.DOTALL)
_UTC = re.compile(r"\d{8}T\d{6}Z")
_TEXTS = ("SUMMARY", "DESCRIPTION", "X-WR-CALNAME")
_ONCE = ("UID", "DTSTAMP", "DTSTART", "SEQUENCE", "SUMMARY", "DESCRIPTION", "URL", "TRANSP")

Component = dict[str, list[str]]


def read_calendar(text: str) -> list[tuple[Component, list[Component]]]:
    """Return each event's properties, unescaped, and its alarms'.

    Raises AssertionError where a calendar program might refuse the file.
    """
    assert text.endswith("END:VCALENDAR\r\n")
    assert "\n" not in text.replace("\r\n", "")
    assert "\r" not in text.replace("\r\n", "")
    for line in text.split("\r\n"):
        assert len(line.encode()) <= 75, line
    lines = text.replace("\r\n ", "").split("\r\n")[:-1]
    events: list[tuple[Component, list[Component]]] = []
    open_: list[str] = []
    calendar: Component = {}
    for line in lines:
        match = _LINE.fullmatch(line)
        assert match is not None, line
        name, parameters, value = match.groups()
        assert not parameters, "none are needed"
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f]", value), line
        if name == "BEGIN":
            allowed = {(): "VCALENDAR", ("VCALENDAR",): "VEVENT", ("VCALENDAR", "VEVENT"): "VALARM"}
            assert value == allowed[tuple(open_)]
            open_.append(value)
            if value == "VEVENT":
                events.append(({}, []))
            elif value == "VALARM":
                events[-1][1].append({})
            continue
        if name == "END":
            assert open_.pop() == value
            continue
        holder = calendar
        if open_[-1] == "VEVENT":
            holder = events[-1][0]
        elif open_[-1] == "VALARM":
            holder = events[-1][1][-1]
        holder.setdefault(name, []).append(_unescaped(value) if name in _TEXTS else value)
    assert not open_
    assert calendar["VERSION"] == ["2.0"]
    assert len(calendar["PRODID"]) == 1
    uids = set()
    for event, alarms in events:
        assert {"UID", "DTSTAMP", "DTSTART", "SUMMARY"} <= event.keys()
        assert all(len(event.get(name, [])) <= 1 for name in _ONCE)
        assert _UTC.fullmatch(event["DTSTAMP"][0])
        assert _UTC.fullmatch(event["DTSTART"][0])
        assert event["UID"][0] not in uids
        uids.add(event["UID"][0])
        for alarm in alarms:
            assert alarm["ACTION"] == ["DISPLAY"]
            assert re.fullmatch(r"-P\d+D", alarm["TRIGGER"][0])
            assert alarm["DESCRIPTION"]
    return events


def _unescaped(value: str) -> str:
    assert not re.search(r"(?<!\\)(?:\\\\)*[;,]", value.replace("\\;", "").replace("\\,", "")), (
        value
    )
    assert not re.search(r"(?<!\\)(?:\\\\)*\\[^\\;,nN]", value), value
    return re.sub(
        r"\\(.)", lambda match: "\n" if match[1] in "nN" else match[1], value, flags=re.DOTALL
    )
