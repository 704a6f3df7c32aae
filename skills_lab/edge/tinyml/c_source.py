"""The network as C: fixed loops over fixed arrays, and the tables of one network."""

import string
import textwrap

from skills_lab.edge.tinyml.reference import IntegerNet

_SOURCE = """\
/* Generated. Reads an 8x8 digit, pixels of 0 to 16; static memory only, not reentrant. */
#include <stdint.h>

$tables
static int8_t even[252], odd[192]; /* layers write to the one and read from the other */

$requantise
static void conv3x3(const int8_t *in, int inputs, int size, int8_t *out, int outputs,
                    const int8_t *weight, const int32_t *bias, const int32_t *multiplier,
                    const uint8_t *shift, int8_t zero)
{
    for (int o = 0; o < outputs; o++, weight += 9 * inputs)
        for (int y = 0; y < size - 2; y++)
            for (int x = 0; x < size - 2; x++) {
                const int8_t *w = weight;
                int32_t acc = bias[o];
                for (int i = 0; i < inputs; i++)
                    for (int dy = 0; dy < 3; dy++)
                        for (int dx = 0; dx < 3; dx++)
                            acc += *w++ * in[(i * size + y + dy) * size + x + dx];
                int8_t q = requantise(acc, multiplier[o], shift[o], zero);
                *out++ = q < zero ? zero : q; /* ReLU */
            }
}

void digits_logits(const uint8_t pixels[64], int32_t logits[10])
{
    for (int i = 0; i < 64; i++) odd[i] = (int8_t)(pixels[i] - 128);
    conv3x3(odd, 1, 8, even, 7, weight1, bias1, multiplier1, shift1, $zero1);
    conv3x3(even, 7, 6, odd, 12, weight2, bias2, multiplier2, shift2, $zero2);
    for (int i = 0; i < 48; i++) { /* the maximum of 2x2; i is channel, row, column */
        const int8_t *p = odd + i / 4 * 16 + i / 2 % 2 * 8 + i % 2 * 2;
        int8_t a = p[0] > p[1] ? p[0] : p[1], b = p[4] > p[5] ? p[4] : p[5];
        even[i] = a > b ? a : b;
    }
    const int8_t *w = weight3;
    for (int o = 0; o < 10; o++) {
        logits[o] = bias3[o];
        for (int i = 0; i < 48; i++) logits[o] += *w++ * even[i];
    }
}

int digits_predict(const uint8_t pixels[64])
{
    int32_t logits[10];
    int best = 0;
    digits_logits(pixels, logits);
    for (int o = 1; o < 10; o++)
        if (logits[o] > logits[best]) best = o;
    return best;
}
"""


def generate_c(net: IntegerNet, requantise: str) -> str:
    """Return the network as C99 with no dependency, around the C function `requantise`."""
    tables = []
    for number, layer in enumerate((net.conv1, net.conv2, net.dense), 1):
        columns = [("int8_t", "weight", layer.weight), ("int32_t", "bias", layer.bias)]
        if number < 3:
            columns += [("int32_t", "multiplier", layer.multiplier)]
            columns += [("uint8_t", "shift", layer.shift)]
        for kind, name, values in columns:
            listed = textwrap.fill(", ".join(map(str, values.reshape(-1).tolist())), 96)
            tables.append(f"static const {kind} {name}{number}[{values.size}] = {{\n{listed}}};\n")
    source = string.Template(_SOURCE)
    return source.substitute(
        tables="".join(tables),
        requantise=requantise,
        zero1=net.conv1.zero,
        zero2=net.conv2.zero,
    )
