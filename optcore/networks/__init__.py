"""Feed-forward networks and the data they fit: activations, losses, forward and backward pass."""

from optcore.networks.activations import ACTIVATIONS, Activation
from optcore.networks.architectures import ARCHITECTURES, Architecture
from optcore.networks.datasets import DATASETS, Dataset
from optcore.networks.initializers import INITIALIZERS, Initializer
from optcore.networks.losses import LOSSES, Loss
from optcore.networks.network import FitLoss, Network

_LISTED = (*ACTIVATIONS, *INITIALIZERS, *LOSSES, *DATASETS)
_ENTRIES = {type(entry).__name__: type(entry) for entry in _LISTED}
globals().update(_ENTRIES)

__all__ = [
    "ACTIVATIONS", "ARCHITECTURES", "DATASETS", "INITIALIZERS", "LOSSES", "Activation",
    "Architecture", "Dataset", "FitLoss", "Initializer", "Loss", "Network", *_ENTRIES,
]  # fmt: skip
