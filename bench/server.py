"""One server process under load: live reruns, many visitors, memory."""

from dataclasses import replace
from statistics import mean

from bench import servers
from bench.load import Load, Outcome, put
from bench.report import Check, Section, Table

QUERY = "race=gradient-descent,momentum,rmsprop,adam&race.steps=500"
GROWTH = (1, 10, 50, 100, 200)
BUSY = 20
# A visitor of the plain app costs the server a quarter of a second per change and 10 MB on the
# wire, so it gets fewer visitors and less time.
PLAIN_GROWTH = (1, 10)


def run() -> Section:
    section = Section(
        "One server process under load",
        f"Visitors without browsers, in a process of their own, speak to `python app.py` as a "
        f"browser does: each runs the Race page (4 optimizers, 500 steps) through Streamlit, then "
        f"moves Adam's learning rate as a held-down slider does, over its stage's own connection. "
        f"Every change reruns the page's live fragment. A response is counted from when the "
        f"change was due to the end of the server's answer, which must carry the number of that "
        f"very change. Busy visitors send the next change at once, the others one per second. The "
        f"same changes as Streamlit reruns, which is what a browser falls back to, stand in the "
        f"last row. The "
        f"plain way moves its native slider; there {PLAIN_GROWTH[-1]} visitors stand beside our "
        f"{GROWTH[-1]}.",
    )
    with servers.plain() as server:
        usual = Load(
            server.port, BUSY, 10, busy=True, plain=True, knob="Learning rate, thousandths"
        )
        usual = replace(usual, low=0.1, high=2.0)
        busy_plain = put(usual, server)
    grown_plain = [_fresh(servers.plain, replace(usual, busy=False, sessions=n, seconds=10))
                   for n in PLAIN_GROWTH]  # fmt: skip
    ours = Load(0, BUSY, 8, busy=True, query=QUERY)
    busy = _fresh(servers.optscope, ours)[1]
    detour = _fresh(servers.optscope, replace(ours, direct=False))[1]
    grown = [
        _fresh(
            servers.optscope, replace(ours, busy=False, sessions=n, seconds=15 if n > 100 else 8)
        )
        for n in GROWTH
    ]
    last, last_plain = grown[-1][1], grown_plain[-1][1]
    section.checks = [
        Check(f"Live reruns, {BUSY} busy visitors", busy.rate, "per second", least=300,
              plain=busy_plain.rate),
        Check(f"{GROWTH[-1]} visitors, a change a second each: p95 response", last.p(0.95), "ms",
              most=100, plain=last_plain.p(0.95)),
        Check("of those changes, lost", last.lost, "", most=0, plain=last_plain.lost),
    ]  # fmt: skip
    section.tables = [
        _table("Optscope", grown, {f"{BUSY} busy": busy, f"{BUSY} busy, by Streamlit": detour}),
        _table("Plain way", grown_plain, {f"{BUSY} busy": busy_plain}),
    ]
    return section


def _fresh(kind, load: Load) -> tuple[float, Outcome, int]:
    """A load on a new server: its memory before, and what came of it."""
    with kind() as server:
        warm = replace(load, port=server.port, sessions=1, seconds=1)
        put(warm, server)
        before = server.memory()
        return before, put(replace(load, port=server.port), server), load.sessions


def _table(name: str, grown: list, busy: dict[str, Outcome]) -> Table:
    columns = ["visitors", "changes/s", "response p50, ms", "p95, ms", "lost", "KB per answer",
               "server MB", "MB per visitor"]  # fmt: skip
    rows = [
        [str(sessions), *_row(outcome), (outcome.memory - before) / sessions]
        for before, outcome, sessions in grown
    ]
    rows += [[who, *_row(outcome), None] for who, outcome in busy.items()]
    words = (
        "A new server for each row; memory is resident memory once everyone has changed values, "
    )
    words += "less what one earlier visitor left, per visitor."
    return Table(f"{name}: growth with visitors", columns, rows, words)


def _row(outcome: Outcome) -> list:
    return [outcome.rate, outcome.p(0.5), outcome.p(0.95), outcome.lost,
            mean(outcome.sizes) / 1000 if outcome.sizes else None, outcome.memory]  # fmt: skip
