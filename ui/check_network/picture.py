"""A check in small: the relative errors of all components, block by block, logarithmic."""

import numpy as np

from ui.address import Address
from ui.check_network import choices, detective, own_formula, work
from ui.check_network.charts import VERDICT_LOOKS
from ui.check_network.parameters import DETECT, FORMULAS, OWN, Window
from ui.palette import HUES
from ui.thumbnail import Stroke

EVEN = 1e-17


def picture(state: Address):
    if state["mode"] == OWN:
        return _typed(state)
    chosen = choices.chosen(state)
    detecting = state["mode"] == DETECT
    setup = (detective.set_up(state, chosen) if detecting
             else choices.set_up(state, chosen, state["bugs"]))  # fmt: skip
    check = work.done(setup.plan).check
    size = np.abs(check.analytic) + np.abs(check.settled) + EVEN
    errors = np.log10(check.absolute_error / size + EVEN)
    places = np.arange(len(errors))
    return [
        Stroke(
            # Nobody is told by the map where a hidden bug is.
            HUES[0] if detecting else VERDICT_LOOKS[block.verdict]["colour"],
            np.column_stack([places[block.part], -np.sort(-errors[block.part])]),
        )
        for block in check.blocks
    ], None


def _typed(state: Address):
    """The partial by x as typed and as it is, along a line through the middle."""
    texts = [state.understood(name, own_formula.READERS[name])[1] for name in FORMULAS]
    own = own_formula.own_of(*texts, state.tune("window", Window()).reach)
    found = own.over_window()
    middle = len(found.y) // 2
    return [
        Stroke(HUES[at], np.column_stack([found.x, rows[0, middle]]))
        for at, rows in enumerate((found.right, found.typed))
    ], None
