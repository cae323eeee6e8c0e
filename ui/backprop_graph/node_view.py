"""The view of one node as code beside its graph: Multiply, and its slips in print."""

from optcore.graph import Multiply, NodeRun, run_node
from optcore.graph.examples import MULTIPLY_NODE
from optcore.graph.multiply import source
from ui import controls
from ui.backprop_graph import bug_view, drawing, words
from ui.backprop_graph.case import Case, work_out
from ui.backprop_graph.facts import facts
from ui.backprop_graph.parameters import Operands
from ui.backprop_graph.programs import program
from ui.figures import layout, note
from ui.live.stage import Clock, Panel
from ui.palette import BAD
from ui.prose import number, spelled
from ui.scene import Scene
from ui.state import PageState

MONOSPACE = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace"


def scene(state: PageState) -> Scene:
    kind = state["node"]
    (given,), board = controls.tune(state, [controls.Dials("Multiply", "operands", Operands())])
    values = {"x": given.x, "y": given.y}
    right = work_out(MULTIPLY_NODE.text, values)
    bug = kind.kind.bug() if kind.kind.bug else None
    if bug:
        bug = bug.at(right.output)
    shown = work_out(MULTIPLY_NODE.text, values, bug)
    ran = run_node(kind.kind, given.x, given.y, 1.0)
    # What Python does not get to is not played.
    last = 0 if ran.z is None else 1 if ran.error else right.moments.last
    finding = bug_view.checked(right.graph.text, bug_view.given(right), bug)
    tones = bug_view.tones(right.graph, finding) if finding and not ran.error else None
    return Scene(
        [
            Panel(_code(kind.kind, ran), name="code"),
            Panel(drawing.picture(shown, tones), name="graph"),
        ],
        [board],
        words=lambda: sentences(kind.kind, shown, right, ran)[-last - 1 :],
        table=lambda: words.listed(shown),
        facts=lambda: _facts(shown, right, ran),
        columns_of=lambda: words.columns_of(shown),
        program=lambda: program(right),
        clock=Clock(last, state.clock(range(last + 1)), labels=right.moments.labels[: last + 1]),
        legend=drawing.FLOWS,
        # As wide as the longest line of the code, however narrow the frame.
        columns="minmax(264px, 3fr) minmax(0, 4fr)",
    )


def _code(kind: type[Multiply], ran: NodeRun) -> dict:
    """The lines that run, that at which Python stopped in red."""
    lines = source(kind)
    notes = []
    for at, line in enumerate(lines):
        stopped = at == ran.line
        text = ("▶ " if stopped else "  ") + line
        found = note(text.replace(" ", "\u00a0"), 0.0, -float(at), xanchor="left", size=14,
                     colour=BAD if stopped else "ink")  # fmt: skip
        found["font"]["family"] = MONOSPACE
        notes.append(found)
    bare = {"visible": False, "fixedrange": True}
    made = layout("code", "class Multiply", margin=(8, 4, 14, 4),
                  xaxis={"range": [0, 1], **bare},
                  yaxis={"range": [0.8 - len(lines), 0.8], **bare})  # fmt: skip
    return {"data": [], "layout": made | {"annotations": notes}}


def sentences(kind: type[Multiply], shown: Case, right: Case, ran: NodeRun) -> list[str]:
    found = words.sentences(shown)
    if ran.error:
        found[-1] = f"It stops: {ran.error}. {kind.lesson}"
        return found
    gave = f"It returns {_number(ran.grad_x)} for x and {_number(ran.grad_y)} for y"
    wanted = [float(right.run.value(name)) for name in "yx"]
    if [ran.grad_x, ran.grad_y] == wanted:
        found[-1] = spelled(f"{gave}, as it should. {kind.lesson}")
    else:
        wants = " and ".join(map(_number, wanted))
        found[-1] = spelled(f"{gave}; a gradient check says {wants}. {kind.lesson}")
    return found


def _number(value: float | None) -> str:
    return "nothing" if value is None else number(value)


def _facts(shown: Case, right: Case, ran: NodeRun) -> dict:
    return {
        **facts(shown),
        "x.right": float(right.run.value("y")),
        "y.right": float(right.run.value("x")),
        "ends": "stops" if ran.error else "returns",
        "error": ran.error or "none",
        "gives": "right"
        if not ran.error and ran.grad_x == float(right.run.value("y"))
        else "wrong",
    }
