"""What keys do to a venue or an edition, from its line or from a deadline of it."""

import asyncio
import webbrowser
from typing import TYPE_CHECKING

from assistant.tui.acting import Acting
from assistant.tui.areas.venues.model import Goal, Held, Listed
from assistant.tui.jobs.standard import rank_job, venues_job
from assistant.tui.learning import go_to

if TYPE_CHECKING:
    from assistant.sources.venues import Venue


class ReachingOut(Acting):
    """What both panes do: follow a venue, list papers, open a page."""

    async def turn_following(self, venue: "Venue", *, followed: bool) -> None:
        """Follow a venue, or no more."""
        from assistant.library.venues import following

        work = following.unfollow if followed else following.follow
        change = await self.desk.library.write("follow a venue", lambda c: work(c, venue))
        told = f"Follows {venue.name}." if not followed else f"No longer follows {venue.name}."
        self.assistant.say(f"{told} {self.assistant.key_of('app.undo')} undoes it.")
        if change.event is not None:
            self.assistant.library_changed()

    async def show_papers(self, query: str) -> None:
        """List in Papers what a query matches."""
        from assistant.tui.areas.papers.screen import PapersScreen

        app = self.assistant
        await go_to(app, "papers")
        if isinstance(papers := app.screen, PapersScreen):
            await papers.when_ready(lambda: papers.show_filter(query))

    async def browse(self, address: str) -> None:
        """Open a page in the browser; where there is none, copy its address."""
        if not await asyncio.to_thread(webbrowser.open, address):
            self.app.copy_to_clipboard(address)
            self.assistant.say(f"No browser here; copied {address}")


class VenueChanges(ReachingOut):
    """Performs the actions of the scope `venue` on the one at hand."""

    held: Held
    turned_down: bool

    @property
    def one(self) -> Listed | None:
        """The edition or venue at hand."""
        raise NotImplementedError

    @property
    def place(self) -> Goal | None:
        """The place of its page that the cursor is on."""
        raise NotImplementedError

    def follow(self, key: object) -> None:
        """Go where a place leads."""
        raise NotImplementedError

    def show_page(self) -> None:
        """Show the page as things are now."""
        raise NotImplementedError

    def is_ranking(self) -> bool:
        """Tell whether the edition's papers are being ranked."""
        one = self.one
        running = self.desk.jobs.running
        return one is not None and any(job.argv == rank_job(one.key).argv for job in running)

    def address(self) -> str:
        """Return the web page of the edition or the venue, "" where none is known."""
        one = self.one
        if one is None:
            return ""
        for source in one.venue.sources:
            if source.kind == "virtual":
                site = str(source.parameters["site"]).rstrip("/")
                year = one.edition.edition.year if one.edition else 0
                return f"{site}/virtual/{year}" if year >= source.first else site
        links = (due.link for due in self.held.dues.values() if due.venue == one.venue.id)
        return next(filter(None, links), "")

    def why_not(self, action: str) -> str | None:
        """Say why an action on a venue cannot be done now."""
        if not action.startswith("venue."):
            return None
        one = self.one
        if one is None:
            return "There is no venue here."
        papers = one.edition.papers if one.edition is not None else 0
        if action in ("venue.papers", "venue.rank") and not papers:
            return f"Nothing of it is here: {self.assistant.key_of('venue.sync')} fetches its list."
        if action == "venue.rank" and self.is_ranking():
            return "It is being ranked."
        if action == "venue.due" and self._next_due() is None:
            return "Nothing is known to be due there."
        if action == "venue.turned-down" and not (one.edition and one.edition.turned_down):
            return "Nothing that was rejected or withdrawn is known of it."
        if action == "venue.open" and not self.address():
            return "No page is known of it."
        return None

    def _at_hand(self) -> Listed:
        one = self.one
        assert one is not None
        return one

    def _next_due(self) -> Goal | None:
        one = self.one
        due = next((other.due for other in self.held.listed.values()
                    if one and other.venue == one.venue and other.due), None)  # fmt: skip
        found = (key for key, other in self.held.dues.items() if other is due)
        key = next(found, None) if due is not None else None
        return Goal("due", key) if key is not None else None

    async def do_venue_follow(self) -> None:
        """Follow the venue with each new edition, or no more."""
        one = self._at_hand()
        await self.turn_following(one.venue, followed=one.followed)

    def do_venue_sync(self) -> None:
        """Fetch the edition's list, or the venue's newest one."""
        self.assistant.start_job(venues_job(self._at_hand().key))

    async def do_venue_papers(self) -> None:
        """List the edition's papers."""
        await self.show_papers(self._at_hand().query())

    def do_venue_rank(self) -> None:
        """Rank the edition's papers for the person."""
        self.assistant.start_job(rank_job(self._at_hand().key))
        self.show_page()

    def do_venue_due(self) -> None:
        """Go to what is due next at the venue."""
        self.follow(self._next_due())

    def do_venue_turned_down(self) -> None:
        """Show or hide how many were rejected or withdrawn."""
        self.turned_down = not self.turned_down
        self.show_page()

    async def do_venue_open(self) -> None:
        """Open the venue's page in the browser."""
        await self.browse(self.address())

    def do_venue_copy(self) -> None:
        """Copy the edition's name, or what the cursor of the page is on."""
        place = self.place
        text = self._at_hand().name
        if place is not None and place.kind in ("papers", "named", "web"):
            text = str(place.name).strip()
        self.app.copy_to_clipboard(text)
        self.assistant.say(f"Copied {text[:60]}")
