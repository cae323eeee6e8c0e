"""Visits to the Race page as the server sees them, and what it sends to the browser."""

import hashlib
import json
from pathlib import Path

import numpy as np
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.testing.v1 import AppTest
from wire_reader import Reader

PAGES = Path(__file__).parents[2] / "pages"
OLD = json.loads(Path(__file__).with_name("old_links.json").read_text(encoding="utf-8"))


def visit(link: dict[str, str] | None = None, page: str = "index") -> AppTest:
    """The page opened by a new person with these parameters in the address; it never raises.

    The index opens Race.
    """
    app = AppTest.from_file(PAGES / f"{page}.py", default_timeout=60)
    app.query_params.update(link or {})
    return settled(app.run())


def settled(app: AppTest) -> AppTest:
    assert not app.exception, (app.query_params, [each.value for each in app.exception])
    return app


def stages(app: AppTest) -> list:
    return [each for each in app.get("bidi_component") if each.key != "presence"]


def picture(app: AppTest, key: str = "race.stage") -> dict:
    """What the browser is told to show."""
    return Reader().read(sent(app, key))


def sent(app: AppTest, key: str = "race.stage") -> bytes:
    """The message to a stage as it travels."""
    (found,) = [each for each in stages(app) if each.key == key]
    return found.proto.bytes


def report(app: AppTest, key: str = "race.stage", **change) -> AppTest:
    """The page after the browser has said that something moved."""
    (found,) = [each for each in stages(app) if each.key == key]
    states = app._tree.get_widget_states()
    told = {"sequence": 1, "has": [], "settled": True, **change}
    states.widgets.append(WidgetState(id=found.proto.id, json_value=json.dumps({"live": told})))
    return settled(app._run(states))


def known(app: AppTest) -> WidgetStates:
    """All that the browser would say of the widgets; of a button only that it is pressed."""
    states = app._tree.get_widget_states().widgets
    return WidgetStates(widgets=[each for each in states if not each.HasField("trigger_value")])


def heading(app: AppTest) -> str:
    """What the page calls itself."""
    return " ".join(each.proto.body for each in app.get("html") if "<h1" in each.proto.body)


def table(app: AppTest, key: str = "race.stage") -> str:
    """What the details show of a stage, as HTML."""
    return app.session_state[f"{key}/table"]


def tracks(app: AppTest) -> dict[str, dict]:
    """The paths on the ground by optimizer."""
    data = picture(app)["panels"][0]["figure"]["data"]
    return {t["name"]: t for t in data if t.get("meta", {}).get("play") == "path"}


def said(app: AppTest) -> str:
    """All that the page complains about."""
    return "\n".join(each.value for each in (*app.error, *app.warning))


def values(app: AppTest) -> dict[str, float]:
    """Where every slider stands."""
    at = {}
    for board in picture(app)["boards"]:
        knobs = [knob["id"] for group in board["frame"]["groups"] for knob in group["knobs"]]
        at |= dict(zip(knobs, board["values"], strict=True))
    return at


def messages(app: AppTest) -> list[dict]:
    """What every stage is told to show."""
    return [Reader().read(each.proto.bytes) for each in stages(app)]


def comparable(message: dict) -> dict:
    """A picture without what tells messages and visitors apart; an array by its fingerprint."""
    apart = ("edition", "connection", "answers", "aside")
    return _plain({name: part for name, part in message.items() if name not in apart})


def _plain(node):
    if isinstance(node, dict):
        return {name: _plain(child) for name, child in node.items()}
    if isinstance(node, list):
        return [_plain(child) for child in node]
    if isinstance(node, np.ndarray):
        return f"{node.dtype}{node.shape} {hashlib.sha1(node.tobytes()).hexdigest()}"
    return node


def as_read(text: str) -> str | float:
    """What a parameter says: 1e-5 is 1e-05."""
    try:
        return float(text)
    except ValueError:
        return text
