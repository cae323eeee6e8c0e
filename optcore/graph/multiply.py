"""One node as a program: Multiply, and the slips with which it has been printed and written.

The lines that a page shows are the lines that run.
"""

import inspect
from dataclasses import dataclass
from typing import ClassVar

from optcore.graph.bugs import OperandsSwapped, SavedForgotten
from optcore.graph.planting import GraphBug


class Multiply:
    """z = x y. `forward` saves what `backward` needs: the two operands."""

    name = "As it should be"
    lesson = "Each operand's gradient is what arrives times the other operand."
    bug: ClassVar[type[GraphBug] | None] = None

    def forward(self, x, y):
        self.x = x
        self.y = y
        return x * y

    def backward(self, grad_z):
        grad_x = grad_z * self.y
        grad_y = grad_z * self.x
        return grad_x, grad_y


class NeverReceived(Multiply):
    """`forward` writes into something that is no argument of it."""

    name = "Saved into what it never received"
    lesson = "forward names self and was not given it: it ends before z is returned."

    @staticmethod
    def forward(x, y):
        self.x = x  # noqa: F821  # ty: ignore[unresolved-reference]
        self.y = y  # noqa: F821  # ty: ignore[unresolved-reference]
        return x * y


class NothingSaved(Multiply):
    """`forward` returns and keeps nothing."""

    name = "Nothing saved"
    lesson = "forward is right by itself; backward finds nothing of what it needs."
    bug = SavedForgotten

    def forward(self, x, y):
        return x * y


class Swapped(Multiply):
    """`backward` multiplies each operand's gradient with that operand."""

    name = "Operands swapped"
    lesson = "It runs, and only a gradient check tells: grad_x should have y in it."
    bug = OperandsSwapped

    def backward(self, grad_z):
        grad_x = grad_z * self.x
        grad_y = grad_z * self.y
        return grad_x, grad_y


class ReturnedInOrderOfUse(Multiply):
    """`backward` returns the gradients in the order of the saved operands' use."""

    name = "Returned the wrong way round"
    lesson = "Both gradients are right and each is handed to the other operand."
    bug = OperandsSwapped

    def backward(self, grad_z):
        grad_x = grad_z * self.y
        grad_y = grad_z * self.x
        return grad_y, grad_x


MULTIPLY_NODES: tuple[type[Multiply], ...] = (
    Multiply,
    NeverReceived,
    NothingSaved,
    Swapped,
    ReturnedInOrderOfUse,
)


@dataclass(frozen=True)
class NodeRun:
    """What a Multiply gave for x, y and the gradient of z; None for what it did not get to.

    `error` is Python's own message where it stopped, and `line` (from 0) the line of `source`.
    """

    z: float | None
    grad_x: float | None
    grad_y: float | None
    error: str = ""
    line: int | None = None


def run_node(kind: type[Multiply], x: float, y: float, grad_z: float) -> NodeRun:
    """Run a Multiply forward and back. What Python raises is a result."""
    z = None
    try:
        node = kind()
        z = node.forward(x, y)
        return NodeRun(z, *node.backward(grad_z))
    except (NameError, AttributeError) as error:
        # Every version is shown as a Multiply: its own name would give the slip away.
        said = f"{type(error).__name__}: {error}".replace(f"'{kind.__name__}'", "'Multiply'")
        return NodeRun(z, None, None, said, _line(kind, error))


def source(kind: type[Multiply]) -> tuple[str, ...]:
    """The lines of both methods as they run."""
    return tuple(line for method in (kind.forward, kind.backward) for line in _lines(method))


def _lines(method) -> list[str]:
    """A method's lines, without its indentation and notes to checkers."""
    return [line.split("  #")[0].removeprefix("    ") for line in _text(method)]


def _text(method) -> list[str]:
    return inspect.getsource(method).rstrip().splitlines()


def _line(kind: type[Multiply], error: Exception) -> int | None:
    """The line of `source` at which Python stopped."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return None
    at = 0
    for method in (kind.forward, kind.backward):
        if trace.tb_frame.f_code is method.__code__:
            return at + trace.tb_lineno - method.__code__.co_firstlineno
        at += len(_lines(method))
    return None
