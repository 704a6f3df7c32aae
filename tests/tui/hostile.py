"""Strings that break terminals and those who draw on them: shown on every screen by the tests."""

import re

STRINGS = {
    "closing markup": "A title [/] that closes nothing",
    "markup action": "[@click=app.quit]press me[/] and [@click='app.bell']me[/]",
    "markup link": "[link=file:///etc/passwd]a link[/link] [bold red on blue]loud",
    "escaped markup": r"\[/] \\[bold] [[/]] [/nothing] [",
    "colour": "red \x1b[31;1;7mred\x1b[0m \x1b[2J\x1b[H cleared",
    "alternate screen": "\x1b[?1049l\x1b[?25l\x1b[?1000h left",
    "window title": "\x1b]0;owned\x07 and \x1b]2;owned\x1b\\ title",
    "clipboard": "\x1b]52;c;b3duZWQ=\x07 copied",
    "device control": "\x1bP+q544e\x1b\\ \x1b_payload\x1b\\ \x1b^private\x1b\\",
    "half a sequence": "ends in the middle \x1b[",
    "c1": "\x9b31m\x9d0;owned\x9c\x90q\x9c \x84\x85\x8d",
    "c0": "bell\x07 back\x08\x08 tab\tfeed\x0c vertical\x0b return\rdelete\x7f shift\x0e\x0f",
    "nul": "before\x00after",
    "lines": "first\nsecond\r\nthird\u2028fourth\u2029fifth\x85sixth",
    "bidi": "safe \u202eesrever\u202c \u2066isolated\u2069 \u200e\u200f\u061c",
    "invisible": "zero\u200bwidth\u2060joiner\ufeffbom\u00adsoft\U000e0041tag",
    "combining": "Z" + "\u0351\u0327\u0489" * 40 + "algo " + "e\u0301" * 10,
    "emoji": "👩‍👩‍👧‍👦 family 🏳️‍🌈 flag 👍🏽 skin 🇩🇪 country 1️⃣ keycap ❤️ heart",
    "right to left": "שלום עולם مرحبا بالعالم سلام",
    "mixed directions": "An English title with עברית in it, 123 numbers",
    "wide": "大規模言語モデルの効率的な学習 한국어 제목 全角ＡＢＣ",
    "ambiguous": "±§¶·×÷αβγ→↑■□●○★☆…—“”",
    "indic": "हिन्दी में शीर्षक தமிழ் ไทย ភាសាខ្មែរ",
    "unassigned": "\ue000private \ufdd0 \uffff \U0010ffff",
    "very long": "endless " * 1_250,
    "one long word": "x" * 10_000,
    "spaces": " \u00a0 \u3000 \u2003 ",
    "format": "{0} {title} %s %(name)s ${HOME} $(id) `id`",
    "path": "../../../../etc/passwd",
    "query": '"unclosed AND (OR NOT tag: -',
}
"""What may stand in a library file: SQLite keeps anything but half a character."""

SURROGATE = "half \ud800 a character \udfff"
"""What only the machine itself can say, in a file's name or an error."""

# What Textual itself writes: styles, the cursor's place, links.
_OURS = re.compile(r"\x1b\[[0-9;:]*m|\x1b\[\d+;\d+H|\x1b\]8;[^\x1b\x07]*\x1b\\")
_COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def commands_in(written: str) -> list[str]:
    """Return the characters in a terminal's input that command it, but for a drawing's own."""
    return _COMMANDS.findall(_OURS.sub("", written))
