"""The printed rule is the rule: its text runs as `update` does, and its LaTeX says the same."""

import ast
from dataclasses import replace

import numpy as np
import pytest
from latex_reader import lines_of, worked_out
from stepping import Terraces, look_at, run

from optcore.knobs import knobs
from optcore.optimizers import BFGS, OPTIMIZERS, ConjugateGradient, LineSearch, NelderMead
from optcore.optimizers.misprints import MISPRINTS
from optcore.optimizers.rule import latex, symbols
from optcore.surfaces import Himmelblau, Ravine, Rosenbrock, Surface
from optcore.surfaces.base import coordinates, vector

EVERY = (*OPTIMIZERS, *MISPRINTS)
every = pytest.mark.parametrize("optimizer", EVERY, ids=lambda o: o.name)
elementwise = pytest.mark.parametrize(
    "optimizer", [o for o in EVERY if o.elementwise], ids=lambda o: o.name
)


def off_default(optimizer):
    """Every hyperparameter moved, so that none can be mistaken for another or left out."""
    moved = {name: getattr(optimizer, name) * (0.97 - 0.03 * k)
             for k, name in enumerate(knobs(optimizer))}  # fmt: skip
    large = {
        "learning_rate": 1e-3,
        "epsilon": 0.2,
        "weight_decay": 0.3,
        "regularization": 0.2,
        "averaging_start": 3.0,
        "min_size": 0.004,
        "max_size": 0.03,
    }
    moved |= {name: value for name, value in large.items() if name in moved}
    return replace(optimizer, **moved)


class Needle(Surface):
    """So thin that a simplex has to shrink; beside it slopes whose signs turn and that vanish."""

    name, start = "Needle", (2.0, 1.0)

    def value(self, point):
        x, y = coordinates(point)
        return np.abs(x - y**2) ** 0.25 + 0.1 * np.abs(y - 0.3) ** 0.5

    def grad(self, point):
        x, y = coordinates(point)
        return vector(np.sign(x - 1.98) * np.maximum(x, 0.0) ** 2, 40 * np.minimum(y - 0.95, 0.0))


class Elementwise(ast.NodeTransformer):
    """Choices by a vector of conditions, coordinate by coordinate."""

    def visit_IfExp(self, node):
        self.generic_visit(node)
        call = ast.Call(ast.Name("where", ast.Load()), [node.test, node.body, node.orelse], [])
        return ast.copy_location(call, node)


def names_before(optimizer, look, memory, after) -> dict:
    """All that a rule may read."""
    f = look.objective.value

    def ordered(*simplex):
        simplex = simplex[0]
        return simplex[np.argsort(f(simplex), kind="stable")]

    return {
        **{name: getattr(optimizer, name) for name in knobs(optimizer)},
        **memory,
        "t": np.asarray(memory.get("count", 0.0)) + 1,
        "grad": look.grad, "point": look.point, "value": look.value,
        "hessian": look.hessian if "hessian" in optimizer.uses else None,
        "identity": np.eye(len(look.point)),
        "f": f, "gradient": look.objective.grad,
        # A search has no formula: what it found must satisfy the relations below its line.
        "search": lambda direction: after["rate"],
        "sqrt": np.sqrt, "sign": np.sign, "abs": np.abs, "max": np.maximum, "min": np.minimum,
        "where": np.where, "dot": np.dot, "outer": np.outer, "transpose": np.transpose,
        "inverse": np.linalg.inv, "mean_of": lambda points: points.mean(axis=0),
        "eigenvalues": lambda matrix: np.diag(np.linalg.eigh(matrix)[0]),
        "eigenvectors": lambda matrix: np.linalg.eigh(matrix)[1],
        "ordered": ordered, "joined": lambda points, point: np.vstack([points, point]),
    }  # fmt: skip


def compiled(optimizer) -> list[tuple]:
    """The lines of a rule, each with the name it sets, or None for a relation, and its code."""
    program = []
    for line in optimizer.rule:
        statement = Elementwise().visit(ast.parse(line)).body[0]
        expression = ast.fix_missing_locations(ast.Expression(statement.value))
        sets = statement.targets[0].id if isinstance(statement, ast.Assign) else None
        program.append((line, sets, compile(expression, line, "eval")))
    return program


def carried_out(program: list[tuple], names: dict) -> dict:
    """The names that a rule sets, line by line; its relations hold."""
    found = {}
    with np.errstate(all="ignore"):
        for line, sets, code in program:
            result = eval(code, {"__builtins__": {}}, names | found)
            if sets:
                found[sets] = result
            else:
                assert np.all(result), f"{line} does not hold"
    return found


def moments(optimizer, surface, steps, start=None):
    """A look, the memory before, the step and the memory after, of each step of a short run."""
    points, memories = run(optimizer, surface, surface.start if start is None else start, steps)
    for point, before in zip(points[:-1], memories[:-1], strict=True):
        look = look_at(surface, point, optimizer, before)
        yield look, before, *optimizer.update(look, before)


@every
@pytest.mark.parametrize("surface", [Rosenbrock(), Ravine(), Needle()], ids=lambda s: s.name)
def test_the_text_of_a_rule_runs_as_the_update_does(optimizer, surface):
    optimizer, searches = off_default(optimizer), "rate = search(direction)" in optimizer.rule
    if surface.name == "Needle" and (searches or "hessian" in optimizer.uses):
        surface = Himmelblau()
    program = compiled(optimizer)
    for look, before, step, after in moments(optimizer, surface, 9 if searches else 60):
        names = names_before(optimizer, look, before, after)
        found = carried_out(program, names)
        np.testing.assert_allclose(found["step"], step, rtol=1e-9, atol=1e-13)
        assert set(after) - set(found) <= {"count"}, "memory that the rule does not set"
        for name in set(after) & set(found):
            theirs = np.broadcast_to(found[name], np.shape(after[name]))
            np.testing.assert_allclose(theirs, after[name], rtol=1e-9, atol=1e-13, err_msg=name)
        if "count" in after:
            assert after["count"] == names["t"]


@pytest.mark.parametrize("start", [(3, 1), (-2.5, 4), (7, -5.25), (0.5, 9), (11, -6), (-3, -3)])
def test_the_rule_of_a_simplex_decides_ties_as_the_update_does(start):
    optimizer = replace(NelderMead(), size=2.0)
    program = compiled(optimizer)
    for look, before, _, after in moments(optimizer, Terraces(), 16, np.array(start, float)):
        found = carried_out(program, names_before(optimizer, look, before, after))
        np.testing.assert_array_equal(found["simplex"], after["simplex"])


@pytest.mark.parametrize("optimizer", [LineSearch(), ConjugateGradient(), BFGS()])
def test_the_conditions_of_a_search_hold_where_those_of_wolfe_do(optimizer):
    """At any rate, not only at the one that was found: a looser bound would hold there, too."""
    optimizer, surface = replace(optimizer, sufficient_decrease=0.3), Rosenbrock()
    point, direction = np.array([-1.2, 1.0]), np.array([0.9, 0.5])
    first, second = (line for line in optimizer.rule if "<=" in line)
    look = look_at(surface, point)
    slope, met = look.grad @ direction, set()
    for rate in np.geomspace(1e-4, 3.0, 60):
        names = {**names_before(optimizer, look, {}, {}), "rate": rate, "direction": direction}
        end = point + rate * direction
        falls = surface.value(end) <= look.value + 0.3 * rate * slope
        flattens = abs(surface.grad(end) @ direction) <= -optimizer.curvature * slope
        assert (eval(first, names), eval(second, names)) == (falls, flattens)
        met.add((bool(falls), bool(flattens)))
    assert len(met) >= 3


@elementwise
def test_the_printed_formula_says_what_the_update_does(optimizer):
    """From the LaTeX of the page alone, read by one who knows nothing of what printed it."""
    optimizer, surface = off_default(optimizer), Needle()
    written = symbols(optimizer)
    page = latex(optimizer.rule, lambda name, after: written[f"{name}+" if after else name])
    printed = lines_of(page)
    for look, before, step, after in moments(optimizer, surface, 40):
        names = names_before(optimizer, look, before, after)
        values = {written[name]: number for name, number in names.items() if name in written}
        for left, right in printed:
            values[left] = worked_out(right, values, surface.grad)
        expected = {written[f"{name}+"]: number for name, number in after.items()
                    if f"{name}+" in written}  # fmt: skip
        for left, number in {r"\Delta\theta_t": step, **expected}.items():
            ours = np.broadcast_to(values[left], np.shape(number))
            np.testing.assert_allclose(ours, number, rtol=1e-9, atol=1e-13, err_msg=left)


@every
def test_no_two_names_of_a_rule_share_a_symbol(optimizer):
    written = symbols(optimizer)
    used = {node.id for line in optimizer.rule for node in ast.walk(ast.parse(line))
            if isinstance(node, ast.Name) and node.id in written}  # fmt: skip
    before = [written[name] for name in used]
    assert len(set(before)) == len(before)


@every
def test_every_hyperparameter_is_in_the_rule_or_decides_only_the_first_memory(optimizer):
    text = " ".join(optimizer.rule)
    unused = {name for name in knobs(optimizer) if name not in text}
    assert unused <= {"learning_rate", "size"}
    for name in unused:
        moved = replace(optimizer, **{name: 0.5 * getattr(optimizer, name)})
        point = np.array([0.3, 0.4])
        first, second = optimizer.init(point), moved.init(point)
        assert any((first[key] != second[key]).any() for key in first)


@pytest.mark.parametrize(
    ("line", "printed"),
    [
        ("y = (a + b) * c - (a - b)", r"y &= \left(a + b\right)\, c - \left(a - b\right)"),
        ("y = -a * (b / c)", r"y &= -a\, \frac{b}{c}"),
        ("y = a - (-b)", r"y &= a - \left(-b\right)"),
        ("y = a * (-b)", r"y &= a\, \left(-b\right)"),
        ("y = (-a * b) ** 2", r"y &= \left(-a\, b\right)^{2}"),
        ("y = a ** b ** 2", r"y &= a^{b^{2}}"),
        ("y = (a ** b) ** 2", r"y &= \left(a^{b}\right)^{2}"),
        ("y = 2 * 3 * a", r"y &= 2 \cdot 3\, a"),
        ("y = 1e-10 * a", r"y &= 10^{-10}\, a"),
        ("y = dot(a + b, c - a)", r"y &= \left(a + b\right)^\top\, \left(c - a\right)"),
        ("y = outer(a, b) / c", r"y &= \frac{a\, b^\top}{c}"),
        ("y = -inverse(a) @ transpose(b)", r"y &= -a^{-1}\, b^\top"),
        ("f(a) <= b", r"f\left(a\right) &\le b"),
        ("y = (a > b) * c", r"y &= \left(a \gt b\right)\, c"),
        ("y = a[0] + a[-1] - mean_of(a[:-1])",
         r"y &= a_{1} + a_{n+1} - \operatorname{mean}\left(a_{1 \ldots n}\right)"),
        ("y = a if a > b or c <= 2 else b",
         r"y &= \begin{cases}a & a \gt b \;\text{or}\; c \le 2 \\ b & \text{else}\end{cases}"),
    ],
)  # fmt: skip
def test_brackets_stand_where_they_are_needed(line, printed):
    body = latex([line], lambda name, after: name)
    assert body == rf"\begin{{aligned}}{printed}\end{{aligned}}"


def test_a_symbol_with_a_mark_of_its_own_is_braced():
    def write(name, after):
        return r"g^{\mathrm{prev}}_{t-1}"

    assert r"{g^{\mathrm{prev}}_{t-1}}^{2}" in latex(["y = a**2"], write)
    assert r"{g^{\mathrm{prev}}_{t-1}}^\top" in latex(["y = dot(a, a)"], write)
    assert r"{g^{\mathrm{prev}}_{t-1}}_{1}" in latex(["y = a[0]"], write)


@pytest.mark.parametrize("line", ["y = a // b", "y = other(a)", "y = a and b", "for a in b: c"])
def test_what_is_no_rule_is_refused(line):
    with pytest.raises(ValueError, match="rule"):
        latex([line], lambda name, after: name)
