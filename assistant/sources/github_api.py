"""GitHub's REST API, asked as it wants to be.

Limits, pages, conditional requests: https://docs.github.com/rest/using-the-rest-api. Without a
token it lets 60 requests an hour, with one 5,000; an answer 304 to a request with a token counts
for none. Where the limit is reached, nobody here asks again before the moment it names.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from time import time
from typing import Any, NoReturn
from urllib.parse import urlsplit

from assistant.config import GithubSettings
from assistant.errors import SourceError
from assistant.passwords import NoPasswordError, find_password
from assistant.sources.addresses import is_this_machine
from assistant.sources.courtesy import (
    LONGEST_WAIT,
    Again,
    Courtesy,
    LeftAloneError,
    persist,
    server_of,
)
from assistant.sources.polite import NO_VALIDATORS, Answer, Validators, get, retry_after
from assistant.sources.submissions import FormError, changed_form, json_of
from assistant.text import clean_line

TOKEN_VARIABLE = "ASSISTANT_GITHUB_TOKEN"
KEYRING_SERVICE, KEYRING_USER = "assistant-github", "token"
MAX_BODY_BYTES = 10_000_000
TOKEN_HINT = (
    f"`keyring set {KEYRING_SERVICE} {KEYRING_USER}` keeps a token, or set {TOKEN_VARIABLE}: "
    "with one GitHub lets 5,000 requests an hour."
)
_LONGEST_LIMIT = 3_700.0
_SECONDARY = 60.0
_REFUSALS = (401, 403, 404, 410, 429, 451)
_NEXT = re.compile(r'<([^<>]{1,2000})>\s*;[^,<>]*\brel="?next"?')


class LimitError(SourceError):
    """GitHub lets no more requests for now; the error says until when."""


class GoneError(SourceError):
    """There is nothing (any more) at the address asked, or not for us."""


@dataclass(frozen=True, slots=True)
class Listed:
    """The rows of a list, all pages together; `whole` says that there are no more.

    `rows` is None where nothing has changed. `validators` speak for the first page alone.
    """

    rows: list[Any] | None
    whole: bool
    validators: Validators
    moved: bool = False
    pages: int = 1


def find_token() -> str:
    """Return the person's token, "" where there is none.

    Raises:
        SourceError: what there is cannot be a token.
    """
    try:
        token = find_password(KEYRING_SERVICE, KEYRING_USER, TOKEN_VARIABLE, "No token.").strip()
    except NoPasswordError:
        return ""
    if not re.fullmatch(r"[\x21-\x7e]{1,500}", token):
        raise SourceError("The token for GitHub has characters that no token has.", hint=TOKEN_HINT)
    return token


class GithubApi:
    """The API for one person, with their token or without.

    Raises:
        SourceError: the token cannot be one, or would be sent without encryption.
    """

    def __init__(self, settings: GithubSettings, pause: Callable[[float], None]) -> None:
        self._settings = settings
        self._base = settings.api.rstrip("/")
        self._token = find_token()
        if self._token and not (self._base.startswith("https://") or is_this_machine(self._base)):
            raise SourceError(
                "A token is not sent to GitHub's API without encryption.",
                why=f"sources.github.api is {clean_line(self._base, 100)}.",
                hint="Write it with https://.",
            )
        self._courtesy = Courtesy(
            self._base, settings.interval_seconds, pause, account="+token" if self._token else ""
        )

    def one(self, path: str, what: str) -> tuple[dict[str, Any], bool]:
        """Return the object at a path, and whether it has moved for good. `what` names it.

        Raises:
            GoneError: there is none.
            LimitError: not now.
            SourceError: it cannot be reached, refuses, or has changed its form.
        """
        found, answer = self._asked(self._base + path, {}, what, NO_VALIDATORS)
        if not isinstance(found, dict):
            raise changed_form(f"GitHub's answer on {what}", FormError("the document", "no object"))
        return found, answer.moved_to is not None

    def listed(
        self,
        path: str,
        query: Mapping[str, str],
        what: str,
        *,
        pages: int,
        validators: Validators = NO_VALIDATORS,
        enough: Callable[[list[Any]], bool] = lambda _: False,
    ) -> Listed:
        """Return the rows of the list at a path.

        No more than so many pages are asked for, and none after one that is `enough`.

        Raises:
            GoneError: there is no such list.
            LimitError: not now.
            SourceError: it cannot be reached, refuses, goes round, or has changed its form.
        """
        address = self._base + path
        seen: set[str] = set()
        rows: list[Any] = []
        moved, first = False, NO_VALIDATORS
        while True:
            found, answer = self._asked(address, {} if seen else query, what, validators)
            if answer.status == 304:
                return Listed(None, True, validators, answer.moved_to is not None)
            if not isinstance(found, list):
                raise changed_form(f"GitHub's list of {what}", FormError("the document", "no list"))
            rows += found
            moved = moved or answer.moved_to is not None
            first = first if seen else answer.validators
            seen.add(address)
            following = _NEXT.search(answer.headers.get("link", ""))
            if not following or enough(found) or len(seen) >= pages:
                return Listed(rows, not following, first, moved, len(seen))
            address = self._next(following[1], seen, what)
            validators = NO_VALIDATORS

    def _next(self, address: str, seen: set[str], what: str) -> str:
        if address in seen:
            raise SourceError(f"GitHub's list of {what} leads round in circles, page by page.")
        if urlsplit(address).scheme != urlsplit(self._base).scheme or (
            server_of(address) != self._courtesy.server
        ):
            raise SourceError(
                f"GitHub's list of {what} goes on at another server.",
                why=f"It says to ask {clean_line(address, 100)!r}.",
            )
        return address

    def _asked(
        self, address: str, query: Mapping[str, str], what: str, validators: Validators
    ) -> tuple[Any, Answer]:
        headers = {
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": "2022-11-28",
        }
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"

        def attempt() -> tuple[Any, Answer]:
            try:
                answer = get(
                    address,
                    query,
                    courtesy=self._courtesy,
                    timeout=self._settings.timeout_seconds,
                    most=MAX_BODY_BYTES,
                    also_take=_REFUSALS,
                    validators=validators,
                    headers=headers,
                    judge=self._judge,
                )
            except Again as again:
                if (again.after or 0.0) > LONGEST_WAIT:
                    raise self._limited(again.after or 0.0) from None
                raise
            if answer.status in _REFUSALS:
                self._refuse(answer, what)
            if answer.status == 304:
                return None, answer
            return json_of(answer.body, f"GitHub's answer on {what}"), answer

        try:
            return persist(self._courtesy, attempt)
        except LeftAloneError as error:
            raise self._limited(error.wait) from None

    def _judge(self, answer: Answer) -> None:
        """Hold ourselves and other processes back for as long as the headers say."""
        reset = _until_reset(answer.headers)
        if answer.status not in (403, 429):
            if reset is not None:
                self._courtesy.rest(reset)
            return
        after = retry_after(answer.headers.get("retry-after"))
        wait = reset if after is None else after
        if wait is None and (answer.status == 429 or b"secondary rate" in answer.body.lower()):
            wait = _SECONDARY
        if wait is not None:
            raise Again(f"HTTP {answer.status}, too many requests", min(wait, _LONGEST_LIMIT))

    def _limited(self, wait: float) -> LimitError:
        at = datetime.fromtimestamp(time() + wait).astimezone()
        allowed = (
            "Your token's requests are used up, or it wants a pause."
            if self._token
            else "Without a token it lets 60 requests an hour."
        )
        return LimitError(
            f"GitHub lets no more requests before {at:%H:%M}.",
            why=allowed,
            hint="" if self._token else TOKEN_HINT,
        )

    def _refuse(self, answer: Answer, what: str) -> NoReturn:
        try:
            told = json_of(answer.body, what)
        except Again:
            told = None
        message = clean_line(str(told.get("message", "")), 150) if isinstance(told, dict) else ""
        why = f"GitHub answered HTTP {answer.status}{': ' + message if message else ''}."
        if answer.status == 401:
            raise SourceError("GitHub does not take the token.", why=why, hint=TOKEN_HINT)
        if answer.status == 451:
            raise GoneError(f"{what} may not be shown for legal reasons.", why=why)
        if answer.status in (404, 410):
            hint = "Check its name." if self._token else "Check its name; if private, set a token."
            raise GoneError(f"{what} is not there.", why=why, hint=hint)
        raise SourceError(f"GitHub refuses {what}.", why=why)


def _until_reset(headers: Mapping[str, str]) -> float | None:
    """Return the seconds until the limit is lifted, None where it is not reached.

    By the server's own clock where it tells it: ours may be wrong.
    """
    told = headers.get("x-ratelimit-reset", "").strip()
    if headers.get("x-ratelimit-remaining", "").strip() != "0" or not re.fullmatch(
        r"\d{1,11}", told
    ):
        return None
    try:
        now = parsedate_to_datetime(headers.get("date", "")).timestamp()
    except (ValueError, TypeError, OverflowError):
        now = time()
    return min(max(int(told) - now, 0.0) + 1.0, _LONGEST_LIMIT)
