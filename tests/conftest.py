"""What the tests share: a home of their own, and a library in it."""

import gc
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from db.engine import Database
from db.migrate import migrate

# The many programs that tests start compile the project once, and not each for itself.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# A sixth of the time went into looking through a million objects that imports made.
gc.set_threshold(50_000, 20, 10)

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home that is nobody's."""
    folder = tmp_path / "home"
    monkeypatch.setenv("ASSISTANT_HOME", str(folder))
    monkeypatch.setenv("ASSISTANT_COURTESY", str(tmp_path / "courtesy"))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    return folder


@pytest.fixture(scope="session")
def empty_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty library of the present schema, made once."""
    folder = tmp_path_factory.mktemp("empty")
    migrate(folder / "library.db", folder / "backups")
    return folder


@pytest.fixture
def database(home: Path, empty_library: Path) -> Iterator[Database]:
    """An empty library of the present schema."""
    shutil.copytree(empty_library, home)
    with Database(home / "library.db") as opened:
        yield opened


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data beside the project, where there is one."""
    if not SHARED.is_dir():
        pytest.skip("the real data beside the project is not here")
    return SHARED


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of converted models: the packaged one, converted once for all tests."""
    from assistant.search.encoders import DEFAULT_MODEL, load_encoder

    folder = tmp_path_factory.mktemp("models")
    load_encoder(DEFAULT_MODEL, folder)
    return folder


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random two-layer BERT without normalisation, whose queries have a prompt."""
    import json

    import torch
    from transformers import BertConfig, BertModel

    from assistant.search.encoders import packaged

    folder = tmp_path_factory.mktemp("tiny") / "model"
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=30522,
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
    )
    BertModel(config).save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json", "vocab.txt"):
        shutil.copy(packaged.package_folder() / name, folder / name)
    kinds = "sentence_transformers.models"
    settings = {
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": f"{kinds}.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": f"{kinds}.Pooling"},
        ],
        "1_Pooling/config.json": {"word_embedding_dimension": 16, "pooling_mode_mean_tokens": True},
        "sentence_bert_config.json": {"max_seq_length": 256},
        "config_sentence_transformers.json": {"prompts": {"query": "search for: ", "document": ""}},
    }
    (folder / "1_Pooling").mkdir()
    for name, content in settings.items():
        (folder / name).write_text(json.dumps(content))
    return folder
