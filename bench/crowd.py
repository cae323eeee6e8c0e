"""Memory under visitors who ask for the most there is, and arrivals where few files may be open."""

import asyncio
import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.exceptions import WebSocketException

from bench import servers
from bench.report import Check, Section
from bench.server import QUERY
from bench.servers import ROOT
from bench.session import LostError, Visitor, connected

HOSTILE, BUDGET, STAY = 40, 1000, 45.0
# Each asks for something else, by its seed: nothing that is kept serves two.
ADDRESSES = (
    ("layers", "net.width=512&net.depth=64&net.batch=1&init=he-normal&net.seed={seed}"),
    ("layers", "net.width=512&net.depth=64&net.batch=256&net.seed={seed}"),
    ("check_network", "net.layers=20&net.width=30&net.samples=128&data=random&at.seed={seed}"),
    ("training", "shape.depth=32&shape.width=128&length.steps=2000&length.seed={seed}"),
    ("", "race.steps=5000&sweep=1&race=adam,momentum,lion,radam&noise.scale=0.1&noise.seed={seed}"),
    ("noise", "view=the-run&equal=steps&band=1&run.budget=5000&run.batch=1000&run.points=1000"
              "&run.seed={seed}"),
    ("recurrent", "view=a-real-net&cells=tanh,lstm,gru&net.width=64&net.length=200&net.batch=64"
                  "&net.steps=2000&net.seed={seed}"),
)  # fmt: skip
ARRIVALS, FILES = 250, 1024
LIMITS = {"the soft limit": f"-Sn {FILES}", "soft and hard limit": f"-n {FILES}"}


def run() -> Section:
    section = Section(
        "Memory and arrivals",
        f"{HOSTILE} visitors stay {STAY:g} s, each at another address that asks for the most that "
        f"its page can do: networks of 64 layers of 512 units, checks of 16,921 parameters, long "
        f"trainings, sweeps, bands of long runs. The process should stay below {BUDGET} MB "
        f"(OPTSCOPE_MEMORY). Then {ARRIVALS} visitors arrive at a server started with "
        f"`ulimit -n {FILES}`, and stay until all have come.",
    )
    with servers.optscope() as server:
        before = server.memory()
        _from_elsewhere("hostile", server.port)
        peak = _peak(server.process.pid)
    section.checks = [
        Check("Peak of the process above what it takes with nobody there", peak - before, "MB",
              most=BUDGET),
        Check("Peak of the process", peak, "MB"),
    ]  # fmt: skip
    for name, limit in LIMITS.items():
        with servers.optscope(limit=limit) as server:
            came = _from_elsewhere("arrivals", server.port)
        section.checks += [
            Check(f"{name} {FILES}: visitors who found a place", came["placed"], "",
                  least=ARRIVALS if "-Sn" in limit else None),
            Check(f"{name} {FILES}: told that all places are taken", came["told"], ""),
            Check(f"{name} {FILES}: arrivals that failed", came["failed"], "", most=0),
        ]  # fmt: skip
    return section


def _peak(pid: int) -> float:
    """The most memory the process has held, in MB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def _from_elsewhere(what: str, port: int) -> dict:
    done = subprocess.run(
        [sys.executable, "-m", "bench.crowd", what, str(port)],
        cwd=ROOT, capture_output=True, text=True, check=True, timeout=600,
    )  # fmt: skip
    return json.loads(done.stdout)


async def hostile(port: int) -> dict:
    """All at once, until the time is over, whatever they are answered."""
    end = time.perf_counter() + STAY
    lost = await asyncio.gather(*(_press(port, seed, end) for seed in range(HOSTILE)))
    return {"lost": sum(lost)}


async def _press(port: int, seed: int, end: float) -> bool:
    page, query = ADDRESSES[seed % len(ADDRESSES)]
    message = BackMsg()
    message.rerun_script.query_string = query.format(seed=seed)
    message.rerun_script.page_name = page
    socket = await connected(port, "_stcore/stream", subprotocols=["streamlit"])
    await socket.send(message.SerializeToString())
    try:
        while (left := end - time.perf_counter()) > 0:
            await asyncio.wait_for(socket.recv(), left)
    except TimeoutError:
        await socket.close()
        return False
    except WebSocketException:
        return True
    await socket.close()
    return False


async def arrivals(port: int) -> dict:
    """Everyone comes, eight at a time, and stays until the last has come."""
    coming, came = asyncio.Semaphore(8), {"placed": 0, "told": 0, "failed": 0}
    there = []

    async def arrive() -> None:
        async with coming:
            try:
                visitor = await Visitor.arrive(port, "adam.learning_rate", QUERY)
                await visitor.change(0.1)
            except (LostError, OSError, TimeoutError, WebSocketException):
                came["told" if await asyncio.to_thread(_full, port) else "failed"] += 1
            else:
                there.append(visitor)
                came["placed"] += 1

    await asyncio.gather(*(arrive() for _ in range(ARRIVALS)))
    await asyncio.gather(*(visitor.leave() for visitor in there))
    return came


def _full(port: int) -> bool:
    """Whether a browser that comes now is told that all places are taken."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}/", headers={"Accept": "text/html"})
    try:
        with urllib.request.urlopen(request, timeout=30):
            return False
    except urllib.error.HTTPError as answer:
        return b"places are taken" in answer.read()
    except OSError:
        return False


if __name__ == "__main__":
    act = {"hostile": hostile, "arrivals": arrivals}[sys.argv[1]]
    print(json.dumps(asyncio.run(act(int(sys.argv[2])))))
