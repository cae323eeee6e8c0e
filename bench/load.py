"""Many visitors at once, in a process of their own: `python -m bench.load`, told by JSON."""

import asyncio
import json
import random
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field

from bench.measure import percentile
from bench.servers import ROOT
from bench.session import LostError, PlainVisitor, Visitor

MOST_SESSIONS, MOST_SECONDS = 250, 60.0


@dataclass
class Load:
    """What to do: `busy` visitors send their next change as soon as the last is answered; others
    send one per second, each at its own moment."""

    port: int
    sessions: int
    seconds: float
    busy: bool = False
    plain: bool = False
    direct: bool = True
    query: str = ""
    knob: str = "adam.learning_rate"
    low: float = 0.01
    high: float = 1.0


@dataclass
class Outcome:
    """Seconds from a change to the end of its answer, counted from when it was due."""

    responses: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    lost: int = 0
    seconds: float = 0.0
    memory: float = 0.0

    @property
    def rate(self) -> float:
        return len(self.responses) / self.seconds

    def p(self, share: float) -> float:
        """A percentile of the responses in milliseconds."""
        return 1000 * percentile(self.responses, share)


def put(load: Load, server) -> Outcome:
    """Puts a load on a server from another process, and weighs the server at its end."""
    child = subprocess.Popen(
        [sys.executable, "-m", "bench.load", json.dumps(asdict(load))],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        outcome = Outcome(**json.loads(child.stdout.readline()))
        outcome.memory = server.memory()
        child.communicate("leave\n", timeout=60)
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()
    return outcome


async def live(load: Load) -> tuple[list[Visitor], Outcome]:
    """Everyone arrives, then everyone changes values until the time is over."""
    kind = PlainVisitor if load.plain else Visitor
    arriving = asyncio.Semaphore(2 if load.plain else 8)

    async def arrive():
        async with arriving:
            visitor = await kind.arrive(
                load.port, load.knob, load.query, direct=load.direct and not load.plain
            )
            await visitor.change(load.high)
            return visitor

    visitors = await asyncio.gather(*(arrive() for _ in range(min(load.sessions, MOST_SESSIONS))))
    outcome = Outcome()
    began = time.perf_counter() + 0.5
    end = began + min(load.seconds, MOST_SECONDS)
    act = _busy if load.busy else _steady
    await asyncio.gather(
        *(act(visitor, load, outcome, began, end, seed) for seed, visitor in enumerate(visitors))
    )
    outcome.seconds = time.perf_counter() - began
    return visitors, outcome


async def _busy(visitor, load, outcome, began, end, seed):
    pace = random.Random(seed)
    await asyncio.sleep(began - time.perf_counter())
    while time.perf_counter() < end:
        await _one(visitor, load, outcome, pace, time.perf_counter())


async def _steady(visitor, load, outcome, began, end, seed):
    pace = random.Random(seed)
    due = began + pace.random()
    while due < end:
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        await _one(visitor, load, outcome, pace, due)
        due += 1.0


async def _one(visitor, load, outcome, pace, due):
    value = load.low * (load.high / load.low) ** pace.random()
    try:
        size = await visitor.change(value)
    except (LostError, TimeoutError):
        outcome.lost += 1
        return
    outcome.responses.append(time.perf_counter() - due)
    outcome.sizes.append(size)


def main() -> None:
    load = Load(**json.loads(sys.argv[1]))

    async def stay():
        visitors, outcome = await live(load)
        print(json.dumps(asdict(outcome)), flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        await asyncio.gather(*(visitor.leave() for visitor in visitors))

    asyncio.run(stay())


if __name__ == "__main__":
    main()
