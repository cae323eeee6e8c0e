"""Links that people have kept must open to what they opened to: names and defaults stay.

old_links.json is what the pages understood when they were first published. New entries may join;
an entry there may never change its name, lose a field, or change a default, for a link leaves
defaults out.
"""

import pytest
from visits import OLD, as_read, picture, said, tracks, values, visit

from optcore.descent.disturbance import CLIPPINGS, GradientNoise
from optcore.descent.schedules import SCHEDULES
from optcore.knobs import knobs
from optcore.optimizers import OPTIMIZERS
from optcore.optimizers.misprints import MISPRINTS
from optcore.surfaces import SURFACES
from ui.parameters import slug
from ui.race.parameters import Length
from ui.surfaces import Reach

NOW = {
    "optimizers": {slug(each.name): each for each in (*OPTIMIZERS, *MISPRINTS)},
    "surfaces": {slug(each.name): each for each in SURFACES},
    "schedules": {slug(each.name): each for each in SCHEDULES},
    "clippings": {slug(each.name): each for each in CLIPPINGS},
    "settings": {"race": Length(), "window": Reach(), "noise": GradientNoise()},
}


@pytest.mark.parametrize("family", NOW)
def test_no_name_is_lost_and_no_default_has_changed(family):
    for name, kept in OLD[family].items():
        assert name in NOW[family], f"a link may say {name}"
        now = NOW[family][name]
        defaults = {field: spec.default for field, spec in knobs(now).items()}
        parameters = kept.get("parameters", kept) if family == "surfaces" else kept
        for field, default in parameters.items():
            assert defaults.get(field) == default, (name, field)
        if family == "surfaces":
            assert list(now.start) == kept["start"]


@pytest.mark.parametrize("link", OLD["links"], ids=lambda link: "&".join(link)[:60])
def test_an_old_link_is_understood_to_its_last_word(link):
    app = visit(link)
    assert not said(app)
    at = values(app)
    for name, text in link.items():
        if name in at:
            assert at[name] == float(text)
    if "race" in link:
        assert {slug(name) for name in tracks(app)} == set(link["race"].split(",")) or (
            link.get("view") == "3-d"
        )
    assert slug(picture(app)["panels"][0]["figure"]["layout"]["uirevision"]) == link["surface"]
    # All of it stands in the address again, but for what is the default.
    for name, text in dict(app.query_params).items():
        if name in link and name in at:
            assert float(text) == float(link[name])
        elif name in link:
            assert text == link[name]


def test_what_an_old_link_left_out_has_the_value_it_had():
    app = visit({"race": ",".join(OLD["optimizers"]), "race.steps": "10"})
    at = values(app)
    for name, defaults in OLD["optimizers"].items():
        for field, default in defaults.items():
            # Rates are found for the surface; all else is the method's own.
            if field != "learning_rate":
                assert at[f"{name}.{field}"] == default


@pytest.mark.parametrize(
    ("page", "link"),
    [
        pytest.param(page, link, id=f"{page} {number}")
        for page, links in OLD["other_pages"].items()
        for number, link in enumerate(links)
    ],
)
def test_an_old_link_to_another_page_is_understood(page, link):
    app = visit(link, page)
    assert "link's" not in said(app)
    shown = dict(app.query_params)
    for name in shown.keys() & link.keys():
        assert as_read(shown[name]) == as_read(link[name])
