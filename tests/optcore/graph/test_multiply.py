"""The Multiply node: what each version gives, and that the lines shown are those that run."""

import pytest

from optcore.graph import multiply as versions
from optcore.graph import parse
from optcore.graph.multiply import MULTIPLY_NODES, run_node, source


def test_the_right_one_gives_the_other_operand_times_what_arrives():
    run = run_node(versions.Multiply, 3.0, -2.0, 5.0)
    assert (run.z, run.grad_x, run.grad_y, run.error) == (-6.0, -10.0, 15.0, "")


def test_saving_into_what_was_never_received_ends_before_anything_is_returned():
    run = run_node(versions.NeverReceived, 3.0, -2.0, 5.0)
    assert run.z is run.grad_x is run.grad_y is None
    assert run.error == "NameError: name 'self' is not defined"
    assert run.line is not None
    assert source(versions.NeverReceived)[run.line] == "    self.x = x"


def test_nothing_saved_is_noticed_on_the_way_back():
    run = run_node(versions.NothingSaved, 3.0, -2.0, 5.0)
    assert run.z == -6.0
    assert run.grad_x is None
    assert run.error == "AttributeError: 'Multiply' object has no attribute 'y'"
    assert run.line is not None
    assert source(versions.NothingSaved)[run.line] == "    grad_x = grad_z * self.y"


@pytest.mark.parametrize("kind", [versions.Swapped, versions.ReturnedInOrderOfUse])
def test_swapped_ones_run_and_are_wrong_as_the_planted_bug_is(kind):
    run = run_node(kind, 3.0, -2.0, 5.0)
    assert (run.z, run.grad_x, run.grad_y) == (-6.0, 15.0, -10.0)
    assert run.error == ""
    graph = parse("z = x * y\nf = 5 * z")
    bug = kind.bug(place=graph.places["z"])
    planted = graph.run({"x": 3.0, "y": -2.0}, backprop=bug)
    assert (planted.adjoint("x"), planted.adjoint("y")) == (run.grad_x, run.grad_y)


@pytest.mark.parametrize("kind", MULTIPLY_NODES)
def test_the_lines_shown_are_two_methods_without_notes_to_checkers(kind):
    lines = source(kind)
    defined = [line for line in lines if line.startswith("def ")]
    assert len(defined) == 2
    # Each returns z at the end of forward, be it that it does not get there.
    assert lines[lines.index(defined[1]) - 1] == "    return x * y"
    assert defined[1] == "def backward(self, grad_z):"
    assert not any("#" in line for line in lines)
    assert lines[-1].startswith("    return")


@pytest.mark.parametrize("kind", MULTIPLY_NODES)
def test_who_types_the_lines_into_a_class_sees_the_same(kind):
    body = "\n".join(f"    {line}" for line in source(kind))
    scope: dict = {}
    exec(f"class Multiply:\n{body}", scope)
    run, error = run_node(kind, 3.0, -2.0, 5.0), ""
    try:
        node = scope["Multiply"]()
        assert node.forward(3.0, -2.0) == run.z
        assert node.backward(5.0) == (run.grad_x, run.grad_y)
    except (NameError, AttributeError) as stop:
        error = f"{type(stop).__name__}: {stop}"
    assert error == run.error
