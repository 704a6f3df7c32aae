"""Choosing a saved search."""

from collections.abc import Sequence

from assistant.tui.widgets.picker import Choice, Picker, matches


class SavedSearches(Picker):
    """The saved searches by name; returns the query chosen."""

    TITLE_TEXT = "Saved searches"
    PLACEHOLDER = "a part of its name"

    async def found(self, text: str) -> Sequence[Choice]:
        """Return the saved searches a text leaves."""
        from db import personal

        saved = await self.desk.library.read(personal.saved_searches)
        return [
            Choice(name, query, "", query)
            for name, query in saved.items()
            if matches(text, name, query)
        ]
