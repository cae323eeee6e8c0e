"""What a gradient step sees and what it does not: Hessians, saddles, sharpness, chance."""

from optcore.curvature.basins import BasinMap, basin_map
from optcore.curvature.critical import CriticalPoint, critical_points
from optcore.curvature.edge import EDGE_CASES, chosen_minima, edge_run
from optcore.curvature.escape import escape, escape_steps
from optcore.curvature.forecast import Forecast, forecast
from optcore.curvature.lanczos import lanczos
from optcore.curvature.model import TaylorModel, taylor_model
from optcore.curvature.pfaffian import pfaffian_share
from optcore.curvature.products import hessian_of, hessian_product, hessian_products
from optcore.curvature.shares import (
    Share,
    negative_share,
    positive_share,
    sampled_spectra,
    semicircle,
)
from optcore.curvature.stuck import StuckRun, why_stuck
from optcore.curvature.symmetry import flipped, permuted, rescaled, twin_count, twin_of
from optcore.curvature.track import CurvatureTrack, curvature_along, sharpness

__all__ = [
    "EDGE_CASES", "BasinMap", "CriticalPoint", "CurvatureTrack", "Forecast", "Share", "StuckRun",
    "TaylorModel", "basin_map", "chosen_minima", "critical_points", "curvature_along", "edge_run",
    "escape", "escape_steps", "flipped", "forecast", "hessian_of", "hessian_product",
    "hessian_products", "lanczos", "negative_share", "permuted", "pfaffian_share",
    "positive_share", "rescaled", "sampled_spectra", "semicircle", "sharpness", "taylor_model",
    "twin_count", "twin_of", "why_stuck",
]  # fmt: skip
