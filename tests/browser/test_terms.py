"""Symbols explain themselves to a pointer and to the keyboard, wherever a page shows them."""

import re

from axe import complaints
from playwright.sync_api import expect

from ui.glossary import glossary, sliders


def test_a_slider_tells_what_is_known_of_its_rate_while_a_hand_moves_the_momentum(visit):
    race = visit("?surface=ravine&race=momentum")
    slider, bubble = race.slider("momentum.learning_rate"), race.page.locator(".os-bubble")
    slider.hover()
    told = "2/λ_max at the minimum: 0.04\nits limit at the minimum, 2 (1 + μ)/λ_max: 0.076"
    expect(bubble).to_contain_text(told, use_inner_text=True)
    meaning = f"η: {sliders()['learning_rate']}"
    expect(bubble).to_contain_text(meaning)
    # Nothing that can be moved is covered.
    assert bubble.bounding_box()["x"] + bubble.bounding_box()["width"] < slider.bounding_box()["x"]
    marks = race.page.locator(".os-track:has(input[data-knob='momentum.learning_rate']) i")
    kinds = [mark.get_attribute("data-kind") for mark in marks.all()]
    assert kinds == ["curvature", "limit", "best"]
    expect(slider).to_have_attribute("aria-description", re.compile("best rate: "))
    key = race.page.locator(".os-key").first
    expect(key).to_contain_text("best rate")
    # Nothing lies over the plot while a hand moves a slider; its letter and the keyboard tell, too.
    slider.hover()
    race.page.mouse.down()
    expect(bubble).to_be_hidden()
    race.page.mouse.up()
    race.page.locator(".os-knob label", has_text="momentum μ").hover()
    expect(bubble).to_have_text(f"μ: {sliders()['momentum']}")
    race.page.keyboard.press("Shift+Tab")
    race.page.keyboard.press("Tab")
    expect(bubble).to_contain_text(meaning)
    # Its limit moves with the momentum.
    mark = race.page.locator(".os-track i[data-kind=limit]")
    place, slider = mark.bounding_box()["x"], race.slider("momentum.momentum")
    box, (x, y) = slider.bounding_box(), race.middle(slider)
    race.page.mouse.move(x, y)
    race.page.mouse.down()
    shown = race.paths()
    race.page.mouse.move(box["x"] + 0.2 * box["width"], y, steps=3)
    race.wait_paths_change(shown)
    race.wait(
        """(x) => document.querySelector('.os-track i[data-kind=limit]')
            .getBoundingClientRect().x < x""",
        place - 1,
    )
    race.page.mouse.up()
    assert float(race.wait_link("momentum.momentum")) == race.value("momentum.momentum")


def test_a_symbol_of_a_plot_is_explained_over_it(visit):
    race = visit("training?length.steps=10")
    over = race.page.locator(".os-over").first
    expect(over).to_be_attached()
    over.focus()
    bubble = race.page.locator(".os-bubble")
    expect(bubble).to_be_visible()
    assert bubble.inner_text() == over.get_attribute("aria-description")
    assert "‖" in over.get_attribute("aria-label")


def test_a_symbol_in_a_table_explains_itself_and_axe_finds_nothing_in_what_explains(visit):
    """On hover and on focus; nor in the views and the families."""
    race = visit(
        "?surface=ravine&race=gradient-descent&gradient-descent.learning_rate=0.1&arrows=1"
    )
    race.details()
    term, bubble = (
        race.page.locator(".st-key-drawer .os-table .os-term").first,
        race.page.locator(".os-bubble"),
    )
    expect(term).to_have_text("lambda_max")
    term.hover()
    expect(bubble).to_have_text(glossary()["λ_max"])
    race.page.mouse.move(5, 5)
    expect(bubble).to_be_hidden()
    term.focus()
    expect(bubble).to_be_visible()
    assert complaints(race.page) == []
    race.page.keyboard.press("Escape")
    expect(bubble).to_be_hidden()
    race.page.get_by_role("button", name="Close").click()
    for name, inside in (("View", "Across and along"), ("Optimizers", "quasi-hyperbolic")):
        race.page.get_by_role("button", name=name).first.click()
        expect(race.page.get_by_text(inside).first).to_be_visible()
        assert complaints(race.page) == []
        race.page.keyboard.press("Escape")
    # An optimizer is chosen where its line says what it is.
    race.page.get_by_role("button", name="Optimizers").first.click()
    race.page.get_by_text("quasi-hyperbolic").click()
    assert race.wait_link("race", "gradient-descent") == "gradient-descent,qhm"
    expect(race.page.locator(".os-chip")).to_have_count(2)
