"""The lines of backpropagation, and which blocks of the gradient each of them reaches."""

from dataclasses import dataclass


@dataclass(frozen=True)
class BackpropLine:
    """One line of the backward pass. `kind` is "output delta", "delta", "weight grad",
    "bias grad" or "penalty"; `layer` counts from 1, and is 0 for the penalty, one line for all.
    """

    kind: str
    layer: int = 0

    @property
    def name(self) -> str:
        return {
            "output delta": f"delta {self.layer} (output)",
            "delta": f"delta {self.layer}",
            "weight grad": f"dW{self.layer}",
            "bias grad": f"db{self.layer}",
            "penalty": "L2 term",
        }[self.kind]

    @property
    def latex(self) -> str:
        """The line as it should be, for a network without skips and normalisation."""
        here, above, below = self.layer, self.layer + 1, self.layer - 1
        return {
            "output delta": rf"\delta^{{{here}}} = \tfrac1m\, "
            rf"\partial \ell / \partial z^{{{here}}}",
            "delta": rf"\delta^{{{here}}} = (W^{{{above}}})^\top \delta^{{{above}}} "
            rf"\odot \varphi'(z^{{{here}}})",
            "weight grad": rf"dW^{{{here}}} = \delta^{{{here}}} (a^{{{below}}})^\top",
            "bias grad": rf"db^{{{here}}} = \textstyle\sum_i \delta^{{{here}}}_i",
            "penalty": r"dW^{l} \leftarrow dW^{l} + \lambda W^{l}",
        }[self.kind]

    def blocks(self, network) -> tuple[str, ...]:
        """The blocks that go wrong with this line: a delta takes everything below with it."""
        return tuple(name for name in network.blocks if self._spoils(name[0], int(name[1:])))

    def _spoils(self, letter, layer) -> bool:
        if self.kind == "penalty":
            return letter == "W"
        if "delta" in self.kind:
            return layer <= self.layer
        return layer == self.layer and letter == ("W" if self.kind == "weight grad" else "b")

    @property
    def reach(self) -> str:
        """Which blocks, in words."""
        return {
            "output delta": "a wrong output delta corrupts every block",
            "delta": f"a wrong delta corrupts layer {self.layer} and everything towards the input",
            "weight grad": f"a wrong dW{self.layer} corrupts W{self.layer} alone",
            "bias grad": f"a wrong db{self.layer} corrupts b{self.layer} alone",
            "penalty": "a wrong L2 term corrupts the W and leaves the b alone",
        }[self.kind]


def lines_of(network, *, weight_decay: bool = True) -> tuple[BackpropLine, ...]:
    """Every line of the backward pass of a network, output first, as it runs."""
    depth = network.depth
    found = []
    for layer in range(depth, 0, -1):
        found.append(BackpropLine("output delta" if layer == depth else "delta", layer))
        found.append(BackpropLine("weight grad", layer))
        if network.bias:
            found.append(BackpropLine("bias grad", layer))
    return (*found, BackpropLine("penalty")) if weight_decay else tuple(found)
