"""BibTeX as it is found in the wild."""

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.sources.bibtex import read_bibtex
from assistant.sources.record import Author, BadEntry, Entry, Identifier, Personal, Record


def read(text: str) -> list[Entry | BadEntry]:
    return list(read_bibtex(text))


def record(text: str) -> Record:
    (entry,) = read(text)
    assert isinstance(entry, Entry)
    (one,) = entry.records
    return one


def with_fields(fields: str, kind: str = "misc", key: str = "k") -> Record:
    return record(f"@{kind}{{{key}, title = {{A Title}}, {fields}}}")


def test_a_conference_paper() -> None:
    told = record("""
        % anything outside of entries is a comment
        @string(nips = "Advances in " # {NeurIPS})
        @InProceedings{vaswani17,
          Title     = "Attention is {All} you {N}eed",
          AUTHOR    = {Vaswani, Ashish and Noam Shazeer and {Google Research} and others},
          booktitle = nips # " 30",
          year      = 2017, month = jun, pages = {5998--6008}, publisher = "Curran",
          abstract  = {We propose
            the Transformer.},
          url       = {https://papers.nips.cc/paper/7181},
          file      = {:home/me/paper.pdf:PDF},
        }
        @comment{ @misc{not, title = {seen}} }
        @preamble{"\\newcommand{\\x}{y}"}
    """)
    assert told.title == "Attention is All you Need"
    assert told.authors == (
        Author("Vaswani", "Ashish"),
        Author("Shazeer", "Noam"),
        Author("Google Research"),
    )
    assert (told.kind, told.venue, told.year) == ("conference", "Advances in NeurIPS 30", 2017)
    assert told.extra == {
        "citation_key": "vaswani17", "entry_type": "inproceedings", "more_authors": "yes",
        "month": "jun", "pages": "5998--6008", "publisher": "Curran",
        "url": "https://papers.nips.cc/paper/7181", "attachments": ":home/me/paper.pdf:PDF",
    }  # fmt: skip
    assert told.source_id.startswith("local:")
    assert str(told.identifiers[0]) == told.source_id


def test_a_local_name_depends_on_the_paper_alone() -> None:
    first = record("@misc{a, title={Deep {L}earning!}, author={LeCun, Yann}, year=2015}")
    again = record("@article{b, title={deep learning}, author={Y. LeCun and X}, year={2015},x=y}")
    other = record("@misc{a, title={Deep Learning}, author={LeCun, Yann}, year=2016}")
    assert first.source_id == again.source_id != other.source_id


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("eprint={1706.03762v5}, archivePrefix={arXiv}", "arxiv:1706.03762"),
        ("eprint={1706.03762}, eprinttype={arxiv}", "arxiv:1706.03762"),
        ("eprint={hep-th/9901001}", "arxiv:hep-th/9901001"),
        ("journal={arXiv preprint arXiv:1706.03762}", "arxiv:1706.03762"),
        ("journal={CoRR}, volume={abs/1706.03762}", "arxiv:1706.03762"),
        ("note={arXiv:1706.03762 [cs.CL]}", "arxiv:1706.03762"),
        ("url={https://arxiv.org/pdf/1706.03762v2.pdf}", "arxiv:1706.03762"),
        ("doi={10.48550/arXiv.1706.03762}", "arxiv:1706.03762"),
        ("doi={https://doi.org/10.1145/ABC\\_d}", "doi:10.1145/abc_d"),
        ("url={http://dx.doi.org/10.1000/x}", "doi:10.1000/x"),
        ("url={https://openreview.net/forum?id=rJ4km2R5t7}", "openreview:rJ4km2R5t7"),
        ("url={https://www.aclweb.org/anthology/P19-1001/}", "acl:P19-1001"),
        ("url={https://aclanthology.org/2020.acl-main.1.pdf}", "acl:2020.acl-main.1"),
        ("url={https://proceedings.mlr.press/v139/radford21a.html}", "pmlr:v139/radford21a"),
        ("biburl={https://dblp.org/rec/conf/nips/X17.bib}", "dblp:conf/nips/X17"),
    ],
)
def test_identifiers(fields: str, expected: str) -> None:
    assert with_fields(fields, "article").source_id == expected


@pytest.mark.parametrize(
    "fields",
    ["isbn={978-0-262-03561-3}", "note={extends arXiv:1706.03762 by a lot}", "url={https://x.org/}",
     "eprint={hal-0123}, archiveprefix={HAL}", "doi={see the web}", "url={http://[}"],
)  # fmt: skip
def test_what_names_something_else_is_no_identifier(fields: str) -> None:
    assert with_fields(fields).source_id.startswith("local:")


def test_a_book_has_its_isbn_but_a_paper_does_not() -> None:
    isbn = "isbn = {978-0-262-03561-3}"
    assert with_fields(isbn, "book").source_id == "isbn:9780262035613"
    assert with_fields(isbn, "inproceedings").source_id.startswith("local:")


@pytest.mark.parametrize(
    ("kind", "fields", "expected"),
    [
        ("article", "journal={JMLR}", ("journal", "JMLR")),
        ("article", "journaltitle={JMLR}", ("journal", "JMLR")),
        ("article", "journal={CoRR}", ("preprint", None)),
        ("article", "journal={arXiv preprint arXiv:1706.03762}", ("preprint", None)),
        ("article", "eprint={1706.03762}", ("preprint", None)),
        ("article", "journal={Nature}, eprint={1706.03762}", ("journal", "Nature")),
        ("conference", "booktitle={{ICML} '20}", ("conference", "ICML '20")),
        ("misc", "", ("preprint", None)),
        ("phdthesis", "school={MIT}", ("thesis", "MIT")),
        ("techreport", "institution={MIT}", ("report", "MIT")),
        ("patent", "", ("other", None)),
    ],
)
def test_kinds_and_venues(kind: str, fields: str, expected: tuple[str, str | None]) -> None:
    told = with_fields(fields, kind)
    assert (told.kind, told.venue) == expected


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("Ludwig van Beethoven", [Author("van Beethoven", "Ludwig")]),
        ("van den Oord, A{\\\"a}ron", [Author("van den Oord", "Aäron")]),
        ("Martin Luther {King Jr.}", [Author("King Jr.", "Martin Luther")]),
        ("King, Jr., Martin Luther", [Author("King Jr.", "Martin Luther")]),
        ("Plato", [Author("Plato")]),
        ("{Barnes and Noble} AND {B, Inc.}", [Author("Barnes and Noble"), Author("B, Inc.")]),
        ("{\\O}ystein {Le Foo}", [Author("Le Foo", "Øystein")]),
        ("Karol {\\L}uba\\'nski\nand Anderson, Andy", [Author("Łubański", "Karol"),
                                                         Author("Anderson", "Andy")]),
        ("{\\'E}. M\\\"uller~Foo", [Author("Foo", "É. Müller")]),
        ("A. One and et al.", [Author("One", "A.")]),
        ("", []), (" and ", []), ("{", []), (",", []), (", Cher", [Author("Cher")]),
        ("}{ and X", [Author("and X")]), ("and", []), ("X and", [Author("X")]),
    ],
)  # fmt: skip
def test_names(names: str, expected: list[Author]) -> None:
    from assistant.sources.bibtex_names import read_names

    assert list(read_names(names)[0]) == expected


def test_keywords_become_tags() -> None:
    (entry,) = read("@misc{a, title={T}, keywords={Deep Learning; #NLP, , nlp,vision}}")
    assert isinstance(entry, Entry)
    assert entry.personal == Personal(("deep-learning", "nlp", "vision"))


def test_crossref_brings_the_proceedings() -> None:
    first, second = read("""
        @inproceedings{a, title={T}, crossref={Proc}, pages={1}}
        @proceedings{proc, title={Proc. of X}, year={1999}, editor={Me}, url={https://x.org}}
    """)
    assert isinstance(first, Entry)
    assert isinstance(second, Entry)
    told = first.records[0]
    assert (told.venue, told.year, told.extra["editor"]) == ("Proc. of X", 1999, "Me")


@pytest.mark.parametrize(
    ("fields", "year", "published"),
    [("year={2017}", 2017, None), ("date={2017-06-12}", 2017, "2017-06-12"),
     ("date={2017-06}", 2017, None), ("year={in press}", None, None), ("year={2017a}", 2017, None),
     ("year={12345}", None, None)],
)  # fmt: skip
def test_dates(fields: str, year: int | None, published: str | None) -> None:
    told = with_fields(fields)
    assert (told.year, told.published) == (year, published)


def test_broken_entries_do_not_stop_the_rest() -> None:
    first, broken, third, again, untitled, last = read(
        "@misc{a, title={First}}\n"
        "@misc{b, title={Never closed, author={X}\n"
        "\n"
        "@misc{c, title={Third}}\n"
        "@misc{a, title={Key again}}\n"
        "@misc{d, author={Nobody}}\n"
        "@misc{e, title={Last}, title={or not}}\n"
    )
    assert isinstance(first, Entry)
    assert isinstance(broken, BadEntry)
    assert (broken.line, broken.text[:8]) == (2, "@misc{b,")
    assert isinstance(third, Entry)
    assert isinstance(again, BadEntry)
    assert (again.line, again.error) == (5, "the key a stands here again")
    assert isinstance(untitled, BadEntry)
    assert (untitled.line, untitled.error) == (6, "no title")
    assert isinstance(last, Entry)
    assert last.records[0].title == "Last"


def test_one_paper_under_two_keys() -> None:
    """A preprint and its conference copy stay two copies; the same entry twice is told."""
    ids = "eprint={1706.03762}"
    arxiv, conference, again = read(f"""
        @misc{{a, title={{T}}, {ids}}}
        @inproceedings{{b, title={{T}}, booktitle={{NIPS}}, {ids}}}
        @misc{{c, title={{T}}, {ids}}}
    """)
    assert isinstance(arxiv, Entry)
    assert isinstance(conference, Entry)
    assert arxiv.records[0].source_id == "arxiv:1706.03762"
    assert conference.records[0].source_id.startswith("local:")
    assert conference.records[0].identifiers == (Identifier("arxiv", "1706.03762"),)
    assert again == BadEntry(4, "the same paper as a", again[2])


@pytest.mark.parametrize(
    "text",
    ["", "   ", "no entries", "@", "@misc", "@misc{", "@misc{a", "@misc{a,", "@misc{a}", "}", "{{{",
     "@string{a}", "@string{a = b # a}", "@misc{a, title = }", '@misc{a, title = "', "@comment{",
     "@misc{a, title = {\\", "@article{a, title={}}", "\ufeff@misc{a, title={\x00}}",
     "@misc{a, x-assistant={" + "[" * 100_000 + "}, title={}}"],
)  # fmt: skip
def test_nothing_worth_reading(text: str) -> None:
    assert not [found for found in read(text) if isinstance(found, Entry)]


def test_hostile_text_is_cleaned() -> None:
    told = record(
        "@misc{k\x1b[31m, title={a\x1b]0;x\x07b\u202ec}, author={E\u2066vil}, note={\x9bm}}"
    )
    assert (told.title, told.authors) == ("abc", (Author("Evil"),))
    assert "\x1b" not in repr(told)


def test_too_much_is_cut_or_refused() -> None:
    told = record(f"@misc{{a, title={{{'t' * 10**5}}}, author={{{'X and ' * 20_000}X}}}}")
    assert (len(told.title), len(told.authors)) == (2_000, 10_000)
    assert told.extra["more_authors"] == "yes"


@pytest.mark.parametrize(
    "text",
    [
        "@string{a = {" + "x" * 10_000 + "}}\n" + "@misc{k, title=" + "a # " * 50_000 + "a}",
        "@string{a0 = {lol}}\n"
        + "".join(f"@string{{a{n} = {' # '.join([f'a{n - 1}'] * 20)}}}\n" for n in range(1, 20))
        + "@misc{k, title = a19}",
        "@misc{k, title={" + "{" * 100_000 + "}}",
        "@misc{k, title={" + "$x" * 100_000 + "}}",
        "@misc{k, title={" + "\\'{" * 50_000 + "}}",
        "@misc{k, title={x}, author={" + "{" * 50_000 + "}}",
        "@misc{k" * 20_000,
        "\n@a{" * 20_000,
        "@misc{k, title={x}, author={a" + " " * 90_000 + "b}}",
        "@misc{k, title={x}, abstract={a" + "\n" * 90_000 + "b}}",
        "@misc{k, title={x}, x-assistant={" + " " * 4_000_000 + "}}",
    ],
)
def test_hostile_files_take_no_time(text: str) -> None:
    start = time.process_time()
    read(text)
    assert time.process_time() - start < 5


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text("@{}\"\\=,#$%&^~ \n'`-abcdTitlemsc019", max_size=200))
def test_anything_can_be_read(text: str) -> None:
    read(f"@misc{{a, title = {{x}}, author = {text}")
    read(f"@misc{{a, title = {{{text}}}}}\n@misc{{b, title = {{y}}}}")
