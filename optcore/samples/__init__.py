"""Samples: losses that are means over data, where data come from, and the laws of noisy descent."""

from optcore.samples.averages import averaged, losses_before
from optcore.samples.classifier import LinearClassifier
from optcore.samples.fits import SampleFit
from optcore.samples.laws import (
    averaged_variance,
    batch_covariance,
    batch_variance,
    excess_error,
    risk_gap,
    stationary_covariance,
    stationary_variance,
)
from optcore.samples.populations import NoisyLabels, NoisyLine, Population
from optcore.samples.regression import LinearRegression
from optcore.samples.stopping import decayed_share, early_stop, matching_decay, stopped_share
from optcore.samples.surrogates import SURROGATES, MarginLoss

_ENTRIES = {type(entry).__name__: type(entry) for entry in SURROGATES}
globals().update(_ENTRIES)

__all__ = [
    "SURROGATES", "LinearClassifier", "LinearRegression", "MarginLoss", "NoisyLabels", "NoisyLine",
    "Population", "SampleFit", "averaged", "averaged_variance", "batch_covariance",
    "batch_variance", "decayed_share",
    "early_stop", "excess_error", "losses_before", "matching_decay", "risk_gap",
    "stationary_covariance", "stationary_variance", "stopped_share", *_ENTRIES,
]  # fmt: skip
