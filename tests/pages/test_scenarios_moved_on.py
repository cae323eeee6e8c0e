"""A scenario's words speak of the page as it begins, and say so once it has been changed."""

from importlib import import_module

import pytest
from streamlit.testing.v1 import AppTest
from visits import PAGES

from ui.controls import MOVED_ON
from ui.parameters import slug

NAMES = ("shrinking_h", "check_network", "layers", "training")
EVERY = [
    (name, entry) for name in NAMES for entry in import_module(f"ui.{name}.scenarios").SCENARIOS
]


def words(app: AppTest) -> str:
    return "\n".join(each.value for each in app.info)


@pytest.mark.parametrize(("page", "entry"), EVERY, ids=lambda each: getattr(each, "name", each))
def test_a_scenario_as_it_begins_is_told_by_its_words_alone(page, entry):
    app = AppTest.from_file(PAGES / f"{page}.py", default_timeout=60)
    app.query_params["scenario"] = slug(entry.name)
    app.run()
    assert entry.words in words(app)
    assert MOVED_ON not in words(app)


@pytest.mark.parametrize("page", NAMES)
def test_words_and_notices_leave_the_stage_where_it_is(page):
    """A stage at another place on the page is another one: it would be mounted anew."""

    def places(**parameters) -> tuple[int, int]:
        app = AppTest.from_file(PAGES / f"{page}.py", default_timeout=60)
        for name, value in parameters.items():
            app.query_params[name] = value
        app.run()
        spoken = len(app.info) + len(app.warning)
        return spoken, len(app.main.children)

    entry = next(entry for name, entry in EVERY if name == page)
    plain, (told, with_words) = places(), places(scenario=slug(entry.name))
    assert told > plain[0]
    assert with_words == plain[1]
    noticed, with_notices = places(scenario="none such")
    assert noticed > plain[0]
    assert with_notices == plain[1]
