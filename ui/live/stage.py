"""The stage: Plotly panels that stay mounted, with moving traces, a clock and handles."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import streamlit as st

from ui.live import early
from ui.live.assets import stub
from ui.live.connection import Connection, answering, body, connection_of
from ui.live.sliders import Board
from ui.live.wire import Kept, pack

# Where the frame of a page (ui/frame.py) tells its stage what to show and what to hide.
ASIDE = "stage/aside"

_stage = st.components.v2.component(
    "optscope_stage",
    html='<div class="os-stage"></div>\n',
    js=stub("stage.js"),
    isolate_styles=False,
)


@dataclass(frozen=True)
class Draws:
    """Values from -`top` to `top` that a hand may draw, one for each step; `label` names them.

    A report then has `drawn`: the `values` in units of the `top` they were drawn under.
    """

    top: float
    label: str


@dataclass(frozen=True)
class Panel:
    """One plain Plotly figure dict on the stage.

    Traces with `meta.play` move with the clock (ui/live/overlay.js tells how); traces with
    `meta.still` hold arrays that travel to the browser once. `click` names the handle that a
    click on the plot moves, or is "clock" where a click sends the scrubber to the nearest step of
    a curve; `cursor` draws the clock's step as a vertical line; `labels` are the words for x and
    y when the pointer rests on a moving trace. Its size is the stage's business: `span` counts
    rows of equal height, and `aspect`, width to height, is kept within a factor 1.4, for what
    must not look stretched. `name` stands on its tab where not all panels fit, and is what a
    screen reader calls it; without one its title serves, or what its y axis shows. With `draws` a
    hand draws the stems of the first trace (ui/live/pen.js). Where x is time, `time` is the x of
    each of the clock's positions: what lies after it is hidden while a question is open.
    """

    figure: dict
    span: int = 1
    click: str | None = None
    cursor: bool = False
    labels: dict[str, str] = field(default_factory=dict)
    time: Sequence[float] | None = None
    view: str | None = None
    name: str = ""
    aspect: float | None = None
    draws: Draws | None = None


@dataclass(frozen=True)
class Clock:
    """The scrubber: steps 0 to `steps`, standing at `at`; `labels` name each step if given.

    `name` says what the scrubber sets, `seconds` how long a play lasts. A first visit plays it
    by itself, once, in `opens` seconds if given, unless the link has a step. `field` is the CSS
    class of a text field in the page that holds what the label says behind its "=".
    """

    steps: int
    at: int | None = None
    labels: Sequence[str] | None = None
    unit: str = "step"
    name: str = "Step"
    seconds: float = 8.0
    opens: float | None = None
    field: str = ""


@dataclass(frozen=True)
class Handle:
    """A draggable point at `at` (x, y) on the panel with that index.

    `along` names a moving trace of that panel, x ascending, which the point keeps to.
    """

    name: str
    at: tuple[float, float]
    label: str
    panel: int = 0
    along: str | None = None


def stage(
    panels: Sequence[Panel],
    *,
    key: str,
    clock: Clock | None = None,
    handles: Sequence[Handle] = (),
    legend: Sequence[dict] = (),
    boards: Sequence[Board] = (),
    words: str | Sequence[str] | None = "",
    table: str | None = "",
    columns: str = "minmax(0, 1fr)",
    height: str | None = None,
    lesson: dict | None = None,
    live: bool = False,
    on_change: Callable[[dict], None] = lambda change: None,
) -> None:
    """Show panels that keep their zoom, and report what the hand does as it does it.

    A stage takes the window from its own top to the bottom, or the `height` (CSS) it is given.

    `on_change` is called before a rerun with what changed: `handles` (name -> (x, y)), `at`
    (the clock's step), `values` of the sliders on the `boards` (id -> number), `views` (a panel's
    index as text -> its view), `drawn` (see `Draws`), and `settled`
    (True once the hand has let go). `legend` entries have group, name, colour, dash, symbol.
    `words` is what there is to say, one or one for each step of the clock: its first line stands
    under the panels, the rest and `table` (HTML built from numbers only) with the details
    (ui/frame.py); None leaves either as it is. `columns` is the CSS grid the panels flow into.
    `lesson` is a step of a lesson as ui/lessons.py tells it: while its question is open, nothing
    after the clock's step is drawn. `live` says that a hand still moves, so that arrays may
    travel coarser than a pixel can show.
    """
    asked = answering()
    connection = asked or connection_of(key)
    connection.on_change, connection.body = on_change, body()
    message = _numbered(connection, live) | {
        "frame": Kept(columns=columns, legend=list(legend)),
        "panels": [_framed(panel, "figure", "view") for panel in panels],
        "clock": _framed(clock, "at") if clock else None,
        "handles": [_framed(handle, "name", "at") for handle in handles],
        "boards": [vars(board) for board in boards],
        **_said(words, table),
    }
    if not live:
        message["lesson"] = lesson
    if asked:
        connection.answered = pack(message, connection.last.get("has", ()), live)
    else:
        _leave_details(key, words, table, clock, asking=bool(lesson and lesson["answers"]))
        _mount(key, connection, message, height)


def _numbered(connection: Connection, live: bool) -> dict:
    """Which message of the browser a picture answers, and which picture it is."""
    sequence = connection.last.get("sequence", 0)
    return {"sequence": sequence, "edition": next(connection.editions), "live": live}


def _said(words: str | Sequence[str] | None, table: str | None) -> dict:
    """What stands under the panels and in the details, unless it stays as it is."""
    said = {}
    if words is not None:
        said["words"] = words if isinstance(words, str) else Kept(texts=list(words))
    if table is not None:
        said["table"] = Kept(html=table)
    return said


def _leave_details(
    key: str,
    words: str | Sequence[str] | None,
    table: str | None,
    clock: Clock | None,
    asking: bool,
) -> None:
    """What the details show (ui/frame.py); what would answer an open question is not told."""
    if table is not None:
        st.session_state[f"{key}/table"] = table
    if words is not None:
        st.session_state[f"{key}/rest"] = "" if asking else _rest(words, clock)


def _mount(key: str, connection: Connection, message: dict, height: str | None) -> None:
    """Hands the picture to the component, and keeps the first of an address for early.py."""
    live = message["live"]
    aside = {"show": "", "hide": []} | st.session_state.get(ASIDE, {}) | {"height": height}
    message["aside"] = aside
    if message["edition"] == 1 and not (live or height or aside["show"] or aside["hide"]):
        early.keep(message)
    message |= {"connection": connection.token, "answers": connection.body is not None}
    _stage(
        data=pack(message, connection.last.get("has", ()), live),
        key=key,
        on_live_change=lambda: connection.take(st.session_state[key]["live"]),
        height="content",
    )


def _rest(words: str | Sequence[str], clock: Clock | None) -> str:
    """What is said beyond the first line, at the step that the clock begins with."""
    if not isinstance(words, str):
        ended = clock is None or clock.at is None or clock.at >= len(words)
        words = words[-1 if ended else clock.at]
    return words.partition("\n")[2]


def _framed(thing, *moving: str) -> dict:
    """A record as its fields that move and, in a part that travels once, the rest."""
    fields = {
        name: list(value) if isinstance(value, range) else value
        for name, value in vars(thing).items()
    }
    rest = {name: value for name, value in fields.items() if name not in moving}
    return {**{name: fields[name] for name in moving}, "frame": Kept(rest)}
