"""How signals and gradients flow through the layers of a network, measured and in theory."""

from optcore.flow.band import flow_band
from optcore.flow.layer_flow import layer_flow
from optcore.flow.mean_field import MeanField
from optcore.flow.plan import FlowPlan, FlowSetting
from optcore.flow.regime import regime
from optcore.flow.spectra import spectra
from optcore.flow.theory import flow_theory

__all__ = [
    "FlowPlan", "FlowSetting", "MeanField", "flow_band", "flow_theory", "layer_flow", "regime",
    "spectra",
]  # fmt: skip
