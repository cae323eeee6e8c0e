"""What the address of the page Slow neuron may say."""

from optcore.knobs import knobs
from optcore.training.neuron import NEURONS, NeuronStart
from ui.lessons import lesson_row
from ui.parameters import Place, choices, sliders, step

PARAMETERS = (
    lesson_row("slow_neuron"),
    choices("neurons", NEURONS, NEURONS[:2], formerly={"show": "{}"}),
    step(int(knobs(NeuronStart)["steps"].high)),
    sliders("neuron", NeuronStart()),
    Place("start", ("neuron.w", "neuron.b")),
)
