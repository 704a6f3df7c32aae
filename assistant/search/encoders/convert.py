"""Child process: rewrite the default model's safetensors as ONNX graphs.

    python -m assistant.search.encoders.convert SOURCE DESTINATION

It alone imports torch, so the program that asks for vectors never does. DESTINATION, an empty
folder, receives an fp32 and an int8 graph, their weights, the tokenizer and a manifest.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.search.encoders.manifest import FP32, INT8, write_manifest
from assistant.search.encoders.packaged import MAX_WORD_PIECES, TOKENIZER
from assistant.search.encoders.quantize import quantize
from assistant.search.encoders.rewrite import rewrite_for_one_text
from db.durable import sync

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Feed = dict[str, npt.NDArray[np.int64]]

INPUTS = ("input_ids", "attention_mask", "token_type_ids")
OPSET = 17
WEIGHTS_SUFFIX = ".weights"

CALIBRATION = (
    "graph neural networks for molecules",
    "Which regularisers make a deep network robust to label noise?",
    "We propose a method for training language models with differential privacy, and show that "
    "accuracy on question answering rises by 4.2% over the strongest baseline (p < 0.01).",
    "Let $f: \\mathbb{R}^n \\to \\mathbb{R}$ be convex; then gradient descent converges at rate "
    "$O(1/t)$, and Nesterov's acceleration improves this to $O(1/t^2)$.",
    "The pressure on a flat plate in a hypersonic stream was measured in a shock tunnel.",
    "Patients given the drug had lower blood pressure after twelve weeks than those given none.",
)
# Not the calibration texts: those are the ones 8 bits were fitted to.
CHECK = (
    "reinforcement learning from human feedback",
    "How do librarians decide which journals to keep?",
    "Diffusion models generate images by reversing a noising process; we distil a thousand steps "
    "into four without losing fidelity, measured by FID on two standard sets of photographs.",
    "Vaccination reduced hospital admissions among adults over sixty-five by a third.",
    "def attention(q, k, v): return softmax(q @ k.T / sqrt(d)) @ v",
)


def main(arguments: list[str]) -> int:
    """Convert SOURCE into DESTINATION; 0 when done, a traceback and 1 otherwise."""
    source, destination = (Path(argument) for argument in arguments)
    with tempfile.TemporaryDirectory(dir=destination) as scratch:
        exported, fused, int8 = (Path(scratch) / f"{step}.onnx" for step in ("raw", "fp32", "int8"))
        config = export(source, exported)
        fuse(exported, fused, config)
        feeds = [_feed(source, text) for text in CALIBRATION]
        quantize(fused, int8, feeds)
        save_with_mapped_weights(fused, destination / FP32)
        save_with_mapped_weights(int8, destination / INT8)
    shutil.copyfile(source / TOKENIZER, destination / TOKENIZER)
    cosine = agreement(destination, [_feed(source, text) for text in CHECK])
    write_manifest(destination, int8_cosine=cosine)
    _flush(destination)
    return 0


def export(source: Path, destination: Path) -> Any:
    """Trace the encoder with mean pooling and normalisation inside; returns its configuration."""
    import torch
    from transformers import AutoModel

    torch.set_num_threads(1)
    encoder = AutoModel.from_pretrained(
        source,
        attn_implementation="eager",  # the form the attention fusion knows
        dtype=torch.float32,
        use_safetensors=True,
        trust_remote_code=False,
        local_files_only=True,
    )

    class SentenceEncoder(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.encoder = encoder

        def forward(
            self, input_ids: torch.Tensor, attention_mask: torch.Tensor, types: torch.Tensor
        ) -> torch.Tensor:
            tokens = self.encoder(  # (B, T, D)
                input_ids=input_ids, attention_mask=attention_mask, token_type_ids=types
            ).last_hidden_state
            mask = attention_mask.unsqueeze(-1).to(tokens.dtype)  # (B, T, 1)
            mean = (tokens * mask).sum(dim=1) / mask.sum(dim=1).clamp(min=1e-9)  # (B, D)
            return torch.nn.functional.normalize(mean, dim=1)

    ids = torch.ones(2, 8, dtype=torch.int64)
    with torch.no_grad():
        torch.onnx.export(
            SentenceEncoder().eval(),
            (ids, ids, torch.zeros_like(ids)),
            str(destination),
            dynamo=False,  # the fusions match this exporter's graphs
            opset_version=OPSET,
            input_names=list(INPUTS),
            output_names=["embedding"],
            dynamic_axes={
                **{name: {0: "batch", 1: "tokens"} for name in INPUTS},
                "embedding": {0: "batch"},
            },
        )
    return encoder.config


def fuse(source: Path, destination: Path, config: Any) -> None:
    """Replace the small operators of attention, embedding and GELU by ONNX Runtime's fused ones."""
    from onnxruntime.transformers.optimizer import optimize_model

    optimised = optimize_model(
        str(source),
        model_type="bert",
        num_heads=config.num_attention_heads,
        hidden_size=config.hidden_size,
        opt_level=0,
    )
    rewrite_for_one_text(optimised.model)
    optimised.save_model_to_file(str(destination))


def save_with_mapped_weights(source: Path, destination: Path) -> None:
    """Write the graph with its weights beside it: ONNX Runtime maps them instead of copying.

    A session then opens in 0.03 s of CPU rather than 0.11 s, and holds 80 MB less.
    """
    import onnx

    onnx.save_model(
        onnx.load(str(source)),
        str(destination),
        save_as_external_data=True,
        location=destination.with_suffix(WEIGHTS_SUFFIX).name,
        size_threshold=1024,
    )


def agreement(folder: Path, feeds: list[Feed]) -> float:
    """Mean cosine between the int8 and the fp32 vectors of a few texts."""
    import numpy as np
    import onnxruntime

    int8, fp32 = (
        onnxruntime.InferenceSession(str(folder / name), providers=["CPUExecutionProvider"])
        for name in (INT8, FP32)
    )
    return float(
        np.mean([int8.run(None, feed)[0][0] @ fp32.run(None, feed)[0][0] for feed in feeds])
    )


def _feed(source: Path, text: str) -> Feed:
    import numpy as np
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(source / TOKENIZER))
    tokenizer.enable_truncation(MAX_WORD_PIECES)
    tokenizer.no_padding()
    ids = np.array([tokenizer.encode(text).ids], dtype=np.int64)
    return dict(zip(INPUTS, (ids, np.ones_like(ids), np.zeros_like(ids)), strict=True))


def _flush(folder: Path) -> None:
    """Have every file on disk before the caller's rename says that they are there."""
    for path in folder.iterdir():
        sync(path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
