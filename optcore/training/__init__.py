"""Training a network while watching: data sets, plans, records, and one neuron by itself."""

from optcore.training.datasets import DATASETS, Dataset
from optcore.training.neuron import NEURONS, run_neuron
from optcore.training.plan import TrainingPlan
from optcore.training.record import train

_ENTRIES = {type(entry).__name__: type(entry) for entry in DATASETS}
globals().update(_ENTRIES)

__all__ = ["DATASETS", "NEURONS", "Dataset", "TrainingPlan", "run_neuron", "train", *_ENTRIES]
