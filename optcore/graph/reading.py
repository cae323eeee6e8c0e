"""From the text of statements to a graph, or one sentence saying why not."""

from functools import lru_cache

from optcore.formula import text as formula
from optcore.formula.tree import CONSTANTS, FormulaError, fold
from optcore.formula.tree import Node as Tree
from optcore.graph.graph import Graph
from optcore.graph.operations import CONSTANT, INPUT, OPERATIONS, Operation
from optcore.graph.shapes import GraphError
from optcore.graph.structure import Node

MAX_TEXT = 40_000
MAX_STATEMENT = 400
MAX_NODES = 2000

BY_NAME = {operation.name: operation for operation in OPERATIONS}
GRAMMAR = formula.Grammar(unary=(*formula.UNARY, "sum", "mean", "transpose"), arrays=True,
                          longest=MAX_STATEMENT)  # fmt: skip
# A function of several values that is given one takes the entries of an array.
OF_ONE = {"max": "amax", "min": "amin"}


@lru_cache(maxsize=32)
def parse(text: str) -> Graph:
    """The graph of statements `name = expression`, one a line or with ; between them.

    The last may do without a name. Names that are used and not defined are the inputs. Raises
    FormulaError, whose message is one sentence for the person who typed the text.
    """
    if not isinstance(text, str):
        raise GraphError("A graph is read from text, such as (x + y) * z.")
    if len(text) > MAX_TEXT:
        raise GraphError(
            f"The text has {len(text):,} characters and at most {MAX_TEXT:,} are read: shorten it."
        )
    statements = [each.strip() for each in text.replace("\t", " ").replace(";", "\n").splitlines()]
    builder = _Builder(text)
    for statement in filter(None, statements):
        builder.add(statement)
    return builder.graph()


class _Builder:
    """Nodes so far, and which of them a name means."""

    def __init__(self, text: str):
        self.text = text
        self.nodes: list[Node] = []
        self.meant: dict[str, int] = {}
        self.taken: dict[str, int] = {}

    def add(self, statement: str):
        """One statement: its nodes, the last of which has its name."""
        name, expression = self._split(statement)
        tree = fold(formula.parse(expression, (), GRAMMAR))
        if name is None:
            self._place(tree)
            return
        if tree.operation == "variable":
            tree = Tree("copy", (tree,))
        place = self._place(tree, name)
        self._check_new(name)  # Once more: its own statement may have used it.
        self.meant[name] = place

    def graph(self) -> Graph:
        """Raises GraphError where nothing is worked out."""
        if all(node.kind in ("input", "constant") for node in self.nodes):
            raise GraphError("Nothing is worked out: type an expression, such as (x + y) * z.")
        return Graph(self.text, tuple(self.nodes))

    def _split(self, statement: str) -> tuple[str | None, str]:
        *names, expression = statement.split("=")
        if not names:
            return None, expression
        name = names[0].strip()
        if len(names) > 1:
            raise GraphError(f'The statement for "{name}" has more than one =: split it in two.')
        self._check_name(name)
        return name, expression

    def _check_name(self, name: str):
        if not name.isidentifier() or not name.isascii():
            shown = formula.quoted(name)
            raise GraphError(
                f"{shown} cannot be a name: use letters, digits and _, a letter first."
            )
        formula.check_name(name)
        if name in (*CONSTANTS, *GRAMMAR.functions):
            raise GraphError(f'The name "{name}" means something already: take another.', name)
        self._check_new(name)

    def _check_new(self, name: str):
        if name in self.meant:
            node = self.nodes[self.meant[name]]
            done = "used before it is defined" if node.kind == "input" else "defined twice"
            advice = "define it first" if node.kind == "input" else "give one another name"
            raise GraphError(f'The name "{name}" is {done}: {advice}.', name)

    def _place(self, tree: Tree, name: str | None = None) -> int:
        """The place of the node that a tree becomes, all it takes before it."""
        if tree.operation == "variable":
            return self._input(str(tree.value))
        if tree.constant or tree.operation == "array":
            return self._append(CONSTANT, (), name, tree)
        operation = tree.operation
        if len(tree.operands) == 1:
            operation = OF_ONE.get(operation, operation)
        operands = tuple(self._place(operand) for operand in tree.operands)
        return self._append(BY_NAME[operation], operands, name, tree)

    def _input(self, name: str) -> int:
        if name not in self.meant:
            self.meant[name] = self._append(INPUT, (), name, Tree("variable"))
        return self.meant[name]

    def _append(self, operation: Operation, operands, name: str | None, tree: Tree) -> int:
        if len(self.nodes) >= MAX_NODES:
            raise GraphError(f"The graph has more than {MAX_NODES:,} nodes: shorten the text.")
        place = len(self.nodes)
        value = tree.value if operation is CONSTANT else None
        own = name or self._unique(tree)
        self.nodes.append(Node(place, operation, operands, own, name is not None, value))
        return place

    def _unique(self, tree: Tree) -> str:
        """The piece of text a node was read from, numbered where it is written again."""
        part = f"{tree.value:.6g}" if tree.constant else tree.part.strip('"')
        count = self.taken[part] = self.taken.get(part, 0) + 1
        return part if count == 1 else f"{part} ({count})"


__all__ = ["FormulaError", "parse"]
