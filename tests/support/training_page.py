"""Visits to the Training page, and the records that it shows."""

from streamlit.testing.v1 import AppTest
from visits import PAGES

from ui.training import work as training_work


def records(monkeypatch) -> list:
    """Those that the page shows from now on, run after run."""
    seen = []
    finish = training_work.finish
    monkeypatch.setattr(
        training_work, "finish", lambda *given: seen.append(finish(*given)) or seen[-1]
    )
    return seen


def opened(**parameters) -> AppTest:
    app = AppTest.from_file(PAGES / "training.py", default_timeout=30)
    for name, value in parameters.items():
        app.query_params[name] = value
    return app.run()
