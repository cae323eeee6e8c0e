"""What the address of the page Slow neuron may say."""

from optcore.knobs import knobs
from optcore.training.neuron import NEURONS, NeuronStart
from ui.parameters import Place, choices, origin, sliders, step
from ui.slow_neuron.scenarios import SCENARIOS

PARAMETERS = (
    origin("scenario", SCENARIOS),
    choices("neurons", NEURONS, NEURONS[:2], once="show"),
    step(int(knobs(NeuronStart)["steps"].high)),
    sliders("neuron", NeuronStart()),
    Place("start", ("neuron.w", "neuron.b")),
)
