"""The network as ONNX, twice: in float as torch exports it, in integers as operators say it."""

import warnings
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from skills_lab.edge.tinyml.reference import PIXEL_ZERO, IntegerLayer, IntegerNet, TinyNet

OPSET = 17


def float_graph(net: TinyNet) -> bytes:
    """Return the float network: `images` (B, 64) in [0, 1] to `logits` (B, 10)."""
    with TemporaryDirectory(prefix="tinyml-") as name, warnings.catch_warnings():
        # torch announces that the exporter by tracing will go; the other needs onnxscript.
        warnings.simplefilter("ignore")
        written = Path(name) / "digits.onnx"
        torch.onnx.export(
            net.eval(),
            (torch.zeros(2, 64),),
            str(written),
            input_names=["images"],
            output_names=["logits"],
            dynamic_axes={"images": {0: "B"}, "logits": {0: "B"}},
            opset_version=OPSET,
            dynamo=False,
        )
        return written.read_bytes()


def integer_graph(net: IntegerNet) -> bytes:
    """Return the integer network: `q` (B, 1, 8, 8) int8 to `logits` (B, 10) int32.

    QLinearConv scales its accumulators by a float, x_scale * w_scale / y_scale, and rounds halves
    to even: the same network but for the last bit of an activation here and there.
    """
    tensors: list[TensorProto] = []

    def constant(name: str, values: NDArray[np.generic]) -> str:
        tensors.append(numpy_helper.from_array(values, name))
        return name

    def convolution(name: str, x: str, zero_in: int, layer: IntegerLayer) -> onnx.NodeProto:
        # The operator subtracts the input's zero itself: its bias is the one before folding.
        taken = zero_in * layer.weight.sum((1, 2, 3), dtype=np.int64)
        one = constant(f"{name}.one", np.array(1, np.float32))
        inputs = [
            x,
            one,
            constant(f"{name}.zero_in", np.array(zero_in, np.int8)),
            constant(f"{name}.weight", layer.weight),
            constant(f"{name}.factor", layer.factor.astype(np.float32)),
            constant(f"{name}.zero_weight", np.zeros(len(layer.weight), np.int8)),
            one,
            constant(f"{name}.zero", np.array(layer.zero, np.int8)),
            constant(f"{name}.bias", (layer.bias + taken).astype(np.int32)),
        ]
        return helper.make_node("QLinearConv", inputs, [name])

    # Saturation at -128, which is the zero of both layers, is their ReLU.
    assert net.conv1.zero == net.conv2.zero == -128
    nodes = [
        convolution("conv1", "q", PIXEL_ZERO, net.conv1),
        convolution("conv2", "conv1", net.conv1.zero, net.conv2),
        helper.make_node("MaxPool", ["conv2"], ["pool"], kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("Flatten", ["pool"], ["flat"]),
        helper.make_node(
            "MatMulInteger",
            ["flat", constant("dense.weight", np.ascontiguousarray(net.dense.weight.T))],
            ["products"],
        ),
        # The dense layer's bias holds its input's zero already, as in the reference.
        helper.make_node("Add", ["products", constant("dense.bias", net.dense.bias)], ["logits"]),
    ]
    graph = helper.make_graph(
        nodes,
        "tinyml",
        [helper.make_tensor_value_info("q", TensorProto.INT8, ["B", 1, 8, 8])],
        [
            helper.make_tensor_value_info("logits", TensorProto.INT32, ["B", 10]),
            helper.make_tensor_value_info("conv1", TensorProto.INT8, ["B", 7, 6, 6]),
            helper.make_tensor_value_info("conv2", TensorProto.INT8, ["B", 12, 4, 4]),
        ],
        tensors,
    )
    opsets = [helper.make_opsetid("", OPSET)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString())


def run_graph(graph: bytes, given: NDArray[np.generic]) -> list[NDArray[np.generic]]:
    """Return what ONNX Runtime, one thread on the CPU, makes of the graph's one input."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    return list(session.run(None, {session.get_inputs()[0].name: given}))
