"""Wrong solutions of autograd and the optimisers that the checks must tell from right ones."""

MUTANTS = {
    "sums only the axes broadcasting added, not those it stretched": (
        "return np.asarray(grad.sum(axis=stretched, keepdims=True))",
        "return grad",
    ),
    "overwrites a leaf's gradient instead of adding": (
        "node.grad = grad if node.grad is None else node.grad + grad",
        "node.grad = grad",
    ),
    "keeps one of several gradients of a shared node": (
        "grads[id(tensor)] = part if known is None else known + part",
        "grads[id(tensor)] = part",
    ),
    "mixes up the transposes of a matrix product": (
        "lambda g: (g @ b.swapaxes(-1, -2), a.swapaxes(-1, -2) @ g),",
        "lambda g: (g @ b, a.swapaxes(-1, -2) @ g),",
    ),
    "counts an index that occurs twice once": ("np.add.at(grad, index, g)", "grad[index] += g"),
    "lets softmax overflow": (
        "shifted = logits - Tensor(logits.data.max(axis=1, keepdims=True))",
        "shifted = logits",
    ),
    "walks the graph by recursion": (
        """    order: list[Tensor] = []
    seen: set[int] = set()
    stack = [(root, False)]
    while stack:
        node, inputs_done = stack.pop()
        if inputs_done:
            order.append(node)
        elif id(node) not in seen and node.requires_grad:
            seen.add(id(node))
            stack.append((node, True))
            stack.extend((one, False) for one in node._inputs)
    return order""",
        """    order: list[Tensor] = []
    seen: set[int] = set()

    def visit(node: Tensor) -> None:
        if id(node) not in seen and node.requires_grad:
            seen.add(id(node))
            for one in node._inputs:
                visit(one)
            order.append(node)

    visit(root)
    return order""",
    ),
    "damps the gradient by 1 - momentum": (
        "self.momentum * self.b[i] + g if",
        "self.momentum * self.b[i] + (1 - self.momentum) * g if",
    ),
    "forgets Adam's bias correction": (
        "m_hat = m / (1 - b1**t)\n        v_hat = v / (1 - b2**t)",
        "m_hat, v_hat = m, v",
    ),
    "adds eps under the root": ("(np.sqrt(v_hat) + self.eps)", "np.sqrt(v_hat + self.eps)"),
    "puts AdamW's decay into the gradient": (
        "return self.adapted(i, p * (1 - self.lr * self.weight_decay), g)",
        "return self.adapted(i, p, g + self.weight_decay * p)",
    ),
    "lets float64 in": ("self.m.get(i, np.zeros_like(p))", "self.m.get(i, np.zeros(p.shape))"),
}
