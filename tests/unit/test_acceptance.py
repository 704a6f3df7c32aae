"""Comments read as evidence of acceptance, and false friends told apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.sources.acceptance import accepted, read_comment
from assistant.sources.venue_names import find_venues, short_name


@pytest.mark.parametrize(
    ("comment", "venue", "status", "track"),
    [
        ("Accepted at ICML 2025 (spotlight)", "ICML 2025", "spotlight", None),
        ("12 pages; to appear in the Proceedings of AAAI-26", "AAAI 2026", None, None),
        ("NeurIPS 2024 Workshop on Small Things", "NeurIPS 2024 workshop", None, "workshop"),
        ("Camera-ready for ICLR 2025", "ICLR 2025", None, None),
        ("9 pages, 3 figures, CVPR'25 Highlight", "CVPR 2025", "spotlight", None),
        ("Accpeted by aaai2026", "AAAI 2026", None, None),
        ("EMNLP 2025 Findings, long paper", "EMNLP 2025 findings", None, "findings"),
        ("39th Conference on Neural Information Processing Systems (NeurIPS 2025)",
         "NeurIPS 2025", None, None),
        ("Accepted to IEEE Transactions on Robotics (T-RO)", "T-RO", None, None),
        ("Published in TMLR. Code: https://icml.cc/virtual/2019", "TMLR", None, None),
        ("Full version of the paper accepted at KDD 2025", "KDD 2025", None, None),
        ("Submitted to ICLR 2025; accepted at COLM 2025", "COLM 2025", None, None),
        ("Rejected from ICLR 2024. Accepted as an oral at UAI 2024", "UAI 2024", "oral", None),
        ("The Web Conference 2025, industry track", "WWW 2025", None, "industry"),
        ("Accepted at a workshop and, as a poster, at WACV 2026", "WACV 2026", "poster", None),
    ],
)  # fmt: skip
def test_acceptance_is_read_with_venue_year_and_status(
    comment: str, venue: str, status: str | None, track: str | None
) -> None:
    claim = accepted(comment)
    assert claim is not None
    assert claim.shown.removesuffix(" workshop") == venue.removesuffix(" workshop")
    assert claim.status == status
    if track is not None:
        assert claim.track == track


@pytest.mark.parametrize(
    ("comment", "standing"),
    [
        ("Submitted to ICML 2025", "submitted"),
        ("Under review at ICLR 2026", "submitted"),
        ("Under double-blind review at NeurIPS 2025", "submitted"),
        ("Preprint. Under review. 12 pages, ICLR 2026", "submitted"),
        ("To be submitted to CVPR 2026", "submitted"),
        ("Rejected from NeurIPS 2024", "rejected"),
        ("Withdrawn from ICLR 2025", "rejected"),
        ("Written in the style of the ICML 2024 template", "mentioned"),
        ("Formatted with the NeurIPS 2023 style file", "mentioned"),
        ("Code for our NeurIPS 2024 paper on sampling", "mentioned"),
        ("Extended version of our ECCV 2024 paper", "mentioned"),
        ("Winning solution to the CVPR 2025 challenge on rain", "mentioned"),
        ("Builds on our earlier work at ICLR 2023", "mentioned"),
        ("Reply to a commentary on our ACL 2021 paper", "mentioned"),
    ],
)
def test_false_friends_are_told_apart(comment: str, standing: str) -> None:
    assert accepted(comment) is None
    assert [claim.standing for claim in read_comment(comment)] == [standing]


@pytest.mark.parametrize(
    "comment",
    ["12 pages, 4 figures", "Code will be released upon acceptance", "Comments welcome!", "",
     "https://neurips.cc/virtual/2024/poster/1", "See doi.org/10.1145/icml.2024"],
)  # fmt: skip
def test_comments_that_say_nothing_say_nothing(comment: str) -> None:
    assert read_comment(comment) == ()


def test_several_venues_are_told_each() -> None:
    claims = read_comment("Accepted at NeurIPS 2025 and as an Oral at CoRL 2025")
    assert [(one.shown, one.status) for one in claims] == [
        ("NeurIPS 2025", None), ("CoRL 2025", "oral"),
    ]  # fmt: skip


def test_a_main_venue_outranks_a_workshop() -> None:
    claim = accepted("Accepted at the X Workshop, ICML 2025; accepted at NeurIPS 2025")
    assert claim is not None
    assert claim.shown == "NeurIPS 2025"


def test_names_of_venues_are_brought_to_one_form() -> None:
    for name in ("NeurIPS", "NIPS", "Neural Information Processing Systems", "neurips"):
        assert short_name(name) == "NeurIPS"
    assert short_name("Advances in Neural Information Processing Systems") == "NeurIPS"
    assert short_name("A Venue Nobody Knows") == "A Venue Nobody Knows"
    (mention,) = find_venues("the IEEE/CVF Conference on Computer Vision and Pattern Recognition")
    assert mention.name == "CVPR"


@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    for claim in read_comment(text):
        assert claim.year is None or 2000 <= claim.year < 2040
        assert claim.venue


def test_a_long_comment_is_read_in_no_time() -> None:
    for piece in ("Conference on ", "A and ", "NeurIPS 2025 ", "x" * 50, "(", "1st "):
        read_comment(piece * (4_000 // len(piece)))
