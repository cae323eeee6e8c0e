"""One visitor beside others who ask for all that a server can be asked for."""

import asyncio
import gzip
import http.client
import json
import random
import subprocess
import sys
import time

from websockets.exceptions import WebSocketException

from bench import servers
from bench.measure import percentile
from bench.report import Check, Section
from bench.server import QUERY
from bench.servers import ROOT
from bench.session import LostError, Visitor, connected
from optcore.optimizers import OPTIMIZERS
from ui.parameters import slug

ATTACKERS = 45
SECONDS = 10.0
PACE = 0.25
ALL = f"race={','.join(slug(each.name) for each in OPTIMIZERS)}&race.steps=5000"
KNOB = "adam.learning_rate"
NAMES = {
    "nobody": "Alone",
    "one token": f"{ATTACKERS} callers of one connection",
    "visitors": f"{ATTACKERS} visitors",
}


def run() -> Section:
    section = Section(
        "A neighbour under attack",
        f"{ATTACKERS} connections each ask without a pause for a race of all {len(OPTIMIZERS)} "
        f"optimizers over 5,000 steps, for {SECONDS:g} s: once all of them on the connection of "
        "one visitor, who may have only one (who is refused tries again every quarter of a "
        "second), and once as visitors of their own. Beside them one visitor of the Race page (4 "
        "optimizers, 500 steps) makes a change every quarter of a second, and as often "
        "Streamlit's largest script is fetched over a new connection.",
    )
    for kind, name in NAMES.items():
        with servers.optscope() as server:
            measured = _from_elsewhere(server.port, kind)
        most = {} if kind == "nobody" else {"change": 250, "file": 200}
        section.checks += [
            Check(f"{name}: p95 of a neighbour's change", measured["change"], "ms",
                  most=most.get("change")),
            Check(f"{name}: p95 of a script file", measured["file"], "ms", most=most.get("file")),
            Check(f"{name}: the neighbour's changes lost", measured["lost"], "",
                  most=0 if most else None),
        ]  # fmt: skip
    return section


def _from_elsewhere(port: int, kind: str) -> dict:
    done = subprocess.run(
        [sys.executable, "-m", "bench.attack", str(port), kind],
        cwd=ROOT, capture_output=True, text=True, check=True, timeout=240,
    )  # fmt: skip
    return json.loads(done.stdout)


async def attack(port: int, kind: str) -> dict:
    """Milliseconds, 95th percentiles, of the neighbour's changes and of the file."""
    neighbour = await Visitor.arrive(port, KNOB, QUERY)
    script = _largest_script(port)
    arriving = asyncio.Semaphore(4)

    async def arrive() -> Visitor:
        async with arriving:
            return await Visitor.arrive(port, KNOB, ALL)

    count = {"nobody": 0, "one token": 1, "visitors": ATTACKERS}[kind]
    there = await asyncio.gather(*(arrive() for _ in range(count)))
    end = time.perf_counter() + SECONDS
    if kind == "one token":
        work = [_press(port, there[0].token, seed, end) for seed in range(ATTACKERS)]
    else:
        work = [_ask(visitor, seed, end) for seed, visitor in enumerate(there)]
    attackers = asyncio.gather(*work)
    await asyncio.sleep(0.5)
    changes, files = [], []
    lost, _ = await asyncio.gather(_live(neighbour, changes, end), _fetch(port, script, files, end))
    await attackers
    return {"change": 1000 * percentile(changes, 0.95), "file": 1000 * percentile(files, 0.95),
            "lost": lost}  # fmt: skip


async def _ask(visitor: Visitor, seed: int, end: float) -> None:
    pace = random.Random(seed)
    while time.perf_counter() < end:
        try:
            await visitor.change(0.01 + pace.random())
        except (LostError, TimeoutError, WebSocketException):
            await asyncio.sleep(0.05)


async def _press(port: int, token: str, seed: int, end: float) -> None:
    """Asks over a connection that others have, too, and connects again whenever it is cut off."""
    pace = random.Random(seed)
    while time.perf_counter() < end:
        try:
            connection = await connected(port, f"live/{token}")
            while time.perf_counter() < end:
                change = {"sequence": 1, "settled": False, "has": [],
                          "values": {KNOB: 0.01 + pace.random()}}  # fmt: skip
                await connection.send(json.dumps(change))
                await asyncio.wait_for(connection.recv(), 30)
        except (OSError, TimeoutError, WebSocketException):
            await asyncio.sleep(PACE)


async def _live(neighbour: Visitor, times: list[float], end: float) -> int:
    lost, pace = 0, random.Random(0)
    while time.perf_counter() < end:
        began = time.perf_counter()
        try:
            await neighbour.change(0.01 + pace.random())
        except (LostError, TimeoutError, WebSocketException):
            lost += 1
        times.append(time.perf_counter() - began)
        await asyncio.sleep(PACE)
    return lost


async def _fetch(port: int, path: str, times: list[float], end: float) -> None:
    while time.perf_counter() < end:
        began = time.perf_counter()
        await asyncio.to_thread(_got, port, path)
        times.append(time.perf_counter() - began)
        await asyncio.sleep(PACE)


def _got(port: int, path: str) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    if answer.status != 200:
        raise RuntimeError(f"{path} was answered with {answer.status}")
    return content


def _largest_script(port: int) -> str:
    """The script that Streamlit's own page begins with."""
    page = gzip.decompress(_got(port, "/")).decode()
    return "/static/js/index." + page.split("/static/js/index.")[1].split('"')[0]


if __name__ == "__main__":
    print(json.dumps(asyncio.run(attack(int(sys.argv[1]), sys.argv[2]))))
