"""A typed formula is the function it says, exactly differentiated."""

import random
import sys
import time

import mpmath
import numpy as np
import pytest

from optcore import surfaces
from optcore.descent.languages import NAMES_IN_SCOPE, lines, spelled
from optcore.descent.recording import Recorder
from optcore.formula.surface import FormulaError, formula_function, formula_surface

STEP = 1e-30
POINTS = np.random.default_rng(11).uniform(-2, 2, size=(60, 2))

# The same functions written by hand are an independent oracle for values and derivatives.
SAME = [
    ("(1 - x)^2 + 100*(y - x^2)^2", surfaces.Rosenbrock()),
    ("(x^2+y-11)^2 + (x+y^2-7)^2", surfaces.Himmelblau()),
    ("(1.5-x+x*y)^2 + (2.25-x+x*y**2)^2 + (2.625-x+x*y**3)^2", surfaces.Beale()),
    (
        "(1+(x+y+1)^2*(19-14*x+3*x^2-14*y+6*x*y+3*y^2))"
        "*(30+(2*x-3*y)^2*(18-32*x+12*x^2+48*y-36*x*y+27*y^2))",
        surfaces.GoldsteinPrice(),
    ),
    ("20-20*exp(-0.2*sqrt((x^2+y^2)/2))-exp((cos(2*pi*x)+cos(2*pi*y))/2)+e", surfaces.Ackley()),
    ("-cos(x)*cos(y)*e^(-(x-pi)^2-(y-pi)^2)", surfaces.Easom()),
    ("sin(x+y)+(x-y)^2-1.5*x+2.5*y+1", surfaces.McCormick()),
    ("softplus(-x) + y^2/2", surfaces.NoMinimum()),
    ("abs(x) + 3*abs(y)", surfaces.Diamond()),
    ("max(x, -x) - 3*min(y, -y)", surfaces.Diamond()),
    ("relu(x)+relu(-x)+3*(relu(y)+relu(-y))", surfaces.Diamond()),
    ("-2*x/(1+x^2)+y^2/2", surfaces.WrongSideOfTheHill()),
    ("(1-x*y)^2", surfaces.TwoLayerLinear()),
    ("((sigmoid(y-x)-0.1)^2+(sigmoid(x+y)-0.9)^2)/4", surfaces.SigmoidSquaredError()),
    ("x^3 - 3*x*y^2", surfaces.MonkeySaddle()),
]

ANALYTIC = [
    "x",
    "x + y",
    "+x - -y",
    "x*y",
    "x/y",
    "2^x * 3^-y",
    "(1+x^2)^y",
    "(x^2+y^2)^0.3",
    "(3+x)^(2+y)",
    "tan(x/3)*tanh(40*y)",
    "sinh(x)*cosh(y)",
    "log(3+x)*sqrt(3+y)",
    "sigmoid(30*x)*softplus(-20*y)",
    "1/(1+exp(-x*y))",
    "sin(sin(sin(sin(x*y))))",
    "(0.1*x/3+1.7)^100",
    "x^0 + y^-3",
    "1e-3*x^2 + 2.5E+2*y",
    "x+x+x+x-x-x-x-x+y",
    "log(3+x)*log(5+y)",
    "log(3+x) + log(5+x)",
    "1e20*x^2 + 9e99*x",
]


def complex_step(function, points):
    columns = [function(points + 1j * STEP * axis).imag / STEP for axis in np.eye(2)]
    return np.stack(columns, axis=-1)


@pytest.mark.parametrize(("text", "surface"), SAME, ids=lambda item: str(item)[:30])
def test_a_formula_is_the_surface_written_by_hand(text, surface):
    formula = formula_surface(text)
    np.testing.assert_allclose(formula.value(POINTS), surface.value(POINTS), rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(formula.grad(POINTS), surface.grad(POINTS), rtol=1e-9, atol=1e-11)
    hessian = surface.hessian(POINTS)
    np.testing.assert_allclose(formula.hessian(POINTS), hessian, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("text", ANALYTIC)
def test_derivatives_are_exact(text):
    surface = formula_surface(text)
    grad, hessian = complex_step(surface.value, POINTS), complex_step(surface.grad, POINTS)
    np.testing.assert_allclose(surface.grad(POINTS), grad, rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(surface.hessian(POINTS), hessian, rtol=1e-11, atol=1e-12)
    assert surface.smooth


@pytest.mark.parametrize("shape", [(2,), (5, 2), (3, 4, 2)])
@pytest.mark.parametrize("text", ["x + y", "x^2 + exp(y)", "3*x", "relu(y)"])
def test_leading_axes_are_a_batch(text, shape):
    surface = formula_surface(text)
    points = np.linspace(-1, 1, int(np.prod(shape))).reshape(shape)
    assert np.shape(surface.value(points)) == shape[:-1]
    assert surface.grad(points).shape == shape
    assert surface.hessian(points).shape == (*shape, 2)
    for at in np.ndindex(shape[:-1]):
        np.testing.assert_allclose(surface.value(points)[at], surface.value(points[at]), rtol=1e-15)
        np.testing.assert_array_equal(surface.grad(points)[at], surface.grad(points[at]))


def test_precedence_is_that_of_written_mathematics():
    def at_2_3(text):
        return float(formula_surface(text).value(np.array([2.0, 3.0])))

    assert at_2_3("-x^2") == -4
    assert at_2_3("2^x^y") == 256
    assert at_2_3("x - y - 1") == -2
    assert at_2_3("x / y / 2") == pytest.approx(1 / 3)
    assert at_2_3("x^2 + y^2") == 13
    assert at_2_3("x**-1") == 0.5
    assert at_2_3("x^1") == 2
    assert at_2_3("min(x, y, 1) + max(x, y, 1)") == 4
    assert at_2_3("e^x - exp(x) + pi - pi") == 0


def test_outside_the_domain_the_value_is_nan():
    points = np.array([[-1.0, 1.0], [4.0, 1.0]])
    for text in ("log(x)", "sqrt(x)", "x^0.5", "x^1.5 + y", "sqrt(x)^2"):
        surface = formula_surface(text)
        value = surface.value(points)
        assert np.isnan(value[0])
        assert np.isfinite(value[1])
        assert not np.iscomplexobj(surface.grad(points))
    assert formula_surface("1/x").value(np.array([0.0, 1.0])) == np.inf
    assert formula_surface("exp(x)").value(np.array([1e4, 1.0])) == np.inf


def test_derivatives_at_kinks_follow_the_frameworks():
    at_0 = np.zeros(2)
    for text in ("abs(x)", "relu(x)", "relu(-x) + abs(y)"):
        np.testing.assert_array_equal(formula_surface(text).grad(at_0), [0, 0])
        np.testing.assert_array_equal(formula_surface(text).hessian(at_0), np.zeros((2, 2)))
        assert not formula_surface(text).smooth
    # torch.maximum and torch.minimum split the gradient evenly between equal arguments.
    np.testing.assert_array_equal(formula_surface("max(x, 3*y)").grad(at_0), [0.5, 1.5])
    np.testing.assert_array_equal(formula_surface("min(x, 3*y)").grad(at_0), [0.5, 1.5])
    for text, slope in (("abs(x)", 0), ("relu(x)", 0), ("max(x, 3*x)", 2), ("min(x, 3*x)", 2)):
        assert formula_function(text).derivative_n(0.0, 1) == slope


def test_saturated_functions_keep_their_digits():
    tail = formula_surface("sigmoid(x) + 0*y")
    point = np.array([-50.0, 0.0])
    assert tail.value(point) == pytest.approx(np.exp(-50), rel=1e-12, abs=0)
    np.testing.assert_allclose(tail.grad(point), [np.exp(-50), 0], rtol=1e-12)
    flat = formula_surface("tanh(x)").grad(point)[0]
    assert flat == pytest.approx(4 * np.exp(-100), rel=1e-12, abs=0)
    assert formula_surface("softplus(x)").value(np.array([800.0, 0.0])) == 800


def test_the_start_is_a_usable_point_of_the_window():
    surface = formula_surface("log(x - 2) + sqrt(y)")
    assert np.isfinite(surface.value(np.array(surface.start)))
    assert np.any(surface.grad(np.array(surface.start)) != 0)
    assert formula_surface("x^2 + y^2", start=(1.0, 2.0)).start == (1.0, 2.0)
    # A quarter of the window from its upper left corner.
    assert formula_surface("x^2 + y^2").start == (-1.5, 1.5)
    assert formula_surface("x^2 + y^2", ((0.0, 8.0), (-4.0, 0.0))).start == (2.0, -1.0)
    # Beyond the flat part, where every slope is 0, both are 1.
    x, y = formula_surface("max(x + y, 3)").start
    assert x + y >= 3
    # From (24, 18) one step of 4 to the right and five of 1 up: squares over the window's sides.
    oblong = ((0.0, 96.0), (0.0, 24.0))
    assert formula_surface("log(x + 4*y - 116.5)", oblong).start == (28.0, 23.0)
    with pytest.raises(FormulaError, match="no real, finite value in the window"):
        formula_surface("log(-1 - x^2)")


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("x^2 + y^2", "x^{2} + y^{2}"),
        ("-(x - y)/2", r"\frac{-\left(x - y\right)}{2}"),
        ("x*2^y", r"x \cdot 2^{y}"),
        ("x - (y - 1)", r"x - \left(y - 1\right)"),
        ("(x + 1)*(2*3)", r"\left(x + 1\right) \, \left(2 \cdot 3\right)"),
        ("(x^2)^y", r"\left(x^{2}\right)^{y}"),
        ("2^x^y", "2^{x^{y}}"),
        ("exp(-x)*sqrt(y)", r"e^{-x} \, \sqrt{y}"),
        ("abs(x) + relu(pi*y)", r"\left|x\right| + \operatorname{relu}\left(\pi \, y\right)"),
        ("max(x, 1e-7)", r"\max\left(x, 1 \cdot 10^{-7}\right)"),
        ("-x*y*2", r"-x \, y \cdot 2"),
        ("(-x)^2", r"\left(-x\right)^{2}"),
    ],
)
def test_latex_shows_what_was_typed(text, latex):
    assert formula_surface(text).latex == latex


def test_a_formula_can_be_recorded_and_replayed():
    point = np.array([0.3, -0.7])
    for text in ("x + y", "relu(x)*abs(y) + max(x, y)", "sigmoid(x)^2/softplus(y) + 2^x"):
        surface, recorder = formula_surface(text), Recorder()
        recorded = recorder.inputs("p", (2,))
        value, grad = surface.value(recorded), surface.grad(recorded)
        names = recorder.names(value) + recorder.names(grad)
        scope = {**NAMES_IN_SCOPE, "p0": point[0], "p1": point[1]}
        exec("\n".join(lines(recorder.take())), scope)
        replayed = [float(eval(spelled(name), scope)) for name in names]
        expected = [surface.value(point), *surface.grad(point)]
        np.testing.assert_allclose(replayed, expected, rtol=1e-14)


ONE_VARIABLE = [
    ("exp(x)/(2 + sin(x)^3)", lambda x: mpmath.e**x / (2 + mpmath.sin(x) ** 3)),
    ("x^4.5", lambda x: x ** mpmath.mpf(4.5)),
    ("x^x", lambda x: x**x),
    ("2^x", lambda x: mpmath.mpf(2) ** x),
    ("log(x)*sqrt(x)", lambda x: mpmath.log(x) * mpmath.sqrt(x)),
    ("tan(x) - tanh(x)", lambda x: mpmath.tan(x) - mpmath.tanh(x)),
    ("sinh(x)/cosh(2*x)", lambda x: mpmath.sinh(x) / mpmath.cosh(2 * x)),
    ("sigmoid(2*x)", lambda x: 1 / (1 + mpmath.e ** (-2 * x))),
    ("softplus(-3*x)", lambda x: mpmath.log(1 + mpmath.e ** (-3 * x))),
    ("x*abs(x) + relu(x - 2)", lambda x: x * x),
    ("max(x^3, -1) + min(x, x^5, 9)", lambda x: x**3 + x**5),
    ("max(x, x^2)*min(x^3, x)", lambda x: x**4),
    ("1/x^2 - x^0", lambda x: x**-2 - 1),
]  # fmt: skip


@pytest.mark.parametrize(("text", "function"), ONE_VARIABLE, ids=[text for text, _ in ONE_VARIABLE])
def test_derivatives_of_every_order(text, function):
    formula = formula_function(text)
    with mpmath.workdps(60):
        exact = [float(mpmath.diff(function, mpmath.mpf(0.75), n)) for n in range(10)]
    scale = np.maximum.accumulate(np.abs(exact))
    x = np.array([0.75, 0.75])
    assert formula.value(x) == pytest.approx(exact[0], rel=1e-14)
    assert formula.derivative(x) == pytest.approx(exact[1], rel=1e-12, abs=1e-14)
    for n in range(10):
        assert formula.derivative_n(x, n) == pytest.approx(exact[n], rel=1e-9, abs=1e-12 * scale[n])


def test_a_function_keeps_float32_and_takes_complex_x():
    formula = formula_function("sigmoid(x)*log(x)^3 + 2*x")
    assert formula.value(np.float32(1.5)).dtype == np.float32
    assert formula.derivative(np.full(3, 1.5, dtype=np.float32)).dtype == np.float32
    step = formula.value(np.array(1.5 + 1j * STEP)).imag / STEP
    assert step == pytest.approx(float(formula.derivative(1.5)), rel=1e-13)


def test_kinks_are_found():
    assert formula_function("x^2").kinks == ()
    assert formula_function("abs(x^2 + 1)").analytic
    assert formula_function("abs(x^2 - 2)").kinks == pytest.approx((-np.sqrt(2), np.sqrt(2)))
    assert formula_function("relu(x)").kinks == (0.0,)
    assert formula_function("max(x, 1) + min(x, -3)").kinks == pytest.approx((-3, 1))


SMOOTH_OR_NOT = (
    "sin",
    "cos",
    "tan",
    "exp",
    "log",
    "sqrt",
    "abs",
    "tanh",
    "sigmoid",
    "relu",
    "softplus",
)


def random_formula(random_, depth):
    kind = random_.random()
    if depth == 0 or kind < 0.1:
        return random_.choice(("x", "y", "x", "y", "2", "0.5", "pi"))
    inner = [random_formula(random_, depth - 1) for _ in range(2)]
    if kind < 0.4:
        name = random_.choice(SMOOTH_OR_NOT)
        return f"{name}({inner[0]})"
    if kind < 0.5:
        return f"{random_.choice(('min', 'max'))}({inner[0]}, {inner[1]})"
    if kind < 0.6:
        return f"({inner[0]})^{random_.choice(('2', '3', '0.5', '-1', 'y', '(x)'))}"
    return f"({inner[0]} {random_.choice('+-*/')} {inner[1]})"


def test_random_formulas_are_differentiated_quickly_and_rightly():
    random_ = random.Random(3)
    compared, slowest = 0, 0.0
    for _ in range(80):
        text = random_formula(random_, random_.randint(2, 5))
        began = time.process_time()
        try:
            surface = formula_surface(text)
        except FormulaError:
            continue
        slowest = max(slowest, time.process_time() - began)
        grad, exact = surface.grad(POINTS), complex_step_quietly(surface.value, POINTS)
        moderate = np.all(np.abs(exact) < 1e6, axis=1) & np.all(np.isfinite(grad), axis=1)
        moderate &= np.isfinite(surface.value(POINTS))
        np.testing.assert_allclose(grad[moderate], exact[moderate], rtol=1e-6, atol=1e-6)
        compared += moderate.sum()
    assert compared > 1600
    assert slowest < 1.0


def complex_step_quietly(function, points):
    with np.errstate(all="ignore"):
        return complex_step(function, points)


def test_a_repeated_text_costs_nothing():
    text = SAME[3][0]
    first = formula_surface(text)
    began = time.process_time()
    again = formula_surface(text)
    assert time.process_time() - began < 0.01
    assert again == first
    assert hash(again) == hash(first)


WATCHED = []


def watch(event, arguments):
    if WATCHED and event in ("exec", "compile", "import", "open", "os.system"):
        WATCHED.append((event, arguments))


def test_the_text_is_parsed_and_never_run():
    formula_surface("x + y^2")
    sys.addaudithook(watch)
    text = "sin(x)*max(x, y)^2 - 0.25*exp(-y)"
    WATCHED.append("on")
    try:
        formula_surface(text).hessian(POINTS)
        seen = WATCHED[1:]
    finally:
        WATCHED.clear()
    assert [event for event, _ in seen] == ["compile"]
    assert seen[0][1][0] == text.replace("^", "**").encode()


@pytest.mark.parametrize(
    ("text", "kinks"),
    [("relu(relu(x))", (0,)), ("abs(x - x) + x", ()), ("max(2, x^0)*x", ()), ("relu(x^0) + x", ()),
     ("min(x, x^0)", (1,)), ("relu(log(x))", (1,)), ("max(0, relu(x) - 1)", (0, 1)),
     ("abs(x - 0.005)", (0.005,)), ("abs(x)*abs(x - 1)", (0, 1))],
)  # fmt: skip
def test_a_kink_is_where_a_side_changes_and_not_where_it_is_zero(text, kinks):
    assert formula_function(text).kinks == pytest.approx(kinks, abs=1e-12)
