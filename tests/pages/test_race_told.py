"""What the Race page tells of what a person typed stands there as it was typed."""

import re

from visits import picture, visit


def test_a_formula_keeps_its_stars_and_a_faulty_part_its_signs():
    app = visit({"surface": "your-own-function", "f": "2*x*y + x^2 + y^2"})
    app.text_input[0].set_value("2*x*_y_*z").run()
    (told,) = [each.value for each in app.error]
    assert re.search(r"(?<!\\)[*_]", told) is None
    assert "Shown meanwhile: f(x, y) = 2*x*y + x^2 + y^2" in told.replace("\\", "")


def test_an_address_in_a_bad_link_does_not_become_one_to_click():
    for bait in ("http://example.org", "[x](https://a.b)", "www.example.org", "a@example.org"):
        (told,) = [each.value for each in visit({"surface": bait}).warning]
        plain = told.replace("\\", "")
        assert not re.search(r"://|www\.|@[a-z]", plain)
        assert bait in plain.replace("\u2060", "")


def test_a_schedule_is_not_said_to_touch_methods_without_a_rate():
    both = {"schedule": "cosine", "race": "adam,newton,rprop"}
    assert "“Cosine” (which does not touch Rprop, Newton)." in picture(visit(both))["words"]
    alone = picture(visit({**both, "race": "adam"}))["words"]
    assert alone.endswith("the rates follow the schedule “Cosine”.")
