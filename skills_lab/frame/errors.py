"""Errors a person can act on."""


class LabError(Exception):
    """What happened (`title`), why, and what to do about it (`hint`)."""

    def __init__(self, title: str, *, why: str = "", hint: str = "") -> None:
        super().__init__(title)
        self.title = title
        self.why = why
        self.hint = hint
