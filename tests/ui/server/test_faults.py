"""A fault that is a sentence for the visitor is said; any other is left to Streamlit."""

from streamlit.testing.v1 import AppTest


def crowded():
    from ui.cache import CrowdedError
    from ui.server.faults import said

    assert said(CrowdedError("Take something smaller."))
    assert not said(ValueError("a mistake of ours"))


def test_a_visitor_is_told_what_to_do():
    app = AppTest.from_function(crowded).run()
    assert not app.exception
    assert [each.value for each in app.warning] == ["Take something smaller."]
    assert [each.label for each in app.button] == ["Try again"]
