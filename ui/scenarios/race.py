"""Scenarios of the Race page."""

from ui.scenarios import Scenario

SCENARIOS = (
    Scenario(
        "Zig-zag in a ravine",
        {"surface": "ravine", "race": "gradient-descent", "surface.condition": "50"},
        "x",
    ),
)
