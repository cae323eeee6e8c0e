"""Shapes of scalars, vectors and matrices, and the sentences of those that do not fit."""

from optcore.formula.tree import FormulaError

Shape = tuple[int, ...]
MAX_SIDE = 4


class GraphError(FormulaError):
    """A graph that cannot be worked out; `node` is the name of the node that is to blame."""

    def __init__(self, sentence: str, node: str = ""):
        super().__init__(sentence)
        self.node = node


class ShapeError(ValueError):
    """Two shapes that an operation cannot take; the message is the reason, without a subject."""


def shape_in_words(shape: Shape) -> str:
    """A shape in words: "a number", "3 numbers", "a 2 × 3 matrix"."""
    if not shape:
        return "a number"
    if len(shape) == 1:
        return f"{shape[0]} number{'s' * (shape[0] != 1)}"
    return f"a {shape[0]} × {shape[1]} matrix"


def broadcast(*shapes: Shape) -> Shape:
    """The shape that entry by entry gives, as NumPy broadcasts. Raises ShapeError."""
    longest = max(len(shape) for shape in shapes)
    padded = [(1,) * (longest - len(shape)) + shape for shape in shapes]
    sides = [{side for side in axis if side != 1} for axis in zip(*padded, strict=True)]
    if any(len(side) > 1 for side in sides):
        raise ShapeError("entry by entry, shapes must be the same, or 1 where they differ")
    return tuple(max(side, default=1) for side in sides)


def product_shape(left: Shape, right: Shape) -> Shape:
    """The shape of left @ right. Raises ShapeError."""
    if not left or not right:
        raise ShapeError("@ takes vectors and matrices: write * to multiply by a number")
    if left[-1] != right[0]:
        across = "columns" if len(left) == 2 else "numbers"
        down = "rows" if len(right) == 2 else "numbers"
        raise ShapeError(f"the {left[-1]} {across} on the left must be as many as the "
                         f"{right[0]} {down} on the right")  # fmt: skip
    return left[:-1] + right[1:]


def transposed_shape(shape: Shape) -> Shape:
    """The shape of a matrix whose rows became columns. Raises ShapeError."""
    if len(shape) != 2:
        raise ShapeError("only a matrix has rows and columns to swap: leave the ' out, for a @ b "
                         "of two vectors is the sum of their products as it is")  # fmt: skip
    return shape[::-1]
