"""A name in a link that the page does not know is told; one that it may yet ask for is not."""

import pytest
from random_links import VARIANTS, pages
from random_links import names as names_of
from visits import OLD, said, visit

from ui.lessons import lessons

STRANGE = "knows no such name"


@pytest.mark.parametrize("page", pages())
def test_a_mistyped_name_is_told_once_and_the_rest_of_the_link_is_used(page):
    link = lessons(page)[-1].state if lessons(page) else {}
    app = visit({"sede": "3", "<b>*": "1", **link}, page)
    assert rf"“sede”, “\<b\>\*” was not used: this page {STRANGE}" in said(app)
    assert dict(app.query_params) == dict(visit(link, page).query_params)
    assert said(app) == said(app.run())


@pytest.mark.parametrize("page", pages())
def test_a_name_that_is_not_asked_for_at_present_is_no_mistake(page):
    names = set(names_of(page))
    links = OLD["links"] if page == "race" else OLD["other_pages"].get(page, [])
    names |= {name for link in links for name in link}
    for link in VARIANTS.get(page, [{}]):
        assert STRANGE not in said(visit(dict.fromkeys(names, "?") | link, page))


def test_what_others_add_to_an_address_is_passed_over():
    name = lessons("layers")[1].name
    link = {"lesson": name, "utm_source": "mail", "fbclid": "x"}
    app = visit(link | {"embed": "true"}, "layers")
    assert not said(app)
    # Streamlit itself keeps what it is told of how to embed it.
    assert app.query_params.pop("embed") == "true"
    assert dict(app.query_params) == {"lesson": name}


def test_names_of_what_is_not_chosen_wait_for_it():
    app = visit({"race": "momentum", "adam.beta1": "0.5"}, "race")
    assert said(app) == "The link's “adam.beta1” waits: what it belongs to is not chosen here."
    app.multiselect[0].set_value(["Momentum", "Adam"]).run()
    assert app.query_params["adam.beta1"] == "0.5"
    assert not said(app)
    both = visit({"race": "momentum", "adam.beta1": "0.5", "adam.beta2": "0.5"}, "race")
    assert said(both).endswith("“adam.beta2” wait: what they belong to is not chosen here.")
