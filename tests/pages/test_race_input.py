"""Links to the Race page that nobody could mean: hostile, unknown and repeated values."""

from functools import cache

import numpy as np
import pytest
from visits import picture, said, table, tracks, values, visit

from optcore.optimizers import OPTIMIZERS
from optcore.optimizers.misprints import MISPRINTS
from ui.parameters import slug

RACERS = (*OPTIMIZERS, *MISPRINTS)
HOSTILE = {
    "empty": "",
    "blank": "   ",
    "huge": "1e308",
    "beyond floats": "1e999",
    "many digits": "9" * 400,
    "negative": "-1e9",
    "nan": "nan",
    "infinity": "-Infinity",
    "text": "half past nine",
    "other languages": "пример 例子 مثال",
    "digits of others": "٣",
    "markup": "<script>alert(1)</script>",
    "markdown": "](x) **bold** $x$ `code`",
    "quotes": "\"'; DROP TABLE runs; --",
    "a path": "../../etc/passwd",
    "a template": "{{7*7}}${7*7}%s%n",
    "control characters": "\x00\x1b[31m\r\n\t",
    "hexadecimal": "0x10",
    "an emoji": "🏁" * 50,
    "a list": "[1, 2]",
    "commas": ",,,",
}
CHOICES = ("surface", "race", "view", "schedule", "clip", "inspect", "sweep", "at", "lesson")


@cache
def every_parameter() -> list[str]:
    """The name of every parameter that the page can have in its address."""
    link = {"surface": "your-own-function", "schedule": "one-cycle", "clip": "by-norm",
            "race": ",".join(slug(o.name) for o in RACERS), "race.steps": "10"}  # fmt: skip
    return [*dict.fromkeys((*CHOICES, *values(visit(link)), *values(visit())))]


@pytest.mark.parametrize("name", HOSTILE)
def test_every_parameter_survives_a_hostile_value(name):
    hostile = HOSTILE[name]
    calm = values(visit())
    app = visit(dict.fromkeys(every_parameter(), hostile))
    told = said(app)
    at = values(app)
    assert set(at) <= set(calm)
    for parameter in ("surface", "view", "schedule", "clip", "sweep"):
        assert f"**{parameter}**" in told
    empty_race = not hostile.replace(",", "").strip()
    assert (f"**{'race'}**" in told) != empty_race
    for parameter in at:
        # A digit of another script is a digit: whether it is in the range is another matter.
        kept = at[parameter] == calm[parameter]
        assert kept == (f"**{parameter}**" in told) or hostile == "٣"
    assert "<script" not in table(app)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_formula_or_condition_survives(name):
    app = visit(
        {"surface": "your-own-function", "f": HOSTILE[name], "schedule": "cosine",
         "schedule.floor": HOSTILE[name], "clip": "by-norm", "clip.limit": HOSTILE[name],
         "window.reach": HOSTILE[name], "race": "adam,adam," + HOSTILE[name]}
    )  # fmt: skip
    assert tracks(app)
    assert np.isfinite(list(values(app).values())).all()


@pytest.mark.parametrize("name", HOSTILE)
def test_one_bad_value_leaves_the_good_ones(name):
    app = visit({"race.steps": HOSTILE[name], "adam.beta1": "0.5", "surface": "beale"})
    at = values(app)
    assert at["adam.beta1"] == 0.5
    assert picture(app)["panels"][0]["figure"]["layout"]["uirevision"] == "Beale"
    assert at["race.steps"] == 300
    assert "**race.steps**" in said(app)
    assert app.query_params["adam.beta1"] == "0.5"
    assert "race.steps" not in app.query_params


def test_a_parameter_that_means_nothing_to_the_page_is_ignored():
    app = visit({"utm_source": "<b>", "adam.nonsense": "1", "": "x", "surface": "bowl"})
    assert "“adam.nonsense” was not used" in said(app)
    assert "utm_source" not in app.query_params


def test_a_parameter_given_twice_counts_once():
    app = visit({"surface": ["bowl", "ravine"], "race.steps": ["50", "60"]})
    assert values(app)["race.steps"] in (50, 60)
