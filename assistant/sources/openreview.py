"""OpenReview's API v2 through its own client, with the person's own login; an optional extra.

https://docs.openreview.net/getting-started/using-the-api: notes whose `content.venueid` is the
venue's are its accepted papers; `{venueid}/Rejected_Submission` and the like are the others. Where
the server asks for a challenge that only a person can answer, we say so and stop.
"""

import contextlib
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from assistant.errors import SourceError
from assistant.passwords import NoPasswordError, find_password
from assistant.sources.courtesy import Again, Courtesy, persist
from assistant.sources.polite import MAY_PASS, NO_VALIDATORS, Validators, retry_after, unreachable
from assistant.sources.record import Identifier, Record, author_from_name
from assistant.sources.sites import Site
from assistant.sources.statuses import Status, status_of
from assistant.sources.submissions import (
    FetchedEdition,
    FormError,
    NotPublishedError,
    filled,
    member,
    read_rows,
    submission,
    text_of,
)
from assistant.sources.venues import Edition, Parameters
from assistant.text import clean_line

SOURCE = "openreview"
PASSWORD_VARIABLE = "ASSISTANT_OPENREVIEW_PASSWORD"
KEYRING_SERVICE = "assistant-openreview"
MOST_PAGES = 200
_MOST_BYTES = 100_000_000
_PIECE = 1 << 16
_GROUPS: dict[str, Status] = {
    "rejected": "rejected", "desk_rejected": "rejected", "withdrawn": "withdrawn",
}  # fmt: skip

Result = TypeVar("Result")


def is_set_up(site: Site) -> bool:
    """Tell whether the person has named their account."""
    return bool(site.settings.openreview_user)


def fetch(
    edition: Edition, parameters: Parameters, site: Site, validators: Validators = NO_VALIDATORS
) -> FetchedEdition:
    """Return the papers of an edition, those turned down among them where they are public.

    Raises:
        NotPublishedError: OpenReview has none of them.
        SourceError: it cannot be reached, refuses, asks for a challenge, or has changed its form.
    """
    where = f"OpenReview's list of {edition.label}"
    asked = _Asked(site)
    (venueid,) = filled([parameters["venueid"]], edition)
    rows: list[tuple[dict[str, Any], Status]] = []
    for group in ("", *parameters["also"]):
        status = _GROUPS.get(group.lower().removesuffix("_submission"), "accepted")
        wanted = f"{venueid}/{group}" if group else venueid
        rows += [(note, status) for note in asked.notes(wanted)]
        if not rows:
            raise NotPublishedError(f"{where} is empty.")
    records, skipped = read_rows(rows, lambda row: _record(row[0], row[1], edition), where)
    return FetchedEdition(tuple(records), len(records), skipped)


def _record(note: dict[str, Any], group: Status, edition: Edition) -> Record:
    own = member(note, "id", str)
    content = member(note, "content", dict)
    told = {name: _value(content, name) for name in content}
    venue = text_of(told, "venue")
    status = status_of(venue.replace(edition.label, "")) if group == "accepted" else group
    pdf = text_of(told, "pdf")
    names = told.get("authors")
    keywords = told.get("keywords")
    return submission(
        edition,
        SOURCE,
        own,
        title=member(told, "title", str),
        status=status or group,
        told=venue,
        abstract=text_of(told, "abstract"),
        authors=map(author_from_name, map(str, names)) if isinstance(names, list) else (),
        identifiers=(Identifier("openreview", own),),
        topic=text_of(told, "primary_area"),
        tldr=text_of(told, "TLDR"),
        keywords="; ".join(map(str, keywords)) if isinstance(keywords, list) else None,
        url=f"https://openreview.net/forum?id={own}",
        pdf=f"https://openreview.net{pdf}" if pdf.startswith("/") else pdf,
    )


def _value(content: dict[str, Any], name: str) -> Any:
    """Return a field of a note: since version 2 each is an object with a `value`."""
    field = content[name]
    if not isinstance(field, dict) or "value" not in field:
        raise FormError(name, "no object with a value")
    return field["value"]


class _Asked:
    """OpenReview's client, made to ask as politely as we ask everybody."""

    def __init__(self, site: Site) -> None:
        if not is_set_up(site):
            raise SourceError(
                "OpenReview gives its lists to people who are logged in.",
                hint="`assistant config sources.venues.openreview_user you@example.org` names your "
                f"account; `keyring set {KEYRING_SERVICE} you@example.org` keeps its password.",
            )
        self._site = site
        self._address = site.settings.openreview.rstrip("/")
        self._courtesy = Courtesy(self._address, site.settings.interval_seconds, site.pause)
        user = site.settings.openreview_user
        try:
            password = find_password(
                KEYRING_SERVICE, user, PASSWORD_VARIABLE, "There is no password for OpenReview."
            )
        except NoPasswordError as error:
            raise SourceError(error.title, why=error.why, hint=error.hint) from None
        self._client = self._call(lambda: self._connect(user, password))

    def notes(self, venueid: str) -> list[dict[str, Any]]:
        """Return the notes of a venue id, page by page."""
        found: list[dict[str, Any]] = []
        size = min(self._site.settings.page_size, 1_000)
        after: str | None = None
        for _ in range(MOST_PAGES):
            page = self._call(
                lambda after=after: self._client.get_notes(  # type: ignore[misc]
                    content={"venueid": venueid}, limit=size, sort="id", after=after
                )
            )
            found += [{"id": note.id, "content": note.content} for note in page]
            if len(page) < size or page[-1].id == after:
                return found
            after = page[-1].id
        raise SourceError(f"OpenReview's list of {venueid} does not come to an end.")

    def _connect(self, user: str, password: str) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                from openreview.api import OpenReviewClient
            except ImportError:
                raise SourceError(
                    "OpenReview's client is not installed.",
                    hint="pip install 'assistant[openreview]'",
                ) from None
        adapter = _adapter(self._courtesy, self._site.settings.timeout_seconds)

        class Client(OpenReviewClient):  # type: ignore[misc]
            def login_user(self, *given: Any, **named: Any) -> Any:
                # Its own adapters have no time-out, and ask again at once.
                self.session.adapters.clear()
                self.session.mount("https://", adapter)
                self.session.mount("http://", adapter)
                return super().login_user(*given, **named)

        return Client(baseurl=self._address, username=user, password=password)

    def _call(self, attempt: Callable[[], Result]) -> Result:
        """Return what the client answers; what it prints is no answer of ours."""

        def quietly() -> Result:
            with contextlib.redirect_stdout(sys.stderr), _told(self._site, self._courtesy.host):
                return attempt()

        return persist(self._courtesy, quietly)


def _adapter(courtesy: Courtesy, timeout: float) -> Any:
    """Return what requests sends by: in turn, in time, no more than we can take."""
    from requests.adapters import HTTPAdapter

    class Polite(HTTPAdapter):
        def send(self, request: Any, **named: Any) -> Any:  # type: ignore[override]
            deadline = time.monotonic() + timeout
            with courtesy.turn():
                response = super().send(request, **{**named, "stream": True, "timeout": timeout})
                pieces, size = [], 0
                for piece in response.iter_content(_PIECE):
                    pieces.append(piece)
                    size += len(piece)
                    if size > _MOST_BYTES:
                        raise SourceError(f"{courtesy.host} sent more than {_MOST_BYTES:,} bytes.")
                    if time.monotonic() > deadline:
                        raise TimeoutError("the answer trickles in too slowly")
                if response.status_code in MAY_PASS:
                    after = retry_after(response.headers.get("Retry-After"))
                    raise Again(f"HTTP {response.status_code}", after)
            response._content = b"".join(pieces)
            response._content_consumed = True
            return response

    return Polite(max_retries=0)


@contextlib.contextmanager
def _told(site: Site, host: str) -> Iterator[None]:
    """Say in our words what the client raises."""
    import requests

    try:
        yield
    except (Again, SourceError):
        raise
    except requests.exceptions.ChunkedEncodingError:
        raise Again("the answer broke off") from None
    except requests.exceptions.JSONDecodeError as error:
        raise Again(f"an answer that is no JSON: {clean_line(str(error), 100)}") from None
    except requests.exceptions.Timeout:
        raise unreachable(host, TimeoutError(), site.settings.timeout_seconds) from None
    except (OSError, ValueError) as error:
        raise unreachable(host, error, site.settings.timeout_seconds) from None
    except (KeyError, TypeError, AttributeError) as error:
        raise SourceError(
            "OpenReview has changed its form.",
            why=f"Its client cannot read the answer: {clean_line(repr(error), 100)}.",
            hint="A newer openreview-py may know it.",
        ) from None
    except Exception as error:
        raise _refused(error) from None


def _refused(error: Exception) -> SourceError:
    """Return the error for what OpenReview itself says."""
    told = error.args[0] if error.args and isinstance(error.args[0], dict) else {}
    name = str(told.get("name") or type(error).__name__)
    why = clean_line(str(told.get("message") or error), 200)
    if name == "ChallengeRequiredError":
        return SourceError(
            "OpenReview asks for a challenge that only a person can answer.",
            why=why,
            hint="Log in at https://openreview.net in a browser, then try again later. "
            "What is in the library works without it.",
        )
    if "Mfa" in name:
        return SourceError(
            "OpenReview asks for a second factor.",
            why=why,
            hint="Run it in a terminal, where you can type the code.",
        )
    return SourceError(
        "OpenReview refused the request.",
        why=f"{name}: {why}",
        hint="Check the account and its password.",
    )
