"""Tracks as data: those that come with the program, and what a person's own files may do."""

import contextlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.config import Home
from assistant.errors import NotFoundError
from assistant.skills.catalogue import find_skill, find_track, load_curriculum, skills_of_lab
from assistant.skills.model import Curriculum, TrackError
from assistant.skills.schema import read_track_file
from assistant.sources.starter import starter_entries
from skills_lab.frame.catalogue import catalogue

OURS = ("foundation", "algorithm-engineer", "mlops-engineer", "ai-product-manager")

# What a person who becomes an AI engineer must cover, and the skill that covers it.
COVERED = {
    "framework internals": "framework-internals", "custom losses": "custom-loss",
    "custom optimisers": "optimisers", "experiment tracking": "experiment-tracking",
    "ONNX": "onnx", "data parallelism": "data-parallel-training",
    "tensor parallelism": "tensor-parallel-training",
    "pipeline parallelism": "pipeline-parallel-training", "data cleaning": "data-cleaning",
    "augmentation": "data-augmentation", "versioning": "data-versioning",
    "preprocessing pipelines": "preprocessing-pipelines", "FP16": "mixed-precision",
    "INT8": "quantization", "pruning": "pruning", "distillation": "knowledge-distillation",
    "Transformer variants": "transformer-variants", "CI/CD": "ci-cd",
    "automatic deployment": "automatic-deployment", "product scenarios": "product-scenarios",
    "paper tracking": "paper-tracking", "open source": "open-source-contribution",
    "community events": "community-events", "requirement metrics": "requirement-metrics",
    "baseline selection": "baseline-selection", "A/B testing": "ab-testing",
    "monitoring": "monitoring", "hardware acceleration": "hardware-acceleration",
    "kernel fusion": "kernel-fusion", "CLIP": "contrastive-learning",
    "multimodal decisions": "multimodal-decisions", "Perceiver": "perceiver",
    "TinyML": "edge-deployment", "heterogeneous hardware": "heterogeneous-hardware",
    "dynamic deployment": "dynamic-deployment",
}  # fmt: skip

SKILL = """
[[skill]]
id = "mine"
title = "Mine"
can = "You can do mine."
needs = []
hours = 2
proof = [{ note = 50 }]
"""
TRACK = '[track]\nid = "own"\ntitle = "Own"\nsummary = "Of my own."\n'


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Curriculum:
    return load_curriculum(Home(tmp_path_factory.mktemp("nobody")))


@pytest.fixture
def with_file(tmp_path: Path) -> Callable[..., Curriculum]:
    """Load with files in a home: name -> content."""

    def load(**files: str) -> Curriculum:
        folder = Home(tmp_path).tracks
        folder.mkdir(exist_ok=True)
        for name, text in files.items():
            (folder / f"{name}.toml").write_text(text, encoding="utf-8")
        return load_curriculum(Home(tmp_path))

    return load


def test_our_tracks_are_whole(ours: Curriculum) -> None:
    assert sorted(ours.tracks) == sorted(OURS)
    assert not ours.problems
    assert len(ours.skills) >= 40
    seen: set[str] = set()
    for id, skill in ours.skills.items():
        assert set(skill.needs) <= seen, f"{id} comes before what it needs"
        seen.add(id)
        assert skill.why, id
        assert len(skill.terms) >= 2, id
        assert len(skill.read) >= 3, id
        assert all(len(item.why) > 30 for item in skill.read), id
        assert skill.recall, id
        assert skill.labs or skill.planned or any(way.show for way in skill.proof), id
    for track in OURS:
        assert ours.aims(track)
        assert all(set(ours.skills[id].needs) <= set(ours.path(track)) for id in ours.path(track))


def test_every_topic_is_covered(ours: Curriculum) -> None:
    assert not {topic: id for topic, id in COVERED.items() if id not in ours.skills}
    every = {id for track in OURS[1:] for id in ours.path(track)}
    assert set(ours.skills) == every


def test_readings_are_of_the_starter_library(ours: Curriculum) -> None:
    known = {str(one.records[0].identifiers[0]) for one in starter_entries()}
    for skill in ours.skills.values():
        assert set(skill.works) <= known, skill.id
        assert len(set(skill.works)) == len(skill.works), skill.id
        assert all(item.title for item in skill.read if item.url)


def test_every_lab_serves_a_skill(ours: Curriculum) -> None:
    for lab in catalogue():
        assert skills_of_lab(ours, lab), f"no skill is taught by the lab {lab}"
    for skill in ours.skills.values():
        for way in skill.proof:
            if not skill.labs:
                assert way.checks in ("", "*")
                assert way.run in ("", "*")
        if not skill.labs:
            assert any(not (way.checks or way.run) for way in skill.proof), skill.id


def test_contributions_prove_what_they_are_evidence_for(ours: Curriculum) -> None:
    assert any(way.merged for way in ours.skills["open-source-contribution"].proof)
    assert any(way.talks for way in ours.skills["community-events"].proof)


def test_names_are_found(ours: Curriculum) -> None:
    assert find_skill(ours, "skill:pruning").id == "pruning"
    assert find_skill(ours, "amp").id == "mixed-precision"
    with pytest.raises(NotFoundError) as told:
        find_skill(ours, "prunning")
    assert "'pruning'" in told.value.hint
    with pytest.raises(NotFoundError) as told:
        find_track(ours, "foundations")
    assert "'foundation'" in told.value.hint


def test_a_file_of_ones_own_adds(with_file: Callable[..., Curriculum]) -> None:
    found = with_file(own=TRACK + 'after = ["foundation"]\ninclude = ["pruning"]\n' + SKILL)
    assert not found.problems
    assert found.aims("own") == ("pruning", "mine")
    assert "autograd" in found.path("own")
    assert found.skills["mine"].track == "own"


def test_a_file_overrides_a_skill(with_file: Callable[..., Curriculum]) -> None:
    text = SKILL.replace('"mine"', '"pruning"').replace("needs = []", 'needs = ["autograd"]')
    found = with_file(mine=text)
    assert not found.problems
    assert found.skills["pruning"].title == "Mine"
    assert found.skills["pruning"].track == "algorithm-engineer"
    assert "pruning" in found.aims("algorithm-engineer")


def test_a_file_overrides_a_track(with_file: Callable[..., Curriculum]) -> None:
    text = TRACK.replace('"own"', '"mlops-engineer"') + 'include = ["onnx"]\n' + SKILL
    found = with_file(mine=text)
    assert not found.problems
    assert found.tracks["mlops-engineer"].title == "Own"
    assert set(found.aims("mlops-engineer")) == {"onnx", "mine"}
    assert "monitoring" in found.skills, "others may still need it"


def test_files_may_rest_on_each_other(with_file: Callable[..., Curriculum]) -> None:
    first = TRACK + SKILL.replace("needs = []", 'needs = ["later"]')
    second = TRACK.replace('"own"', '"other"') + SKILL.replace('"mine"', '"later"')
    found = with_file(a=first, b=second)
    assert not found.problems
    assert found.path("own") == ("later", "mine")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[track\n", ["not TOML", "line 1"]),
        (TRACK + 'colour = "red"\n' + SKILL, ["'colour' is unknown", "[track]"]),
        (TRACK + SKILL.replace("proof", "profo"), ["'profo' is unknown", "mean 'proof'"]),
        (TRACK + SKILL.replace("hours = 2", ""), ["skill 'mine' (line 7)", "hours"]),
        (TRACK + SKILL.replace("hours = 2", "hours = true"), ["hours"]),
        (TRACK + SKILL.replace('"mine"', '"../x"'), ["cannot be an id"]),
        (TRACK + SKILL + SKILL, ["stands here twice"]),
        (TRACK + SKILL + 'labs = ["amq"]', ["'amq'", "no such lab", "'amp'"]),
        (TRACK + SKILL + 'read = [{ work = "1706", why = "x" }]', ["no paper's id", "read 1"]),
        (TRACK + SKILL + 'read = [{ title = "x", url = "javascript:1", why = "x" }]', ["address"]),
        (TRACK + SKILL.replace("{ note = 50 }", "{ checks = true }"), ["no lab"]),
        (TRACK + SKILL.replace("{ note = 50 }", "{ read = 1 }"), ["0 works"]),
        (TRACK + SKILL.replace("{ note = 50 }", "{ reviews = 1 }"), ["without questions"]),
        (TRACK + SKILL.replace("{ note = 50 }", ""), ["no proof"]),
        (TRACK + SKILL.replace("note = 50", "merged = true"), ["merged is to be a whole number"]),
        (TRACK + SKILL.replace("note = 50", "talks = -1"), ["talks is to be a whole number"]),
        (TRACK + SKILL.replace("note = 50", "merge = 1"), ["'merge'", "'merged'"]),
        (TRACK + SKILL.replace("needs = []", 'needs = ["prunning"]'), ["'prunning'", "'pruning'"]),
        (TRACK + SKILL.replace("needs = []", 'needs = ["mine"]'), ["circle", "mine → mine"]),
        (TRACK + 'after = ["nowhere"]\n' + SKILL, ["after names 'nowhere'"]),
        (SKILL, ["belongs to no track"]),
        ("[[track]]\n", ["[track]"]),
        ("skill = 1\n", ["list of tables"]),
    ],
)
def test_a_bad_file_is_told_and_the_rest_works(
    text: str, words: list[str], with_file: Callable[..., Curriculum]
) -> None:
    found = with_file(bad=text)
    assert set(found.tracks) == set(OURS)
    (problem,) = found.problems
    told = f"{problem.title} {problem.why} {problem.hint}"
    assert "bad.toml" in told
    for word in words:
        assert word in told


def test_a_circle_through_our_skills_is_told_with_its_path(
    with_file: Callable[..., Curriculum],
) -> None:
    text = SKILL.replace('"mine"', '"autograd"').replace("needs = []", 'needs = ["optimisers"]')
    (problem,) = with_file(bad=text).problems
    assert set(problem.why.split(" → ")) == {"autograd", "optimisers"}


def test_a_large_or_unreadable_file_is_told(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.tracks.mkdir()
    (home.tracks / "large.toml").write_text("#" * 1_000_001)
    (home.tracks / "latin.toml").write_bytes(b'title = "caf\xe9"')
    (home.tracks / "folder.toml").mkdir()
    assert len(load_curriculum(home).problems) == 3


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.dictionaries(
        st.sampled_from(["track", "skill", "other"]),
        st.recursive(
            st.one_of(st.booleans(), st.integers(), st.text(max_size=5), st.just("mine")),
            lambda inner: st.one_of(
                st.lists(inner, max_size=3),
                st.dictionaries(
                    st.sampled_from(
                        ["id", "title", "summary", "can", "needs", "hours", "read", "work", "why",
                         "url", "labs", "proof", "note", "checks", "recall", "terms", "after"]
                    ),
                    inner,
                    max_size=8,
                ),
            ),
            max_leaves=12,
        ),
        max_size=3,
    )
)  # fmt: skip
def test_whatever_a_file_says_it_is_read_or_refused(tmp_path: Path, told: object) -> None:
    import tomlkit

    path = tmp_path / "any.toml"
    path.write_text(tomlkit.dumps(told), encoding="utf-8")  # type: ignore[arg-type]
    with contextlib.suppress(TrackError):  # any other error is a fault
        read_track_file(path, {"amp": ("mixed-precision",)})
