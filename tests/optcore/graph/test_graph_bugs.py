"""Every planted bug computes the wrong thing it says, and the gradient check finds its line."""

import numpy as np
import pytest

from optcore.checks.detective import NoCaseError
from optcore.graph import EXAMPLES, GRAPH_BUGS, bugs, examples, parse
from optcore.graph.detective import lines_of, open_graph_case, places_for
from optcore.graph.planting import BackwardLine, Slips, everywhere
from optcore.graph.shifts import Shifts, find_bugs

W = np.array([[1.0, 2.0], [-3.0, 0.5]])
X, G = np.array([2.0, -1.0]), np.array([0.5, 3.0])
B, ROWS = np.array([0.1, -0.2]), np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 7.0]])
H = np.tanh(0.7)

# Bug -> text, inputs, the node it is planted at, and what the inputs' gradients become, by hand.
WRONG = {
    bugs.FanOutOverwritten: [
        ("u = a * b\nf = u * c + sin(u)", {"a": 2.0, "b": 0.3, "c": 5.0}, "u",
         {"a": 5 * 0.3, "b": 5 * 2.0, "c": 0.6}),
        ("a + a", {"a": 3.0}, "a", {"a": 1.0}),
    ],
    bugs.OperandsSwapped: [("f = 3 * (x * y)", {"x": 2.0, "y": -5.0}, "x * y",
                            {"x": 3 * 2.0, "y": 3 * -5.0})],
    bugs.SavedForgotten: [
        ("f = x * y + x", {"x": 2.0, "y": -5.0}, "x * y", {"x": 1.0, "y": 0.0}),
        ("L = sum(G * (W @ x))", {"G": G, "W": W, "x": X}, "W @ x",
         {"W": 0 * W, "x": 0 * X, "G": W @ X}),
    ],
    bugs.TransposeForgotten: [
        ("L = sum(G * (W @ x))", {"G": G, "W": W, "x": X}, "W @ x",
         {"x": W @ G, "W": np.outer(G, X)}),
        ("L = sum(G * (x @ W))", {"G": G, "W": W, "x": X}, "x @ W",
         {"x": G @ W, "W": np.outer(X, G)}),
    ],
    bugs.BroadcastNotSummed: [
        ("L = sum(R * (R + b))", {"R": ROWS, "b": B}, "R + b", {"b": ROWS[0]}),
        ("L = sum(R * (R + b))", {"R": ROWS, "b": 0.1}, "R + b", {"b": ROWS[0, 0]}),
        ("L = sum(R * (R + b))", {"R": ROWS, "b": [[0.1], [0.2], [0.3]]}, "R + b",
         {"b": ROWS[:, :1]}),
    ],
    bugs.WeightsUpdatedFirst: [
        ("h = tanh(v)\nL = 3 * (w * h)", {"v": 0.7, "w": 2.0}, "w * h",
         {"w": 3 * H, "v": 3 * (2.0 - 0.5 * 3 * H) * (1 - H**2)}),
        ("h = 2 * v\nL = sum(G * (W @ h))", {"G": G, "W": W, "v": X}, "W @ h",
         {"W": np.outer(G, 2 * X), "v": 2 * (W - 0.5 * np.outer(G, 2 * X)).T @ G}),
    ],
    bugs.NotCleared: [("f = x * x * y", {"x": 3.0, "y": 2.0}, "x", {"x": 24.0, "y": 18.0})],
    bugs.SlopeForgotten: [("f = 3 * exp(2 * x)", {"x": 0.4}, "exp(2 * x)", {"x": 6.0})],
    bugs.SlopeAtResult: [
        ("f = sigmoid(x)", {"x": 3.0}, "f", {"x": -6.0}),
        ("f = tanh(x)", {"x": 3.0}, "f", {"x": -8.0}),
    ],
    bugs.MinusForgotten: [
        ("f = 2 * (x - y)", {"x": 1.0, "y": 4.0}, "x - y", {"x": 2.0, "y": 2.0}),
        ("f = 2 * (-x)", {"x": 1.0}, "-x", {"x": 2.0}),
    ],
    bugs.MeanNotDivided: [("L = mean(x * x)", {"x": X}, "L", {"x": 2 * X})],
    bugs.LoserPaid: [
        ("f = 3 * max(x, y)", {"x": 1.0, "y": 4.0}, "max(x, y)", {"x": 3.0, "y": 0.0}),
        ("f = 3 * min(x, y)", {"x": 1.0, "y": 4.0}, "min(x, y)", {"x": 0.0, "y": 3.0}),
    ],
}  # fmt: skip
CASES = [(bug, *case) for bug, cases in WRONG.items() for case in cases]


# Bug -> a text and the nodes of it at which the slip can be made, and not at the others.
FITS = {
    bugs.FanOutOverwritten: ("c = sum([1, 2]); u = c * x; f = u * u + c", ["u"]),
    bugs.OperandsSwapped: ("u = x * y; f = u * u + x / y", ["u"]),
    bugs.SavedForgotten: ("u = W @ v; f = sum(u * u) / 2", ["u", "u * u"]),
    bugs.TransposeForgotten: ("a = W @ v; b = ONE @ one; f = sum(R @ v) + sum(v)", ["a"]),
    bugs.BroadcastNotSummed: ("u = R + v; s = R * R; f = sum(u) + sum(s) + sum(R @ v)", ["u"]),
    bugs.WeightsUpdatedFirst: ("h = x * y; u = w * h; f = u + h * h", ["u"]),
    bugs.NotCleared: ("f = x * y", ["x"]),
    bugs.SlopeForgotten: ("a = x; f = exp(-a) + max(x, 1) + mean(v)", ["exp(-a)"]),
    bugs.SlopeAtResult: ("a = sigmoid(x); b = tanh(y); f = sin(a) + b", ["a", "b"]),
    bugs.MinusForgotten: ("u = -x; s = 3 - u; f = s - 1", ["u", "s"]),
    bugs.MeanNotDivided: ("m = mean(v); n = mean(one); f = m + n + sum(R)", ["m"]),
    bugs.LoserPaid: ("a = max(x, y); b = min(x, 1); f = a + b + max(v)", ["a", "b"]),
}


def test_every_bug_of_the_shop_has_its_wrong_thing_written_down():
    assert set(WRONG) == set(FITS) == {type(bug) for bug in GRAPH_BUGS}


@pytest.mark.parametrize("kind", FITS, ids=lambda kind: kind.__name__)
def test_a_slip_can_be_made_where_it_says_and_nowhere_else(kind):
    text, names = FITS[kind]
    values = {"x": 0.7, "y": 0.3, "w": 2.0, "v": X, "W": W, "R": ROWS, "one": [4.0], "ONE": [[5.0]]}
    run = parse(text).run(values)
    assert [run.graph.nodes[place].name for place in kind().places(run.tape)] == names


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0].__name__}-{case[1][:12]}")
def test_a_planted_bug_computes_exactly_its_wrong_thing_and_is_found(case):
    kind, text, inputs, where, expected = case
    graph = parse(text)
    bug = kind(place=graph.places[where])
    assert bug.place in places_for(bug, graph, inputs)
    run = graph.run(inputs, backprop=bug)
    for name, gradient in expected.items():
        np.testing.assert_allclose(run.adjoint(name), gradient, rtol=1e-13, atol=1e-15)
    finding = find_bugs(graph, inputs, backprop=bug)
    assert finding.lines == (bug.line,)
    assert len(finding.sentences) == 1


def test_the_evidence_has_the_numbers_of_the_pass_and_of_the_difference():
    graph, inputs = parse("f = x * y"), {"x": 3.0, "y": -2.0}
    (told,) = find_bugs(graph, inputs, backprop=bugs.OperandsSwapped(place=2)).sentences
    assert told == (
        "What arrives at f is right, and yet it gives y -2 where a difference says 3: the "
        "backward line of f is wrong."
    )
    graph = parse("f = x * x + x")
    (told,) = find_bugs(graph, {"x": 3.0}, backprop=bugs.FanOutOverwritten(place=0)).sentences
    assert told == (
        "All that arrives at x is right, and yet its gradient is 3 where a difference says 7: the "
        "sum of what arrives at x is wrong."
    )
    (told,) = find_bugs(graph, {"x": 3.0}, backprop=bugs.NotCleared()).sentences
    assert told == (
        "Every edge is right, and yet the gradient of x is twice what it should be: an old one "
        "was still there."
    )


def test_evidence_has_no_minus_before_a_0():
    bug = bugs.SavedForgotten(place=2)
    (told,) = find_bugs(parse("f = x * y"), {"x": 3.0, "y": -2.0}, backprop=bug).sentences
    assert "it gives y 0 where a difference says 3" in told
    (told,) = find_bugs(parse("f = x * y"), {"x": -3.0, "y": -2.0}, backprop=bug).sentences
    assert "it gives y 0 where a difference says -3" in told


def test_twice_the_gradient_of_an_input_has_another_cause_where_a_sum_within_is_wrong():
    """u hears 2 and -1, and keeps the first use's 2: all before it is doubled."""
    graph = parse("u = sin(x)\nf = 2 * u - u")
    bug = bugs.FanOutOverwritten(place=graph.places["u"])
    finding = find_bugs(graph, {"x": 0.4}, backprop=bug)
    assert finding.lines == (BackwardLine("add", bug.place),)
    assert "the sum of what arrives at u is wrong" in finding.sentences[0]


def test_what_is_checked_is_the_graph_itself_with_something_added():
    graph, inputs = parse("u = 2 * x + 1\nf = u^3 - x"), {"x": np.array(0.5)}
    shifts, right = Shifts(graph, inputs, graph.places["f"]), graph.run(inputs)
    assert shifts.value(shifts.point) == right.value("f") == 7.5
    names = [shifts.name(place) for place in shifts.places]
    moved = shifts.value(shifts.point + (np.array(names) == "u"))
    assert moved == 3**3 - 0.5
    grad = dict(zip(names, shifts.grad(shifts.point), strict=True))
    assert (grad["u"], grad["x"], grad["u^3 → f, operand 1"]) == (12.0, 23.0, 1.0)


def test_the_evidence_on_an_array_is_the_entry_that_is_furthest_off():
    graph, inputs = parse("L = sum(G * (W @ x))"), {"G": G, "W": W, "x": X}
    bug = bugs.TransposeForgotten(place=graph.places["W @ x"])
    (told,) = find_bugs(graph, inputs, backprop=bug).sentences
    assert (W.T @ G).tolist() == [-8.5, 2.5]
    assert (W @ G).tolist() == [6.5, 0.0]
    assert "it gives x 6.5 where a difference says -8.5" in told
    # From the first row of W, against its first column: the second entries are further apart.
    (told,) = find_bugs(graph, inputs | {"G": np.array([1.0, 0.0])}, backprop=bug).sentences
    assert "it gives x -3 where a difference says 2" in told


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: each.name)
def test_a_bug_at_any_node_of_any_example_is_found_there_and_nothing_else_is(example):
    graph, inputs = example.graph, example.values
    assert find_bugs(graph, inputs).lines == ()
    planted = [bug.at(place) for bug in GRAPH_BUGS for place in places_for(bug, graph, inputs)]
    assert planted
    for bug in planted[:: max(1, len(planted) // 6)]:
        assert find_bugs(graph, inputs, backprop=bug).lines == (bug.line,), bug


def test_the_published_error_after_a_step_is_that_of_weights_updated_first():
    """The 2-2-2 example says that it steps with the weights it had, and prints what a program
    that moves the output's weights first finds: 0.291027924 (Mazur 2015)."""
    example = examples.WORKED
    graph = example.graph
    slips = everywhere(bugs.WeightsUpdatedFirst(rate=0.5), graph.run(example.values).tape)
    outer = {graph.places[f"w{i} * out_h{2 - i % 2}"] for i in (5, 6, 7, 8)}
    assert {bug.place for bug in slips.planted} == outer
    after = {}
    for backprop in (None, slips):
        objective = graph.objective(example.values, over=example.learned, backprop=backprop)
        after[backprop] = float(graph.forward(objective.stepped(0.5))["E"])
    assert f"{after[None]:.9f}" == "0.291027774"
    assert f"{after[slips]:.9f}" == "0.291027924"


@pytest.mark.parametrize("text", ["f = sqrt(x) + y", "f = x^1.5 + y", "f = relu(x) + y",
                                  "f = abs(x) + y", "f = max(x, 0) + y"])  # fmt: skip
def test_nothing_is_convicted_where_there_is_no_derivative(text):
    graph = parse(text)
    finding = find_bugs(graph, {"x": 0.0, "y": 2.0})
    assert finding.lines == ()
    assert ("x" in finding.unknown) == ("sqrt" in text or "^" in text)
    assert "y" not in finding.unknown


def test_a_bug_is_found_beside_what_cannot_be_checked():
    graph, inputs = parse("f = sqrt(x) + sin(y)"), {"x": 0.0, "y": 2.0}
    bug = bugs.SlopeForgotten(place=graph.places["sin(y)"])
    finding = find_bugs(graph, inputs, backprop=bug)
    assert finding.lines == (bug.line,)
    assert finding.unknown == ("x → sqrt(x), operand 1", "x")


def test_two_bugs_at_once_are_both_found_where_neither_hides_the_other():
    graph, inputs = parse("f = sin(x * y) - cos(u * v)"), {"x": 1.0, "y": 2.0, "u": 3.0, "v": 0.5}
    pair = [bugs.OperandsSwapped(place=graph.places["x * y"]),
            bugs.SlopeForgotten(place=graph.places["cos(u * v)"])]  # fmt: skip
    found = find_bugs(graph, inputs, backprop=Slips(pair))
    assert set(found.lines) == {bug.line for bug in pair}


def test_a_hidden_bug_is_the_same_for_the_same_seed_and_the_ruling_is_by_the_check():
    example = examples.TWO_LAYERS
    kinds = set()
    for seed in range(8):
        case = open_graph_case(example.graph, example.values, seed)
        again = open_graph_case(example.graph, example.values, seed)
        assert again.bug == case.bug
        kinds.add(type(case.bug))
        assert case.bug.line in case.lines
        assert case.rule(case.bug.line).right
        other = next(line for line in case.lines if line != case.bug.line)
        ruling = case.rule(other)
        assert not ruling.right
        assert ruling.sentences[0].startswith("Not ")
    assert len(kinds) > 2


def test_the_same_case_is_another_bug_under_other_names():
    """One that was told tells nothing of the next graph."""
    texts = "f = sin(a * b) - a", "f = sin(c * d) - c"
    first, second = (
        [type(open_graph_case(parse(text), dict.fromkeys(names, 0.7), seed).bug)
         for seed in range(8)]
        for text, names in zip(texts, ("ab", "cd"), strict=True)
    )  # fmt: skip
    assert first != second


def test_there_is_no_case_where_no_gradient_is_finite():
    with pytest.raises(NoCaseError, match="No bug could be seen"):
        open_graph_case(parse("f = log(x)"), {"x": -1.0}, 0)


def test_no_bug_is_hidden_where_a_gradient_is_infinite():
    graph, inputs = parse("f = sqrt(x) * y"), {"x": 0.0, "y": 2.0}
    assert graph.backward(inputs)["x"] == np.inf
    assert all(places_for(bug, graph, inputs) == () for bug in GRAPH_BUGS)


def test_a_bug_is_hidden_only_where_it_can_be_seen():
    """Of w h, whose h should hear w = 1 and hears 1 - rate: a thousandth of their sum is the
    least, which is a rate of 0.001998."""
    graph, inputs = parse("h = 2 * v\nf = w * h"), {"v": 0.5, "w": 1.0}
    for rate, places in ((0.00199, ()), (0.00201, (graph.places["f"],))):
        assert places_for(bugs.WeightsUpdatedFirst(rate=rate), graph, inputs) == places
    assert places_for(bugs.OperandsSwapped(), parse("x * y"), {"x": 0.0, "y": 0.0}) == ()


def test_old_gradients_may_be_left_though_the_first_node_is_not_on_the_way():
    graph, inputs = parse("u = a + 1\nv = x * x"), {"a": 1.0, "x": 2.0}
    assert places_for(bugs.NotCleared(), graph, inputs, "v") == (0,)
    assert open_graph_case(graph, inputs, 0, "u").of == "u"


def test_the_lines_of_a_pass_are_its_sums_and_its_steps_back():
    graph = parse("u = x * x\nf = u + sin(u)")
    names = [line.named(graph) for line in lines_of(graph)]
    assert names == [
        "the clearing of old gradients", "the backward line of f", "the backward line of sin(u)",
        "the sum of what arrives at u", "the backward line of u", "the sum of what arrives at x",
    ]  # fmt: skip
    assert BackwardLine("back", graph.places["f"]) in lines_of(graph)


def test_lines_are_those_of_nodes_that_vary_and_lead_to_the_output():
    graph = parse("u = sin(x)\nc = sum([1, 2])\nf = c * x * x")
    places = {graph.nodes[line.place].name for line in lines_of(graph) if line.kind != "clear"}
    assert places == {"f", "c * x", "x"}
    assert {
        graph.nodes[line.place].name for line in lines_of(graph, "u") if line.kind == "back"
    } == {"u"}
