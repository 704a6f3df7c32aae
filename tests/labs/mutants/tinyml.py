"""Wrong solutions of the TinyML lab that the checks must tell from right ones."""

_HALF = "scaled = (product + (np.int64(1) << (shift - 1))) >> shift"
_C_HALF = "    int64_t y = (int64_t)acc * multiplier + ((int64_t)1 << (shift - 1));\n"
_C_SHIFT = "    y = (y < 0 ? ~(~y >> shift) : y >> shift) + zero;\n"

MUTANTS = {
    "covers a range that does not hold zero": (
        "    low, high = min(low, 0.0), max(high, 0.0)\n",
        "",
    ),
    "divides the range into 256 steps": ("(high - low) / (HIGH - LOW)", "(high - low) / 256"),
    "gives all channels one scale": (
        "dims = tuple(range(1, weight.dim())) if per_channel else tuple(range(weight.dim()))",
        "dims = tuple(range(weight.dim()))",
    ),
    "tells the largest weight by 128": ("(2 ** (bits - 1) - 1)  # 127", "2 ** (bits - 1)  # 127"),
    "forgets the zero on the way back": ("return (q - zero) * scale", "return q * scale"),
    "rounds with no gradient": (
        "return upstream[0]  # straight through",
        "return torch.zeros_like(upstream[0])",
    ),
    "lets the gradient through the clamp": (
        "q = torch.clamp(rounded + zero, low, high)",
        "q = rounded + zero; q = q + (torch.clamp(q, low, high) - q).detach()",
    ),
    "rounds a mantissa up to 2^31": ("if multiplier == 2**31:", "if False:"),
    "rounds down instead of to the nearest": (_HALF, "scaled = product >> shift"),
    "rounds halves away from zero": (
        _HALF,
        "scaled = np.sign(product) * ((np.abs(product) + (np.int64(1) << (shift - 1))) >> shift)",
    ),
    "multiplies in 32 bits": ("acc.astype(np.int64) * multiplier", "acc * multiplier"),
    "wraps instead of saturating": (
        "np.clip(scaled + zero, LOW, HIGH).astype(np.int8)",
        "(scaled + zero).astype(np.int8)",
    ),
    "saturates before it adds the zero": (
        "np.clip(scaled + zero, LOW, HIGH)",
        "(np.clip(scaled, LOW, HIGH) + zero)",
    ),
    "forgets the zero of the input": (
        " - zero_in * q.sum(axes, dtype=np.int64)",
        "",
    ),
    "adds the zero of the input instead of taking it off": (
        "- zero_in * q.sum",
        "+ zero_in * q.sum",
    ),
    "keeps the bias in units of the weights": (
        "np.round(bias / (scale_in * scale))",
        "np.round(bias / scale)",
    ),
    "takes ReLU at the integer 0": ("np.maximum(y, layer.zero)", "np.maximum(y, 0)"),
    "leaves ReLU to saturation": ("np.maximum(y, layer.zero)", "y"),
    "C rounds down": (_C_HALF, "    int64_t y = (int64_t)acc * multiplier;\n"),
    "C rounds halves away from zero": (
        _C_SHIFT,
        "    y = (acc < 0 ? -((-(int64_t)acc * multiplier + ((int64_t)1 << (shift - 1))) >> shift)\n"
        "                 : y >> shift) + zero;\n",
    ),
    "C multiplies in 32 bits": ("(int64_t)acc * multiplier", "(int64_t)(acc * multiplier)"),
    "C wraps instead of saturating": (
        "return (int8_t)(y < -128 ? -128 : y > 127 ? 127 : y);",
        "return (int8_t)y;",
    ),
}
