"""arXiv's OAI-PMH answers, and the lists they make up."""

import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.config import ArxivSettings
from assistant.errors import SourceError
from assistant.sources import arxiv_oai
from assistant.sources.arxiv_oai import harvest, set_of
from assistant.sources.arxiv_oai_xml import OaiRecord, read_oai
from assistant.sources.courtesy import Again
from assistant.sources.polite import Answer
from assistant.sources.record import Author, Identifier, Record
from tests.unit.test_arxiv_feed import assert_clean

SCHEMA = 'xmlns="http://www.openarchives.org/OAI/2.0/"'


def raw(id: str = "2511.01234", stamp: str = "2025-11-05", fields: str = "") -> str:
    return f"""<record><header><identifier>oai:arXiv.org:{id}</identifier>
    <datestamp>{stamp}</datestamp><setSpec>cs:cs:LG</setSpec></header><metadata>
    <arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>{id}</id><submitter>A B</submitter>
    <version version="v1"><date>Fri, 31 Oct 2025 23:30:00 GMT</date><size>1kb</size></version>
    <version version="v2"><date>Tue, 04 Nov 2025 09:00:00 -0800</date></version>
    <title>G\\"odel if $x&lt;y$</title>
    <authors>Ada Lovelace (Univ. X, Y) and Otto von Berg</authors>
    <categories>cs.LG stat.ML</categories><comments>9 pages</comments>
    <license>http://x/</license><abstract>  Says.
  More. </abstract>{fields}</arXivRaw></metadata></record>"""


def parted(id: str = "2511.01234") -> str:
    return f"""<record><header><identifier>oai:arXiv.org:{id}</identifier>
    <datestamp>2025-11-05</datestamp></header><metadata>
    <arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>{id}</id><created>2025-10-31</created>
    <updated>2025-11-04</updated><authors><author><keyname>D\\"urr</keyname>
    <forenames>K.</forenames><suffix>Jr</suffix></author><author><keyname>CERN</keyname></author>
    </authors><title>T</title><categories>hep-th</categories><doi>10.1/X</doi>
    <abstract>A</abstract></arXiv></metadata></record>"""


def gone(id: str = "2511.00009") -> str:
    return (
        f'<record><header status="deleted"><identifier>oai:arXiv.org:{id}</identifier>'
        "<datestamp>2025-11-06T00:00:00Z</datestamp></header></record>"
    )


def page(*records: str, token: str | None = None, size: int | None = None) -> bytes:
    attribute = "" if size is None else f' completeListSize="{size}"'
    end = "" if token is None else f"<resumptionToken{attribute}>{token}</resumptionToken>"
    return (
        f"<?xml version='1.0' encoding='UTF-8'?><OAI-PMH {SCHEMA}>"
        "<responseDate>2025-11-07T00:00:00Z</responseDate><request>x</request>"
        f"<ListRecords>{''.join(records)}{end}</ListRecords></OAI-PMH>"
    ).encode()


def error(code: str) -> bytes:
    return f'<OAI-PMH {SCHEMA}><error code="{code}">Why\x1b not</error></OAI-PMH>'.encode()


def test_the_raw_format() -> None:
    (found,) = read_oai(page(raw(fields="<doi>10.1000/A 10.2000/B</doi>"))).records
    assert found == OaiRecord(
        "2511.01234",
        Record(
            source="arxiv",
            source_id="2511.01234",
            title="Gödel if $x<y$",
            abstract="Says.\n  More.",
            authors=(Author("Lovelace", "Ada"), Author("von Berg", "Otto")),
            identifiers=(Identifier("arxiv", "2511.01234"), Identifier("doi", "10.1000/a")),
            categories=("cs.LG", "stat.ML"),
            year=2025,
            published="2025-10-31",
            updated="2025-11-04",
            number=2,
            history=((1, "2025-10-31"), (2, "2025-11-04")),
            extra={"comment": "9 pages", "license": "http://x/"},
        ),
        "2025-11-05",
    )


def test_the_format_with_parted_names() -> None:
    record = read_oai(page(parted("hep-th/9901001"))).records[0].record
    assert record is not None
    assert record.authors == (Author("Dürr Jr", "K."), Author("CERN"))
    assert (record.source_id, record.year, record.published) == ("hep-th/9901001", 1999, None)
    assert (record.number, record.history, record.updated) == (0, (), "2025-11-04")


def test_deleted_and_unreadable_records_are_told() -> None:
    bad = raw().replace("G\\", "").replace('"odel if $x&lt;y$', " ")
    nameless = raw(id="x")
    told = read_oai(page(gone(), bad, nameless)).records
    assert told == (
        OaiRecord("2511.00009", None, "2025-11-06", deleted=True),
        OaiRecord("2511.01234", None, "2025-11-05"),
        OaiRecord("", None, "2025-11-05"),
    )


def test_errors_and_tokens() -> None:
    found = read_oai(error("badArgument"))
    assert (found.error, found.why) == ("badArgument", "Why\ufffd not")
    found = read_oai(page(raw(), token=" a|b ", size=9))
    assert (found.token, found.total, found.error) == ("a|b", 9, None)
    assert read_oai(page(raw(), token="", size=1)).token is None


@pytest.mark.parametrize(
    "body",
    [b"", b"<x/>", b"<OAI-PMH/>", f"<OAI-PMH {SCHEMA}></OAI-PMH>".encode(), b"broken xml",
     b"<!DOCTYPE x [<!ENTITY a 'b'>]>" + page(raw())[38:], page(raw(), token="x" * 3_000)],
)  # fmt: skip
def test_what_is_no_list(body: bytes) -> None:
    with pytest.raises(Again):
        read_oai(body)


def test_half_a_page_is_none() -> None:
    body = page(raw(), parted("2511.00002"))
    for end in range(0, len(body), 13):
        with pytest.raises(Again):
            read_oai(body[:end])


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 6))
def test_mutations_never_surprise(seed: int, times: int) -> None:
    chance = random.Random(seed)
    body = bytearray(page(raw(), parted("2511.00002"), gone(), token="t", size=3))
    pieces = [b"<", b">", b"&#x202e;", b"\x1b[31m", b"\xff", b"</record>", b"<record>", b"9" * 60,
              b"v99999999", b"-", b"</title>", b"<!--", b"\x00"]  # fmt: skip
    for _ in range(times):
        place = chance.randrange(len(body))
        match chance.randrange(3):
            case 0:
                body[place : place + chance.randrange(30)] = b""
            case 1:
                body[place:place] = chance.choice(pieces)
            case _:
                body[place] = chance.randrange(256)
    try:
        found = read_oai(bytes(body))
    except Again:
        return
    for one in found.records:
        if one.record:
            assert_clean(one.record)


@pytest.mark.parametrize(
    ("category", "expected"),
    [
        ("cs.LG", "cs:cs:LG"), ("stat.ML", "stat:stat:ML"), ("math.OC", "math:math:OC"),
        ("physics.optics", "physics:physics:optics"), ("hep-th", "physics:hep-th"),
        ("q-bio.NC", "q-bio:q-bio:NC"), ("astro-ph.GA", "physics:astro-ph:GA"),
        ("cond-mat.mes-hall", "physics:cond-mat:mes-hall"), ("nlin.CD", "physics:nlin:CD"),
        ("quant-ph", "physics:quant-ph"), ("cs", "cs"), ("eess.AS", "eess:eess:AS"),
    ],
)  # fmt: skip
def test_sets(category: str, expected: str) -> None:
    assert set_of(category) == expected


class Site:
    """Answers in order, and what they were asked."""

    def __init__(self, answers: Iterable[bytes | Exception]) -> None:
        self.answers = list(answers)
        self.asked: list[dict[str, str]] = []

    def get(self, address: str, query: dict[str, str], **_: Any) -> Answer:
        self.asked.append(dict(query))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return Answer(200, answer)


def run(
    monkeypatch: pytest.MonkeyPatch, *answers: bytes | Exception, since: str = "2025-11-01"
) -> tuple[list[str], Site, SourceError | None]:
    site = Site(answers)
    monkeypatch.setattr(arxiv_oai, "get", site.get)
    found: list[str] = []
    settings = ArxivSettings(oai="http://127.0.0.1:9/oai", interval_seconds=0)
    try:
        for one in harvest(
            settings, set_spec="cs:cs:LG", since=since, until="2025-11-09",
            pause=lambda _: None,
        ):  # fmt: skip
            found.append(one.arxiv_id)
    except SourceError as told:
        return found, site, told
    assert not site.answers
    return found, site, None


def test_a_list_does_not_end_with_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = page(raw(), token="t"), page(raw(id="2511.00002"), token="")
    found, site, failed = run(monkeypatch, first, error("noRecordsMatch"), second)
    assert (found, failed) == (["2511.01234", "2511.00002"], None)
    assert site.asked[1] == site.asked[2]


def test_tokens_are_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    found, site, told = run(
        monkeypatch,
        page(raw("2511.00001"), token="t1", size=3),
        Again("HTTP 503", 1.0),
        page(raw("2511.00002"), token="t2"),
        page(gone("2511.00003"), token=""),
    )
    assert (found, told) == (["2511.00001", "2511.00002", "2511.00003"], None)
    assert site.asked[0] == {
        "verb": "ListRecords", "metadataPrefix": "arXivRaw", "set": "cs:cs:LG",
        "from": "2025-11-01", "until": "2025-11-09",
    }  # fmt: skip
    tokens = [asked.get("resumptionToken") for asked in site.asked]
    assert tokens == [None, "t1", "t1", "t2"]
    assert set(site.asked[1]) == {"verb", "resumptionToken"}


@pytest.mark.parametrize(("since", "told"), [("1991-01-01", None), ("2005-09-17", "2005-09-17")])
def test_from_the_beginning(monkeypatch: pytest.MonkeyPatch, since: str, told: str | None) -> None:
    _, site, _ = run(monkeypatch, page(raw()), since=since)
    assert site.asked[0].get("from") == told


def test_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, error("noRecordsMatch"))[0] == []


def test_the_second_format(monkeypatch: pytest.MonkeyPatch) -> None:
    found, site, _ = run(monkeypatch, error("cannotDisseminateFormat"), page(parted()))
    assert found == ["2511.01234"]
    assert [asked["metadataPrefix"] for asked in site.asked] == ["arXivRaw", "arXiv"]
    two = [error("cannotDisseminateFormat")] * 2
    told = run(monkeypatch, *two)[2]
    assert told is not None
    assert "cannotDisseminateFormat" in told.why


@pytest.mark.parametrize(
    ("stamps", "since"),
    [(["2025-11-02", "2025-11-03"], "2025-11-03"), (["2025-11-03", "2025-11-02"], "2025-11-01")],
)
def test_an_expired_token(monkeypatch: pytest.MonkeyPatch, stamps: list[str], since: str) -> None:
    """Taken up from the last day where days ascend, else from the beginning; once."""
    first = page(*(raw(f"2511.0000{n}", day) for n, day in enumerate(stamps)), token="t1", size=9)
    rest = page(raw("2511.00008"), token="t2", size=2), page(raw("2511.00009"))
    found, site, told = run(monkeypatch, first, error("badResumptionToken"), *rest)
    assert told is None
    assert found == ["2511.00000", "2511.00001", "2511.00008", "2511.00009"]
    assert site.asked[2]["from"] == since
    assert site.asked[2]["until"] == "2025-11-09"
    again = first, error("badResumptionToken"), first.replace(b"t1", b"t9")
    found, _, told = run(monkeypatch, *again, error("badResumptionToken"))
    assert told is not None
    assert "badResumptionToken" in told.why


def test_a_list_that_goes_round(monkeypatch: pytest.MonkeyPatch) -> None:
    found, _, told = run(monkeypatch, *(page(raw(), token=one) for one in ("a", "b", "a", "b")))
    assert told is not None
    assert "come to an end" in told.title
    assert len(found) == 3


def test_a_list_that_never_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arxiv_oai, "MAX_PAGES", 5)
    told = run(monkeypatch, *(page(raw(), token=f"t{n}") for n in range(9)))[2]
    assert told is not None
    assert "5 pages" in told.title


def test_a_list_that_breaks_off(monkeypatch: pytest.MonkeyPatch) -> None:
    found, _, told = run(monkeypatch, page(raw(), token="t", size=3), page(gone()))
    assert len(found) == 2
    assert told is not None
    assert told.why == "It announced 3 records and sent 2."


def test_recorded_answers(shared_data: Path) -> None:
    folder = shared_data / "arxiv_samples" / "oai_pmh"
    found = read_oai((folder / "anonymised_real_arXiv_ListRecords_2018.xml").read_bytes())
    assert [one.arxiv_id for one in found.records] == ["0704.0999", "0704.1000"]
    assert (found.token, found.total) == ("3132962|1001", 1_463_679)
    records = [one.record for one in found.records if one.record]
    assert [len(record.authors) for record in records] == [1, 2]
    assert records[1].extra["journal_ref"].startswith("Phys.Rev.Lett.")
    for code in ("badArgument", "badResumptionToken", "cannotDisseminateFormat", "noRecordsMatch"):
        assert read_oai((folder / f"{code}.xml").read_bytes()).error == code
    # Another repository's records: told, not taken for arXiv's.
    others = read_oai((folder / "ListRecords.xml").read_bytes())
    assert {one.arxiv_id for one in others.records} == {""}
    assert others.total == 8
    with pytest.raises(Again):
        read_oai((folder / "ListRecordsBroken.xml").read_bytes())
