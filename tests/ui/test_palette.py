"""Colours, dashes and markers tell everything apart, for every eye and on both themes."""

import itertools
import json
import re
import tomllib
from pathlib import Path

import numpy as np
import pytest

from optcore.networks.activations import ACTIVATIONS
from optcore.optimizers import OPTIMIZERS
from optcore.optimizers.misprints import MISPRINTS
from ui.palette import ACTIVATION_LOOKS, HUES, OPTIMIZER_LOOKS, OPTIMIZER_PLACES, looks
from ui.race.parameters import FIRST_FOUR

ROOT = Path(__file__).parents[2]
THEME = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())["theme"]
# Linear RGB as seen without one kind of cone: Machado, Oliveira and Fernandes (2009), table 1.
EYES = {
    "all cones": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}


def linear(colour):
    """A hex colour as linear RGB (IEC 61966-2-1)."""
    share = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def luminance(colour):
    return linear(colour) @ [0.2126, 0.7152, 0.0722]


def contrast(one, other):
    """The contrast ratio of WCAG 2.2."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def lab(rgb):
    """Linear RGB as CIELAB under D65."""
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    xyz = to_xyz @ np.clip(rgb, 0, 1) / [0.95047, 1.0, 1.08883]
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def difference(one, other):
    """CIEDE2000 between two colours in CIELAB (Sharma, Wu and Dalal 2005, equations 2 to 22)."""
    (light1, a1, b1), (light2, a2, b2) = one, other
    mean7 = ((np.hypot(a1, b1) + np.hypot(a2, b2)) / 2) ** 7
    a1, a2 = (a * (1.5 - 0.5 * np.sqrt(mean7 / (mean7 + 25**7))) for a in (a1, a2))
    chroma1, chroma2 = np.hypot(a1, b1), np.hypot(a2, b2)
    hue1, hue2 = (np.degrees(np.arctan2(b, a)) % 360 for a, b in ((a1, b1), (a2, b2)))
    grey = chroma1 * chroma2 == 0
    turn = 0 if grey else (hue2 - hue1 + 180) % 360 - 180
    hue = (hue1 + hue2) if grey else (hue1 + turn / 2) % 360
    light, chroma = (light1 + light2) / 2, (chroma1 + chroma2) / 2
    wave = np.cos(np.radians([hue - 30, 2 * hue, 3 * hue + 6, 4 * hue - 63]))
    per_hue = 1 + 0.015 * chroma * (1 + wave @ [-0.17, 0.24, 0.32, -0.20])
    per_light = 1 + 0.015 * (light - 50) ** 2 / np.sqrt(20 + (light - 50) ** 2)
    lightness = (light2 - light1) / per_light
    colour = (chroma2 - chroma1) / (1 + 0.045 * chroma)
    angle = 2 * np.sqrt(chroma1 * chroma2) * np.sin(np.radians(turn / 2)) / per_hue
    blue = 60 * np.exp(-(((hue - 275) / 25) ** 2))
    twist = -2 * np.sqrt(chroma**7 / (chroma**7 + 25**7)) * np.sin(np.radians(blue))
    return np.sqrt(lightness**2 + colour**2 + angle**2 + twist * colour * angle)


@pytest.mark.parametrize(
    ("one", "other", "published"),
    [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 0, 0), (50, -1, 2), 2.3669),
        ((50, 2.49, -0.001), (50, -2.49, 0.0011), 7.2195),
        ((50, 2.5, 0), (61, -5, 29), 22.8977),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((22.7233, 20.0904, -46.694), (23.0331, 14.973, -42.5619), 2.0373),
        ((2.0776, 0.0795, -1.135), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_the_difference_is_the_published_one(one, other, published):
    """Table 1 of Sharma, Wu and Dalal 2005."""
    assert difference(one, other) == pytest.approx(published, abs=1e-4)


@pytest.mark.parametrize("eye", EYES)
def test_the_four_that_race_first_are_told_apart_by_colour_and_by_dash(eye):
    four = [OPTIMIZER_LOOKS[name] for name in FIRST_FOUR]
    assert len({look["dash"] for look in four}) == len({look["symbol"] for look in four}) == 4
    seen = [lab(EYES[eye] @ linear(look["colour"])) for look in four]
    for one, other in itertools.combinations(seen, 2):
        assert difference(one, other) > 18


@pytest.mark.parametrize("eye", EYES)
def test_the_hues_stay_apart(eye):
    seen = {hue: lab(EYES[eye] @ linear(hue)) for hue in HUES}
    for one, other in itertools.combinations(HUES, 2):
        assert np.linalg.norm(seen[one] - seen[other]) > 20, (one, other)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_hues_stand_out_from_the_page(theme):
    """A contrast of 3 is what WCAG 2.2 asks of graphics."""
    for hue in HUES:
        assert contrast(hue, THEME[theme]["backgroundColor"]) >= 3, hue


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_can_be_read(theme):
    for ground in ("backgroundColor", "secondaryBackgroundColor"):
        assert contrast(THEME[theme]["textColor"], THEME[theme][ground]) >= 7
    assert contrast(THEME[theme]["primaryColor"], THEME[theme]["backgroundColor"]) >= 4.5


@pytest.mark.parametrize("looks", [OPTIMIZER_LOOKS, ACTIVATION_LOOKS])
def test_no_two_look_alike_and_colour_is_never_the_only_cue(looks):
    triples = [(look["colour"], look["dash"], look["symbol"]) for look in looks.values()]
    assert len(set(triples)) == len(triples)
    without_colour = [(dash, symbol) for _, dash, symbol in triples]
    assert len(set(without_colour)) == len(without_colour)


@pytest.mark.parametrize(
    ("kind", "now"), [("optimizers", OPTIMIZER_LOOKS), ("activations", ACTIVATION_LOOKS)]
)
def test_a_look_is_kept_for_ever(kind, now):
    """People know a method by its look, and pictures are shared."""
    then = json.loads((ROOT / "tests" / "support" / "looks.json").read_text(encoding="utf-8"))[kind]
    assert {name: " ".join(now[name].values()) for name in then} == then


def test_a_newcomer_takes_nobody_s_look():
    names = ["AdaBelief", *OPTIMIZER_PLACES, "Adan", "Yogi"]
    among = looks(names, OPTIMIZER_PLACES)
    for name in OPTIMIZER_PLACES:
        assert among[name] == OPTIMIZER_LOOKS[name]
    assert len({str(look) for look in among.values()}) == len(names)


def test_everything_that_is_drawn_has_a_look():
    assert set(OPTIMIZER_LOOKS) == {o.name for o in (*OPTIMIZERS, *MISPRINTS)}
    assert set(ACTIVATION_LOOKS) == {a.name for a in ACTIVATIONS}


def test_the_canvas_knows_every_dash_and_every_marker():
    """A name the overlay does not know would be drawn as a plain line or a circle."""
    script, forms = (
        (ROOT / "ui" / "live" / name).read_text() for name in ("overlay.js", "shapes.js")
    )
    dashes = set(re.findall(r"(\w+):", re.search(r"DASHES = \{(.*?)\}", script, re.S)[1]))
    shapes = re.search(r"SHAPES = \{(.*?)\n\};", forms, re.S)[1]
    symbols = set(re.findall(r'^\s*"?([\w-]+)"?:', shapes, re.M))
    looks = [*OPTIMIZER_LOOKS.values(), *ACTIVATION_LOOKS.values()]
    assert {look["dash"] for look in looks} <= dashes | {"solid"}
    assert {look["symbol"] for look in looks} <= symbols
