"""The heights of a ground, and what its colour bar says of them."""

import pytest

from optcore.surfaces import SURFACES
from ui.ground import Heights, ground


def test_a_zero_with_its_rounding_reads_as_zero():
    _, told = Heights(floor=0.0, log=False, low=1.23e-32, high=0.8).ticks()
    assert told == ["0", "0.2", "0.4", "0.6", "0.8"]
    _, told = Heights(floor=0.0, log=False, low=-2e-7, high=2e-7).ticks()
    assert told[0] == "−2e−7"


@pytest.mark.parametrize("surface", SURFACES, ids=lambda each: each.name)
def test_no_colour_bar_reads_a_rounding_error(surface):
    heights = ground(surface).heights
    values, told = heights.ticks()
    if not heights.log:
        least = 1e-12 * max(map(abs, values))
        assert [text for text, value in zip(told, values, strict=True)
                if abs(value) < least] == ["0"] * sum(abs(values) < least)  # fmt: skip
