"""Two trainings in small: their losses over the steps."""

from optcore.training.record import TrainingRecord, train
from ui import work
from ui.address import Address
from ui.cache import CACHE
from ui.thumbnail import strokes
from ui.training import charts, choices
from ui.training.work import KIND, MEMORY, kept


def picture(state: Address):
    plans, _ = choices.set_up(state, choices.chosen(state))
    sides = choices.sides([_trained(plan) for plan in plans])
    return strokes(charts.losses(sides, charts.clock_steps(sides)))


def _trained(plan) -> TrainingRecord:
    """The training itself, which the lesson then finds done."""
    if (record := kept(plan)) is None:
        with CACHE.room(MEMORY):
            record = train(plan)
        work.keep(KIND, plan, record)
    return record
