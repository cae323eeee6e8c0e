"""The type every planted bug is, and how to plant several at once."""

import dataclasses
from dataclasses import dataclass
from typing import ClassVar

from optcore.networks.backprop import Backprop
from optcore.networks.backprop_lines import BackpropLine


@dataclass(frozen=True)
class PlantedBug(Backprop):
    """A backward pass with one slip, in the line of `kind` of layer `layer` (from 1).

    `right` and `wrong` are the line in LaTeX as it should be and as it is; `needs` says what
    a network must have for the slip to matter.
    """

    name: ClassVar[str]
    kind: ClassVar[str]
    right: ClassVar[str]
    wrong: ClassVar[str]
    lesson: ClassVar[str]
    needs: ClassVar[str] = ""

    layer: int = 1

    def matters(self, fit) -> bool:
        """Whether the network has what the slip needs."""
        return True

    def places(self, fit) -> tuple[int, ...]:
        """The layers (from 1) whose line can have this slip, empty where it cannot matter."""
        depth = fit.network.depth
        if not self.matters(fit):
            return ()
        if self.kind == "penalty":
            return (0,)
        if self.kind == "output delta":
            return (depth,)
        last = depth - 1 if self.kind == "delta" else depth
        return tuple(layer for layer in range(1, last + 1) if self.fits_layer(fit, layer))

    def fits_layer(self, fit, layer) -> bool:
        return True

    def at(self, layer: int) -> "PlantedBug":
        """The same bug in another layer."""
        return dataclasses.replace(self, layer=layer)

    def line(self, network) -> BackpropLine:
        """The line of the backward pass that has the slip."""
        fixed = {"penalty": 0, "output delta": network.depth}
        return BackpropLine(self.kind, fixed.get(self.kind, self.layer))

    def corrupts(self, network) -> tuple[str, ...]:
        """The blocks this bug makes wrong."""
        return self.line(network).blocks(network)

    @property
    def planted(self) -> tuple["PlantedBug", ...]:
        return (self,)

    def hits(self, bug: type, layer: int) -> bool:
        """Whether `bug` is planted in the layer with this index (from 0)."""
        return any(type(one) is bug and one.layer == layer + 1 for one in self.planted)


def plant(*bugs: PlantedBug) -> Backprop:
    """A backward pass with all these slips at once."""
    if len(bugs) < 2:
        return bugs[0] if bugs else Backprop()
    kinds = tuple(dict.fromkeys(type(bug) for bug in bugs))
    return type("Slips", kinds, {"planted": bugs, "name": " and ".join(b.name for b in bugs)})()
