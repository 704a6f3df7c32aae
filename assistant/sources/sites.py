"""Asking a conference's site for a document, politely; absent is not the same as broken."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar, cast

from assistant.config import VenuesSettings
from assistant.sources.courtesy import Courtesy, persist
from assistant.sources.polite import NO_VALIDATORS, Validators, get
from assistant.sources.submissions import NotPublishedError

MAX_BODY_BYTES = 100_000_000
_ABSENT = (404, 410)

Content = TypeVar("Content")


@dataclass(frozen=True, slots=True)
class Document(Generic[Content]):
    """A document as it was read; `content` is None where nothing has changed."""

    content: Content | None
    validators: Validators = NO_VALIDATORS


@dataclass(frozen=True, slots=True)
class Site:
    """How a site is asked: its settings, how to wait, and whom we say we are."""

    settings: VenuesSettings
    pause: Callable[[float], None]
    _known: dict[str, object] = field(default_factory=dict, compare=False)

    def fetch_once(
        self, address: str, read: Callable[[bytes], Content], *, most: int = MAX_BODY_BYTES
    ) -> Content:
        """Return what `read` makes of a document that many editions ask for, fetched once.

        Raises:
            SourceError: as `fetch`.
        """
        if address not in self._known:
            self._known[address] = self.fetch(address, read, most=most).content
        return cast("Content", self._known[address])

    def fetch(
        self,
        address: str,
        read: Callable[[bytes], Content],
        *,
        query: Mapping[str, str] | None = None,
        validators: Validators = NO_VALIDATORS,
        most: int = MAX_BODY_BYTES,
    ) -> Document[Content]:
        """Return what `read` makes of a document; it is asked for anew while `read` raises `Again`.

        Raises:
            NotPublishedError: the site has no such document.
            SourceError: it cannot be reached, refuses, or what it sends cannot be read.
        """
        courtesy = Courtesy(address, self.settings.interval_seconds, self.pause)

        def attempt() -> Document[Content]:
            answer = get(
                address, query or {}, courtesy=courtesy, timeout=self.settings.timeout_seconds,
                most=most, contact=self.settings.contact, also_take=_ABSENT, validators=validators,
            )  # fmt: skip
            if answer.status in _ABSENT:
                raise NotPublishedError(
                    f"{courtesy.host} has no such list.", why=f"It answered HTTP {answer.status}."
                )
            if answer.status == 304:
                return Document(None, answer.validators)
            return Document(read(answer.body), answer.validators)

        return persist(courtesy, attempt)
