"""The pages on which lessons are told, as the map of lessons shows them."""

from ui.backprop_graph.parameters import PARAMETERS as BACKPROP_GRAPH
from ui.backprop_graph.picture import picture as backprop_graph
from ui.check_network.parameters import PARAMETERS as CHECK_NETWORK
from ui.check_network.picture import picture as check_network
from ui.curvature.parameters import PARAMETERS as CURVATURE
from ui.curvature.picture import picture as curvature
from ui.layers.parameters import PARAMETERS as LAYERS
from ui.layers.picture import picture as layers
from ui.lesson_map import Taught
from ui.noise.parameters import PARAMETERS as NOISE
from ui.noise.picture import picture as noise
from ui.race.parameters import PARAMETERS as RACE
from ui.race.picture import picture as race
from ui.recurrent.parameters import PARAMETERS as RECURRENT
from ui.recurrent.picture import picture as recurrent
from ui.shrinking_h.parameters import PARAMETERS as SHRINKING_H
from ui.shrinking_h.picture import picture as shrinking_h
from ui.slow_neuron.parameters import PARAMETERS as SLOW_NEURON
from ui.slow_neuron.picture import picture as slow_neuron
from ui.steps.parameters import PARAMETERS as STEPS
from ui.steps.picture import picture as steps
from ui.training.parameters import PARAMETERS as TRAINING
from ui.training.picture import picture as training

TAUGHT = {
    "race": Taught("Race", "sports_score", RACE, race),
    "curvature": Taught("Curvature", "landscape", CURVATURE, curvature),
    "noise": Taught("Noise", "blur_on", NOISE, noise),
    "steps": Taught("Steps", "piano", STEPS, steps),
    "layers": Taught("Gradient flow", "layers", LAYERS, layers),
    "training": Taught("Training", "model_training", TRAINING, training),
    "slow_neuron": Taught("Slow neuron", "hourglass_bottom", SLOW_NEURON, slow_neuron),
    "recurrent": Taught("Recurrent", "all_inclusive", RECURRENT, recurrent),
    "shrinking_h": Taught("Shrinking h", "compress", SHRINKING_H, shrinking_h),
    "check_network": Taught("Check a network", "fact_check", CHECK_NETWORK, check_network),
    "backprop_graph": Taught("Backprop graph", "account_tree", BACKPROP_GRAPH, backprop_graph),
}
