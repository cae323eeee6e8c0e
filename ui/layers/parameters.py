"""What the address of the page Gradient flow may say."""

from optcore.flow.fixes import FIXES
from optcore.flow.plan import FlowSetting
from optcore.knobs import knobs
from optcore.networks.activations import ACTIVATIONS, ReLU, Sigmoid
from optcore.networks.architectures import ARCHITECTURES
from optcore.networks.initializers import INITIALIZERS, HeNormal
from optcore.networks.losses import LOSSES, SoftmaxCrossEntropy
from ui.layers.charts import GRADIENTS
from ui.layers.signal_charts import SIGNALS
from ui.layers.unit_charts import JACOBIANS, UNITS
from ui.lessons import lesson_row
from ui.parameters import (
    Parameter,
    choice,
    choices,
    chosen,
    number,
    sliders,
    sliders_of_each,
    step,
    switch,
)

VIEWS = {
    "Gradients": tuple(GRADIENTS),
    "Signals": tuple(SIGNALS),
    "Units": tuple(UNITS),
    "Jacobian": JACOBIANS,
}
# What is drawn with the gradients besides them.
LINES = ("Theory", "Bound", "30 seeds", "Number formats")


def _shown(view: str):
    return choice(f"{view.lower()}.show", VIEWS[view], when=chosen("view", view))


PARAMETERS = (
    lesson_row("layers"),
    choices("activations", ACTIVATIONS, (Sigmoid(), ReLU())),
    choice("init", INITIALIZERS, HeNormal()),
    choice("architecture", ARCHITECTURES),
    choice("loss", LOSSES, SoftmaxCrossEntropy()),
    switch("bias", True),
    choices("lines", LINES, LINES),
    choice("view", tuple(VIEWS), resets=("at",)),
    *map(_shown, VIEWS),
    choices("fix", FIXES),
    # Whose units stand in the details, one by one.
    Parameter(
        name="sample", parse=number(0, knobs(FlowSetting)["batch"].high - 1, whole=True), default=0
    ),
    step(int(knobs(FlowSetting)["depth"].high) - 1),
    sliders("net", FlowSetting()),
    sliders("init", *INITIALIZERS),
    *sliders_of_each(ACTIVATIONS),
)
