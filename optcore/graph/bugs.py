"""Bugs to plant in the backward pass of a graph: each one slip in one line, at one node.

A planted bug is a `Backprop` with one method of its own, so that `graph.run(..., backprop=bug)`
and an objective with it have just that error. Adding one is one class and its name in the tuple.
"""

from dataclasses import dataclass

import numpy as np

from optcore.graph.operations import Elementwise
from optcore.graph.passes import Adjoints, Tape
from optcore.graph.planting import GraphBug, pulled
from optcore.graph.structure import Edge, Node


class FanOutOverwritten(GraphBug):
    name = "Overwritten, not added"
    kind = "add"
    right = "grad += given"
    wrong = "grad = given"
    lesson = "Of all that arrives at a node only what came last is left: the first use's share."
    needs = "a node that is used twice"

    def fits(self, tape, node):
        return tape.varying[node.place] and len(tape.graph.users[node.place]) > 1

    def gather(self, tape, place, found, given):
        return given if place == self.place else super().gather(tape, place, found, given)


class OperandsSwapped(GraphBug):
    name = "Operands swapped in Multiply"
    right = "grad_a = g * b,  grad_b = g * a"
    wrong = "grad_a = g * a,  grad_b = g * b"
    lesson = "Each operand is multiplied with itself; where both are alike nobody sees it."
    needs = "a product of two nodes"

    def fits(self, tape, node):
        return node.kind == "mul" and node.operands[0] != node.operands[1]

    def slip(self, tape, edge, adjoint, right):
        return adjoint * tape.taken[edge.end][edge.position]


class SavedForgotten(GraphBug):
    name = "Saved tensors forgotten"
    right = "save(a, b) on the way forward"
    wrong = "nothing saved: the buffers are 0"
    lesson = "A product needs its operands again; what was not kept reads 0, and nothing passes."
    needs = "a product"

    def fits(self, tape, node):
        return node.kind in ("mul", "matmul")

    def slip(self, tape, edge, adjoint, right):
        return 0 * right


class TransposeForgotten(GraphBug):
    name = "W for Wᵀ"
    right = "grad_b = aᵀ g,  grad_a = g bᵀ"
    wrong = "grad_b = a g,  grad_a = g b"
    lesson = "Only a square matrix lets it through: any other shape would have raised an error."
    needs = "a product with a square matrix"

    def fits(self, tape, node):
        return node.kind == "matmul" and any(self._square(tape, edge) for edge in node.edges)

    @staticmethod
    def _square(tape: Tape, edge: Edge) -> bool:
        """Whether the operand that an edge is multiplied with is a square matrix."""
        shape = tape.taken[edge.end][1 - edge.position].shape[:-1]
        return len(shape) == 2 and shape[0] == shape[1] > 1

    def slip(self, tape, edge, adjoint, right):
        if not self._square(tape, edge):
            return right
        turned = list(tape.taken[edge.end])
        turned[1 - edge.position] = np.swapaxes(turned[1 - edge.position], 0, 1)
        return pulled(tape, edge, adjoint, turned)


class BroadcastNotSummed(GraphBug):
    name = "Sum over the broadcast forgotten"
    right = "grad_b = g.sum(over the copies)"
    wrong = "grad_b = g[0], the first copy's"
    lesson = "A bias that was added to every row hears from every row; here from the first alone."
    needs = "an operand that was broadcast"

    def fits(self, tape, node):
        return isinstance(node.operation, Elementwise) and any(
            tape.shapes[place] != tape.shapes[node.place] for place in node.operands
        )

    def unbroadcast(self, tape, edge, given):
        if edge.end != self.place:
            return super().unbroadcast(tape, edge, given)
        shape = tape.shapes[edge.start]
        for _ in range(given.ndim - 1 - len(shape)):
            given = given[0]
        for axis, side in enumerate(shape):
            given = given.take([0], axis) if side == 1 else given
        return given


@dataclass(frozen=True)
class WeightsUpdatedFirst(GraphBug):
    """`rate` is the learning rate of the step that was taken too early."""

    name = "Updated weights in the hidden delta"
    right = "grad_h = Wᵀ g,  then W −= rate · grad_W"
    wrong = "W −= rate · grad_W,  then grad_h = Wᵀ g"
    lesson = (
        "The weights moved before the layer below was served: right to first order in the rate."
    )
    needs = "a weight times a hidden node"

    rate: float = 0.5

    def fits(self, tape, node):
        return self._weight(tape, node) is not None

    @staticmethod
    def _weight(tape: Tape, node: Node) -> int | None:
        """The position of the operand that is an input, where the other one is worked out."""
        if node.kind not in ("mul", "matmul"):
            return None
        inputs = [tape.graph.nodes[place].kind == "input" for place in node.operands]
        return inputs.index(True) if sum(inputs) == 1 else None

    def slip(self, tape, edge, adjoint, right):
        node = tape.graph.nodes[edge.end]
        weight = self._weight(tape, node)
        if weight in (None, edge.position):
            return right
        own, moved = node.edges[weight], list(tape.taken[edge.end])
        step = self.rate * self.unbroadcast(tape, own, pulled(tape, own, adjoint, moved))
        moved[weight] = moved[weight] - step
        return pulled(tape, edge, adjoint, moved)


class NotCleared(GraphBug):
    name = "Backward twice, not cleared"
    kind = "clear"
    right = "grad = 0 before each pass"
    wrong = "grad of the last pass still there"
    lesson = "Two passes over the same values, added: every input's gradient is exactly doubled."
    needs = "nothing"

    def fits(self, tape, node):
        return node.place == 0

    def finish(self, tape, found):
        inputs = [node.kind == "input" for node in tape.graph.nodes]
        nodes = [own + own if mine and own is not None else own
                 for own, mine in zip(found.nodes, inputs, strict=True)]  # fmt: skip
        return Adjoints(nodes, found.edges)


class SlopeForgotten(GraphBug):
    name = "Local derivative forgotten"
    right = "grad_a = g * f'(a)"
    wrong = "grad_a = g"
    lesson = "The function is passed as if it were not there."
    needs = "a function of one node"

    def fits(self, tape, node):
        operation = node.operation
        one = isinstance(operation, Elementwise) and operation.arity == 1
        return one and node.kind not in ("neg", "copy")

    def slip(self, tape, edge, adjoint, right):
        return adjoint


class SlopeAtResult(GraphBug):
    name = "Slope taken at the wrong place"
    right = "grad_a = g * out (1 − out)"
    wrong = "grad_a = g * a (1 − a)"
    lesson = "The formula is in terms of what the node gives; here it was fed what the node takes."
    needs = "a sigmoid or a tanh (1 − out² and 1 − a²)"

    def fits(self, tape, node):
        return node.kind in ("sigmoid", "tanh")

    def slip(self, tape, edge, adjoint, right):
        taken = tape.taken[edge.end][0]
        sigmoid = tape.graph.nodes[edge.end].kind == "sigmoid"
        return adjoint * (taken * (1 - taken) if sigmoid else 1 - taken * taken)


class MinusForgotten(GraphBug):
    name = "Minus forgotten"
    right = "grad_b = −g"
    wrong = "grad_b = g"
    lesson = "What is subtracted pulls the other way: its gradient has the wrong sign."
    needs = "a difference or a minus"

    def fits(self, tape, node):
        return node.kind in ("sub", "neg") and tape.varying[node.operands[-1]]

    def slip(self, tape, edge, adjoint, right):
        return adjoint


class MeanNotDivided(GraphBug):
    name = "1/n of the mean forgotten"
    right = "grad_a = g / n for every entry"
    wrong = "grad_a = g for every entry"
    lesson = "A mean was sent back as a sum: n times too large."
    needs = "a mean of several entries"

    def fits(self, tape, node):
        return node.kind == "mean" and np.prod(tape.shapes[node.operands[0]]) > 1

    def slip(self, tape, edge, adjoint, right):
        return right * right[..., 0].size


class LoserPaid(GraphBug):
    name = "The smaller one is paid"
    right = "grad_a = g where a was taken, else 0"
    wrong = "grad_a = g where a was not taken, else 0"
    lesson = "A maximum hands its gradient to the winner; here the condition is turned round."
    needs = "a max or a min of two nodes"

    def fits(self, tape, node):
        return node.kind in ("max", "min")

    def slip(self, tape, edge, adjoint, right):
        return adjoint - right


GRAPH_BUGS: tuple[GraphBug, ...] = (
    FanOutOverwritten(),
    OperandsSwapped(),
    SavedForgotten(),
    TransposeForgotten(),
    BroadcastNotSummed(),
    WeightsUpdatedFirst(),
    NotCleared(),
    SlopeForgotten(),
    SlopeAtResult(),
    MinusForgotten(),
    MeanNotDivided(),
    LoserPaid(),
)
