"""Detective mode: what is hidden can be found, each answer is judged, and a second try costs."""

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest

from optcore.checks import detective
from optcore.checks.bugs import PLANTED_BUGS
from optcore.checks.bugs.blocks import PenaltyForgotten
from optcore.checks.bugs.deltas import SignFlipped, SlopeForgotten
from optcore.checks.detective import Case, NoCaseError, apart, open_case, visible
from optcore.checks.diagnosis import WRONG, diagnose
from optcore.checks.grad_check import check_grad
from optcore.checks.inquiry import LINE, SLIP, WORTH, follow, sentences
from optcore.checks.levels import LEVELS
from optcore.checks.plan import CheckPlan
from optcore.derivatives.differences import CENTRAL
from optcore.networks.activations import Identity, ReLU, Sigmoid, Tanh
from optcore.networks.backprop_lines import BackpropLine
from optcore.networks.initializers import Normal, XavierNormal
from optcore.networks.losses import SigmoidCrossEntropy, SquaredError
from optcore.networks.network import FitLoss, Network

EPS = np.finfo(float).eps
SAMPLES = 12
RNG = np.random.default_rng(3)
INPUTS = RNG.standard_normal((SAMPLES, 4))
TARGETS = (RNG.random((SAMPLES, 5)) > 0.5) * 1.0
ONE, TWO, *COVERED = LEVELS


def build(hidden, loss, output, fields=None, **switches):
    network = Network((4, 5, 5, 5, 5), hidden, output, **switches)
    return FitLoss(network, loss, INPUTS, TARGETS, **(fields or {}))


FITS = {
    "tanh with L2": build(Tanh(), SquaredError(), Sigmoid(), {"weight_decay": 0.02}),
    "layer norm, dropout": build(
        Tanh(), SigmoidCrossEntropy(), Sigmoid(), {"dropout": 0.3, "dropout_seed": 1}, norm="layer"
    ),
    "residual": build(Tanh(), SigmoidCrossEntropy(), Identity(), residual=True),
    "relu": build(ReLU(), SigmoidCrossEntropy(), Sigmoid()),
    "sigmoid without biases": build(Sigmoid(), SquaredError(), Identity(), bias=False),
}
SLOPE_FORGOTTEN = FITS["tanh with L2"], SlopeForgotten(2)


def theta_of(fit):
    noise = np.random.default_rng(5).standard_normal(fit.network.parameters)
    return fit.network.initial(XavierNormal(), 2) + 0.1 * noise


def case_of(fit, *bugs):
    return Case(dataclasses.replace(fit, backprop=bugs[0]), bugs)


def checked(case):
    return check_grad(case.fit, theta_of(case.fit))


# ------------------------------------------------------------------ what is hidden


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("fit", FITS.values(), ids=FITS)
def test_a_hidden_bug_can_be_found_by_its_pattern(fit, seed):
    case = open_case(fit, theta_of(fit), seed)
    (bug,) = case.bugs
    check = checked(case)
    assert diagnose(check, case.fit)[0].line == case.line(bug)
    for line in case.lines:
        if line != case.line(bug):
            assert case.against(line, check).startswith(f"Not {line.name}")


def test_cases_are_reproducible_and_varied():
    fit = FITS["tanh with L2"]
    cases = [open_case(fit, theta_of(fit), seed).bugs for seed in range(12)]
    assert cases == [open_case(fit, theta_of(fit), seed).bugs for seed in range(12)]
    assert len({bug.name for (bug,) in cases}) > 4


@pytest.mark.parametrize("fit", FITS.values(), ids=FITS)
def test_a_flipped_sign_is_seen_though_it_changes_no_size(fit):
    assert visible(fit, theta_of(fit), SignFlipped(4))


def test_a_change_of_a_small_share_is_not_seen_however_exact_the_difference():
    """The penalty's gradient is 1e-6 W: far above rounding, and far below what a line is judged
    by."""
    for decay, seen in ((1e-6, False), (1e-2, True)):
        fit = build(Tanh(), SquaredError(), Sigmoid(), {"weight_decay": decay})
        assert visible(fit, theta_of(fit), PenaltyForgotten()) == seen


def seen(before, after, value, **blocks):
    """Whether a slip that turns one gradient into the other is visible where the loss is so."""

    @dataclasses.dataclass
    class Told:
        backprop: object = None
        network = None
        blocks = {}

        def value(self, theta):
            return value

        def grad(self, theta):
            return np.array(after if self.backprop else before, dtype=float)

    Told.blocks = blocks or {"W1": slice(0, len(before))}
    slip = SimpleNamespace(corrupts=lambda network: tuple(Told.blocks))
    return visible(Told(), np.zeros(1), slip)


@pytest.mark.parametrize("value", [2.0, -0.125])
@pytest.mark.parametrize("size", [1, 16])
def test_a_change_is_seen_that_is_ten_times_what_rounding_makes_of_each_difference(value, size):
    """Three eps |f| over h = eps^(1/3), so thirty in all, and for so many components its root."""
    least = 30 * EPS ** (2 / 3) * abs(value) * size**0.5
    for away, is_seen in ((0.99, False), (1.01, True)):
        after = np.zeros(size)
        after[0] = away * least
        assert seen(after / 2, -after / 2, value) == is_seen


def test_what_is_just_the_rounding_is_not_seen_and_hides_nothing(monkeypatch):
    """3 eps |f| is 3 here, and over h, and of four components, 6."""
    monkeypatch.setattr(detective, "ABOVE_FLOOR", CENTRAL.typical_h())
    blocks = {"W1": slice(0, 4), "b1": slice(4, 5)}
    assert seen([3.0, 0, 0, 0, 9], [-3, 0, 0, 0, -9], 2.0**52, **blocks)
    assert not seen([7.0, 0, 0, 0, 9], [1, 0, 0, 0, -9], 2.0**52, **blocks)


def test_a_change_by_a_ten_thousandth_is_not_seen_and_by_more_it_is():
    for after, is_seen in ((5000.5, False), (np.nextafter(5000.5, 5001), True)):
        assert seen([4999.5], [after], 1.0) == is_seen


def test_a_block_that_is_0_with_and_without_the_slip_is_passed_over():
    blocks = {"W1": slice(0, 1), "b1": slice(1, 2)}
    for value in (0.0, 1.0):
        assert seen([1.0, 0.0], [2.0, 0.0], value, **blocks)
        assert not seen([1.0, 3.0], [2.0, 3.0], value, **blocks)
        assert not seen([0.0, 0.0], [0.0, 0.0], value, **blocks)


def test_no_case_where_nothing_can_be_seen():
    network = Network((4, *[5] * 19, 5), Sigmoid(), Identity())
    theta = network.initial(Normal(), 0)
    answer = FitLoss(network, SquaredError(), INPUTS, TARGETS).predict(theta, INPUTS)
    with pytest.raises(NoCaseError, match="Take fewer layers"):
        open_case(FitLoss(network, SquaredError(), INPUTS, answer), theta, 1)


@pytest.mark.parametrize("seed", range(6))
def test_two_bugs_each_leave_a_mark_of_their_own(seed):
    plan = CheckPlan()
    case = TWO.open(plan, seed)
    one, other = (set(bug.corrupts(plan.network)) for bug in case.bugs)
    assert one - other
    assert other - one
    assert apart(case.bugs, plan.network)
    assert not apart(case.bugs[:1] * 2, plan.network)
    check = check_grad(case.fit, plan.start())
    assert set(check.names(*WRONG)) == one | other
    assert {each.line for each in diagnose(check, case.fit)} >= {case.line(b) for b in case.bugs}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("level", COVERED, ids=lambda level: level.name)
def test_a_covered_bug_is_seen_elsewhere_and_not_where_a_person_begins(level, seed):
    plan = CheckPlan()
    case = level.open(plan, seed)
    at = level.covered(dataclasses.replace(plan, bugs=case.bugs))
    point = at.start().astype(at.dtype)
    blind = check_grad(at.fit(), point, at.rule, at.step.h, again=at.again)
    assert not blind.names(*WRONG)
    seeing = check_grad(case.fit, plan.start())
    assert diagnose(seeing, case.fit)[0].line == case.line(case.bugs[0])
    other = next(line for line in case.lines if line != case.line(case.bugs[0]))
    assert "nobody could tell" in case.against(other, blind)


def test_without_a_second_look_a_bug_below_the_floor_is_not_convicted():
    fit, bug = SLOPE_FORGOTTEN
    buggy, theta = dataclasses.replace(fit, backprop=bug), theta_of(fit).astype(np.float32)
    once = check_grad(buggy, theta, h=1e-6, again=False)
    assert not once.names(*WRONG)
    assert all(block.second is None for block in once.blocks)
    assert check_grad(buggy, theta, h=1e-6).names(*WRONG)


# ------------------------------------------------------------------ answers


@pytest.mark.parametrize("fit", FITS.values(), ids=FITS)
def test_every_line_offers_slips_whose_gradients_differ(fit):
    """Else the right answer would be a matter of luck."""
    case = case_of(fit, SignFlipped(4))
    for line in case.lines:
        slips = [slip for slip in case.slips(line) if visible(fit, theta_of(fit), slip)]
        gradients = [dataclasses.replace(fit, backprop=slip).grad(theta_of(fit)) for slip in slips]
        for at, one in enumerate(gradients):
            assert all(np.max(np.abs(one - other)) > 1e-6 for other in gradients[:at]), line.name


def test_the_first_try_is_worth_most_and_the_second_half():
    fit, bug = SLOPE_FORGOTTEN
    case = case_of(fit, bug)
    assert follow(case, ["delta 2", "Slope forgotten"]).points == 2 * WORTH[0] == 4
    assert follow(case, ["dW1", "delta 2", "Slope forgotten"]).points == WORTH[1] + WORTH[0]
    late = follow(case, ["dW1", "delta 2", "tanh' = 1 - a", "Slope forgotten"])
    assert (late.points, late.most, late.asks) == (2 * WORTH[1], 4, "")
    told = follow(case, ["dW1", "db1", "tanh' = 1 - a", "Slope taken at a"])
    assert (told.points, told.asks) == (0, "")
    assert [reply.revealed for reply in told.replies] == [None, bug, None, bug]


def test_a_question_goes_on_from_the_line_to_the_slip_and_offers_no_answer_twice():
    fit, bug = SLOPE_FORGOTTEN
    asked = follow(case_of(fit, bug), [])
    assert asked.asks == LINE
    assert "delta 2" in asked.options
    assert not asked.replies
    asked.answer("dW1")
    assert asked.asks == LINE
    assert "dW1" not in asked.options
    asked.answer("no such line")
    asked.answer("dW1")
    assert len(asked.replies) == 1
    asked.answer("delta 2")
    assert asked.asks == SLIP
    assert set(asked.options) <= {each.name for each in PLANTED_BUGS if each.kind == "delta"}
    asked.answer("Slope forgotten")
    assert asked.options == ()
    assert asked.asks == ""
    asked.answer("dW1")
    assert len(asked.replies) == 3


def test_two_bugs_are_asked_for_in_the_order_in_which_they_are_found():
    case = TWO.open(CheckPlan(), 3)
    first, second = case.bugs
    asked = follow(case, [case.line(second).name, second.name])
    assert asked.hidden == [first]
    assert asked.asks == LINE
    assert asked.most == 8
    assert case.line(second).name not in asked.options
    asked = follow(case, [case.line(second).name, second.name, case.line(first).name, first.name])
    assert (asked.points, asked.asks) == (8, "")


def test_a_wrong_line_is_answered_with_the_evidence():
    case = case_of(SLOPE_FORGOTTEN[0], SLOPE_FORGOTTEN[1])
    check, asked = checked(case), follow(case, ["dW2", "delta 3"])
    first, second = (sentences(case, reply, check) for reply in asked.replies)
    assert "W1, b1, b2 went wrong too" in first[0]
    assert len(first) == 1
    assert "W3, b3 came out right" in second[0]
    assert second[1] == "It is delta 2."
    assert "Slope forgotten" not in " ".join(first + second)


def test_a_wrong_slip_is_answered_by_how_far_off_it_is_when_replayed():
    fit, bug = SLOPE_FORGOTTEN
    case = case_of(fit, bug)
    check, asked = checked(case), follow(case, ["delta 2", "tanh' = 1 - a", "Slope forgotten"])
    line, wrong, right = (sentences(case, reply, check) for reply in asked.replies)
    assert line == (
        "Right: delta 2. A wrong delta corrupts layer 2 and everything towards the input.",
    )
    assert wrong[0].startswith("Not “tanh' = 1 - a”: replayed in delta 2, it gives")
    assert right[0] == "Right: “Slope forgotten”."
    assert any("this very gradient" in each for each in right)


def test_a_replayed_slip_keeps_the_other_bug():
    """With two bugs, how far a slip is off is measured with the other one in place."""
    case = TWO.open(CheckPlan(), 3)
    check = check_grad(case.fit, CheckPlan().start())
    for bug in case.bugs:
        assert "differs from this one by 0 in" in case.unlike(bug, check)


def test_the_pattern_alone_may_allow_another_line():
    """Without biases a wrong delta 1 reaches W1 alone, as a wrong dW1 does."""
    case = case_of(FITS["sigmoid without biases"], SlopeForgotten(1))
    told = case.against(BackpropLine("weight grad", 1), checked(case))
    assert "the pattern alone would allow it" in told
