"""The default model on ONNX Runtime: no torch, one text at a time, a thread for each core."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from assistant.errors import ModelError
from assistant.search.encoders.cpu import has_int8_dot_product, worker_threads
from assistant.search.encoders.manifest import FP32, INT8, Conversion
from assistant.search.encoders.packaged import (
    DEFAULT_KEY,
    DIMENSIONS,
    MAX_WORD_PIECES,
    TOKENIZER,
)

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

ERRORS_ONLY = 3
# See `rewrite._separate_layer_norm`.
UNWANTED_FUSIONS = ["SkipLayerNormFusion"]


class OnnxEncoder:
    """Documents in int8 where the processor multiplies bytes well, queries always in fp32.

    A query's rounding error would enter every one of its scores, and one query costs nothing;
    a document's error enters one. This halves what int8 changes in a ranking.

    Texts run one at a time, not padded into batches: abstracts fill the cores alone, and a
    text's vector then never depends on the texts beside it.
    """

    key = DEFAULT_KEY
    dimensions = DIMENSIONS

    def __init__(self, name: str, conversion: Conversion, *, int8: bool | None = None) -> None:
        """Open the tokenizer; sessions open when first needed.

        `int8` overrides the choice by processor, to compare both. Raises ModelError when the
        tokenizer cannot be read.
        """
        from tokenizers import Tokenizer

        if int8 is None:
            int8 = has_int8_dot_product() and conversion.int8_is_sound
        self.name = name
        self.runtime = f"onnxruntime {'int8' if int8 else 'fp32'}"
        self._folder = conversion.folder
        self._document_graph = INT8 if int8 else FP32
        self._sessions: dict[tuple[str, int], Any] = {}
        self._opening = threading.Lock()
        self._threads = worker_threads()
        try:
            self._tokenizer = Tokenizer.from_file(str(self._folder / TOKENIZER))
        except Exception as error:  # tokenizers raises plain Exception
            raise _unreadable(str(error)) from error
        self._tokenizer.enable_truncation(MAX_WORD_PIECES)
        self._tokenizer.no_padding()

    def encode_documents(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Encode B texts to (B, 384), unit length, in the order given.

        Raises ModelError when the graph cannot be opened.
        """
        import numpy as np

        vectors = np.empty((len(texts), DIMENSIONS), dtype=np.float32)
        # One text alone is somebody waiting, with a pasted abstract: it gets every core.
        alone = self._threads if len(texts) == 1 else 1
        session = self._session(self._document_graph, alone)

        def encode(position: int) -> None:
            vectors[position] = self._encode(session, texts[position])

        # Longest first, so that no thread starts a long text while the others have finished.
        positions = sorted(range(len(texts)), key=lambda position: -len(texts[position]))
        threads = min(self._threads, len(texts))
        if threads <= 1:
            for position in positions:
                encode(position)
        else:
            with ThreadPoolExecutor(threads, "encode") as pool:
                for _ in pool.map(encode, positions):
                    pass
        return vectors

    def encode_query(self, text: str) -> npt.NDArray[np.float32]:
        """Encode one text to (384,), unit length.

        Raises ModelError when the graph cannot be opened.
        """
        return self._encode(self._session(FP32), text)

    def _encode(self, session: Any, text: str) -> npt.NDArray[np.float32]:
        import numpy as np

        # Lone surrogates are legal in a str and in no encoding.
        text = text.encode("utf-8", "replace").decode("utf-8")
        ids = np.array([self._tokenizer.encode(text).ids], dtype=np.int64)  # (1, T)
        feed = {
            "input_ids": ids,
            "attention_mask": np.ones_like(ids),
            "token_type_ids": np.zeros_like(ids),
        }
        vector: npt.NDArray[np.float32] = session.run(None, feed)[0][0]
        return vector

    def _session(self, graph: str, threads: int = 1) -> Any:
        with self._opening:
            if (graph, threads) not in self._sessions:
                self._sessions[graph, threads] = self._open(graph, threads)
            return self._sessions[graph, threads]

    def _open(self, graph: str, threads: int) -> Any:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        # Whole texts run beside each other; threads within one must not spin while they wait.
        options.intra_op_num_threads = threads
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.inter_op_num_threads = 1
        options.log_severity_level = ERRORS_ONLY
        try:
            return onnxruntime.InferenceSession(
                str(self._folder / graph),
                options,
                providers=["CPUExecutionProvider"],
                disabled_optimizers=UNWANTED_FUSIONS,
            )
        except Exception as error:  # its errors share no base class below this
            raise _unreadable(str(error)) from error


def _unreadable(why: str) -> ModelError:
    return ModelError(
        "The converted embedding model cannot be opened",
        why=why,
        hint=f"Delete the folder {DEFAULT_KEY} under models; it is made again when next needed.",
    )
