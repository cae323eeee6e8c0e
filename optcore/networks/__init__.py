"""Feed-forward networks: activations, initializers, losses, the forward and the backward pass."""

from optcore.networks.activations import ACTIVATIONS, Activation
from optcore.networks.initializers import INITIALIZERS, Initializer
from optcore.networks.losses import LOSSES, Loss
from optcore.networks.network import FitLoss, Network

_ENTRIES = {type(entry).__name__: type(entry) for entry in (*ACTIVATIONS, *INITIALIZERS, *LOSSES)}
globals().update(_ENTRIES)

__all__ = [
    "ACTIVATIONS", "INITIALIZERS", "LOSSES", "Activation", "FitLoss", "Initializer", "Loss",
    "Network", *_ENTRIES,
]  # fmt: skip
