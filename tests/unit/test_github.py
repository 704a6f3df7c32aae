"""What GitHub tells, read: names and addresses, any JSON at all, limits by the server's clock."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.config import GithubSettings
from assistant.errors import SourceError, UsageError
from assistant.sources import github
from assistant.sources.github_api import GithubApi, Listed, _until_reset
from assistant.sources.github_names import Piece, piece_of, project_name
from assistant.sources.polite import NO_VALIDATORS
from assistant.text import clean_line
from tests.fakes.github_site import issue, pull, release

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


def told(row: dict[str, Any]) -> st.SearchStrategy[Any]:
    """A row as GitHub tells it, some of its fields replaced by anything."""
    return st.dictionaries(st.sampled_from(sorted(row)), JSON, max_size=3).map(
        lambda change: {**row, **change}
    )


class Api(GithubApi):
    """The API with one answer."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def listed(self, *_: Any, **__: Any) -> Listed:
        return Listed(self.answer, True, NO_VALIDATORS)

    def one(self, *_: Any) -> tuple[dict[str, Any], bool]:
        return self.answer, False


def clean_or_refused(read: Callable[[], Any]) -> None:
    try:
        found = read()
    except SourceError as error:
        if "changed its form" not in error.title:
            raise
        return
    for one in found:
        assert one.title == clean_line(one.title, 520)
        assert one.link is None or urlsplit(one.link).scheme in ("http", "https")


@given(st.lists(told(issue(7)) | JSON, max_size=4))
def test_any_list_of_issues_is_read_or_refused(rows: list[Any]) -> None:
    clean_or_refused(lambda: github.fetch_issues(Api(rows), "o/n", "x").issues)


@given(st.lists(told(release("v1")) | JSON, max_size=4))
def test_any_list_of_releases_is_read_or_refused(rows: list[Any]) -> None:
    clean_or_refused(lambda: github.fetch_releases(Api(rows), "o/n", ()).items)


@given(told(pull(3)) | st.dictionaries(st.text(max_size=8), JSON))
def test_any_pull_request_is_read_or_refused(row: dict[str, Any]) -> None:
    try:
        found = github.fetch_standing(Api(row), Piece("pull-request", "o/n", 3, "https://x"))
    except SourceError as error:
        if "changed its form" not in error.title:
            raise
        return
    assert found.state in ("merged", "open", "closed")
    assert (found.title, found.author) == (clean_line(found.title), clean_line(found.author))


@given(st.text(max_size=60) | st.from_regex(r"(https?://github\.com/)?[\w.-]{1,9}/[\w./-]{1,9}"))
def test_a_name_is_safe_in_a_path_or_refused(text: str) -> None:
    try:
        name = project_name(text)
    except UsageError:
        return
    assert re.fullmatch(r"[A-Za-z0-9][\w-]*/[\w.-]+", name, re.ASCII)
    assert name.rpartition("/")[2] not in (".", "..")
    assert project_name(name) == name


@pytest.mark.parametrize(
    ("address", "page", "sort"),
    [
        ("https://github.com/o/n/pull/3", "https://github.com/o/n/pull/3", "pull-request"),
        ("https://github.com/o/n/pull/3/files?x=1", "https://github.com/o/n/pull/3",
         "pull-request"),
        ("https://github.com/o/n/pull/3#pullrequestreview-1", "https://github.com/o/n/pull/3",
         "review"),
        ("https://github.com/o/n/issues/3#issuecomment-1", "https://github.com/o/n/issues/3",
         "issue"),
        ("https://git.example:8443/o/n/pull/3", "https://git.example:8443/o/n/pull/3",
         "pull-request"),
    ],
)  # fmt: skip
def test_pieces(address: str, page: str, sort: str) -> None:
    found = piece_of(address, "https://git.example:8443")
    assert found is not None
    assert (found.page, found.sort, found.number) == (page, sort, 3)


@pytest.mark.parametrize(
    "address",
    ["https://gitlab.com/o/n/pull/3", "https://github.com/o/n", "https://github.com/o/n/pull/0",
     "https://github.com/o/n/pull/3x", "https://github.com@evil.example/o/n/pull/3",
     "https://github.com.evil.example/o/n/pull/3", "//github.com/o/n/pull/3", "http://[::1", ""],
)  # fmt: skip
def test_what_is_no_piece(address: str) -> None:
    assert piece_of(address) is None


def test_the_limit_is_counted_by_the_servers_clock() -> None:
    headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1000000600",
               "date": "Sun, 09 Sep 2001 01:46:40 GMT"}  # fmt: skip
    assert _until_reset(headers) == 601
    assert _until_reset({**headers, "x-ratelimit-remaining": "1"}) is None
    assert _until_reset({**headers, "x-ratelimit-reset": "soon"}) is None
    assert (_until_reset({**headers, "x-ratelimit-reset": "9" * 11}) or 0) <= 3_700
    assert _until_reset({**headers, "date": "yesterday"}) is not None


def test_a_token_is_not_sent_where_others_listen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_GITHUB_TOKEN", "ghp_x")
    with pytest.raises(SourceError, match="without encryption"):
        GithubApi(GithubSettings(api="http://git.example/api/v3"), lambda _: None)
