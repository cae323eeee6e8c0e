"""The picture of every element: each in its place, coloured by its own error."""

from dataclasses import replace

import numpy as np

from optcore.checks.bugs.blocks import LastElementSkipped, WeightGradDoubled
from optcore.checks.grad_check import component_name
from optcore.checks.plan import CheckPlan, LossTerms, StepSize
from optcore.checks.record import examined
from ui.check_network.own_charts import DEEPEST
from ui.check_network.pattern_chart import element_errors, elements

PLAN = CheckPlan(terms=LossTerms(weight_decay=0.0))


def heats(figure):
    return [trace for trace in figure["data"] if trace["type"] == "heatmap"]


def test_each_block_has_a_place_of_its_own_and_a_row_for_each_unit():
    found = examined(PLAN)
    drawn = heats(elements(found))
    assert [heat["z"].shape for heat in drawn] == [
        (5, 2), (5, 1), (5, 5), (5, 1), (5, 5), (5, 1), (1, 5), (1, 1)
    ]  # fmt: skip
    places = np.concatenate([heat["x"] for heat in drawn])
    assert np.all(np.diff(places) > 0.99)
    assert [heat["showscale"] for heat in drawn] == [False] * 7 + [True]
    assert all(np.all(heat["z"] == DEEPEST) for heat in drawn)


def test_a_factor_is_one_colour_and_a_skipped_element_one_square():
    doubled = heats(elements(examined(replace(PLAN, bugs=(WeightGradDoubled(2),)))))
    np.testing.assert_allclose(doubled[2]["z"], np.log10(1 / 3), atol=1e-6)
    assert all(np.all(heat["z"] == DEEPEST) for at, heat in enumerate(doubled) if at != 2)
    skipped = heats(elements(examined(replace(PLAN, bugs=(LastElementSkipped(2),)))))[2]["z"]
    assert skipped[-1, -1] == 0.0
    assert np.sum(skipped > DEEPEST) == 1


def test_who_points_at_a_square_reads_its_name_and_its_ratio():
    found = examined(replace(PLAN, bugs=(WeightGradDoubled(2),)))
    names = [component_name(found.fit, at) for at in range(found.check.point.size)]
    figure = elements(found, names)
    told = [trace["meta"]["sentences"] for trace in figure["data"] if trace["type"] == "scatter"]
    assert told[2][0].startswith("W2[0, 0]\n")
    assert told[2][0].endswith("\nratio 2")
    assert [len(each) for each in told] == [heat["z"].size for heat in heats(figure)]


def test_what_the_floor_could_hide_is_left_blank():
    plan = replace(PLAN, dtype="float32", step=StepSize(1e-5), again=False)
    errors = element_errors(examined(plan).check)
    assert np.any(np.isnan(errors))
    assert not np.any(errors > 1e-4)
