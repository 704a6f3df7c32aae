"""Measuring the ranker on a folder of papers and simulated readers."""

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from click.testing import CliRunner

from assistant.cli.evaluate_ranking import ranking_command
from assistant.digest import ranking_evaluation
from assistant.digest.ranking_evaluation import evaluate_ranking, read_ranking_set
from assistant.errors import ImportFileError

TOPICS = ("graph node edge", "speech audio phoneme", "robot gripper torque")


class TopicEncoder:
    """Vectors by which of the topics' words stand in a text, with some noise."""

    name = key = runtime = "topics"
    dimensions = 8

    def encode_documents(self, texts: list[str]) -> npt.NDArray[np.float32]:
        rows = []
        for text in texts:
            row = np.random.default_rng(len(text)).normal(0, 0.3, self.dimensions)
            row[: len(TOPICS)] += [sum(word in text for word in one.split()) for one in TOPICS]
            rows.append(row / np.linalg.norm(row))
        return np.array(rows, dtype=np.float32)

    def encode_query(self, text: str) -> npt.NDArray[np.float32]:
        vector: npt.NDArray[np.float32] = self.encode_documents([text])[0]
        return vector


def papers() -> list[dict[str, Any]]:
    random = np.random.default_rng(0)
    made = []
    for number in range(180):
        topic = TOPICS[number % 3].split()
        filler = " ".join(f"word{n}" for n in random.integers(0, 40, 15))
        said = " ".join(str(word) for word in random.permutation(topic))
        made.append(
            {
                "id": f"p{number}",
                "day": number // 15,
                "title": f"Paper {number} about {topic[number % 2]}",
                "abstract": f"{said} {filler}",
                "authors": ["A"],
            }
        )
    return made


def readers() -> list[dict[str, Any]]:
    made = []
    for topic in range(3):
        own = [one for one in papers() if int(one["id"][1:]) % 3 == topic]
        other = [one for one in papers() if int(one["id"][1:]) % 3 != topic]
        rated = [(one, True) for one in own if one["day"] < 4][:6]
        rated += [(one, False) for one in other if one["day"] < 4][:6]
        rated.append((next(one for one in other if one["day"] == 3), False))
        made.append(
            {
                "user": f"u{topic}",
                "topics": {"not": "for rankers"},
                "ratings": [
                    {"id": one["id"], "day": one["day"], "liked": liked} for one, liked in rated
                ],
                "relevant": [one["id"] for one in own if one["day"] >= 4],
            }
        )
    return made


def write(folder: Path, lines: list[Any], users: list[Any]) -> Path:
    folder.mkdir(exist_ok=True)
    with gzip.open(folder / "papers.jsonl.gz", "wt") as file:
        file.writelines(f"{json.dumps(line)}\n" for line in lines)
    (folder / "users.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in users))
    return folder


def test_a_ranker_that_learns_beats_the_newest(tmp_path: Path) -> None:
    judged = read_ranking_set(write(tmp_path / "set", papers(), readers()))

    told = evaluate_ranking(judged, TopicEncoder(), ablation=True)

    assert judged.split == 3
    assert told["users"] == 3
    names = {"assistant", "tfidf_svm", "cosine", "newest", "logistic", "sum"}
    assert told["ndcg@10"].keys() == names
    assert all(0 <= value <= 1 for value in told["ndcg@10"].values())
    assert told["ndcg@10"]["assistant"] > 0.9
    assert told["ndcg@10"]["newest"] < 0.7
    assert told["ablation"].keys() == ranking_evaluation.ABLATIONS.keys()


def test_topics_and_later_days_change_nothing(tmp_path: Path) -> None:
    plain = readers()
    told_off = [{**one, "topics": ["all", "wrong"]} for one in plain]
    for one in told_off:
        one["ratings"] = list(reversed(one["ratings"]))

    answers = [
        evaluate_ranking(read_ranking_set(write(tmp_path / name, papers(), users)), TopicEncoder())[
            "ndcg@10"
        ]["assistant"]
        for name, users in (("plain", plain), ("other", told_off))
    ]

    assert answers[0] == pytest.approx(answers[1], abs=0.02)


def test_unknown_ids_are_counted_and_left_out(tmp_path: Path) -> None:
    users = readers()
    users[0]["relevant"].append("nobody")
    users[0]["ratings"].append({"id": "gone", "day": 0, "liked": True})
    users.append({"user": "idle", "ratings": [], "relevant": ["p0"]})

    judged = read_ranking_set(write(tmp_path / "set", papers(), users))

    assert judged.unknown == 2
    assert [one.name for one in judged.readers] == ["u0", "u1", "u2"]


@pytest.mark.parametrize(
    ("lines", "users", "told"),
    [
        ([{"id": "a"}], [], "line 1"),
        ([*papers(), "text"], readers(), "line 181"),
        ([{**papers()[0], "day": "Monday"}], readers(), "day"),
        (papers(), [{"user": "u"}], "users.jsonl, line 1"),
        (papers(), [{"user": "u", "ratings": [{"id": "p1"}], "relevant": []}], "rating"),
        (papers(), [], "no reader"),
    ],
)
def test_a_bad_folder_is_an_error_that_says_where(
    tmp_path: Path, lines: list[Any], users: list[Any], told: str
) -> None:
    with pytest.raises(ImportFileError, match=told):
        read_ranking_set(write(tmp_path / "set", lines, users))


def test_a_missing_or_broken_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ImportFileError, match=r"papers\.jsonl\.gz"):
        read_ranking_set(tmp_path)
    folder = write(tmp_path / "set", papers(), readers())
    whole = (folder / "papers.jsonl.gz").read_bytes()
    for broken in (b"no gzip", whole[: len(whole) // 2]):
        (folder / "papers.jsonl.gz").write_bytes(broken)
        with pytest.raises(ImportFileError, match="Cannot read"):
            read_ranking_set(folder)


def test_the_command_answers_in_json_and_for_people(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write(tmp_path / "set", papers(), readers())
    monkeypatch.setattr("assistant.search.encoders.load_encoder", lambda *_, **__: TopicEncoder())

    answered = CliRunner().invoke(ranking_command, [str(folder), "--json", "--ablation"])
    shown = CliRunner().invoke(ranking_command, [str(folder)])

    document = json.loads(answered.stdout)
    assert document["users"] == 3
    assert document["ndcg@10"].keys() >= {"assistant", "tfidf_svm", "cosine", "newest"}
    assert "ablation" in document
    assert "assistant" in shown.stdout
    assert "3 readers" in shown.stdout


def test_ahead_of_the_strongest_baseline_on_the_given_readers(
    shared_data: Path, models: Path
) -> None:
    from assistant.search.encoders import DEFAULT_MODEL, load_encoder

    judged = read_ranking_set(shared_data / "ranking_eval" / "iclr2021")

    told = evaluate_ranking(judged, load_encoder(DEFAULT_MODEL, models))["ndcg@10"]

    assert told["assistant"] >= 1.05 * max(v for k, v in told.items() if k != "assistant")
