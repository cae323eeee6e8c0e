"""Training a network while watching: plans, records, and one neuron by itself."""

from optcore.training.neuron import NEURONS, run_neuron
from optcore.training.plan import TrainingPlan
from optcore.training.record import train

__all__ = ["NEURONS", "TrainingPlan", "run_neuron", "train"]
