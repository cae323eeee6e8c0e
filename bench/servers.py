"""Starts and stops the two servers that are compared, each as a process of its own."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
PATIENCE = 60.0


@dataclass(frozen=True)
class Server:
    """A server at `url` that answered `ready` seconds after its process was started."""

    url: str
    port: int
    process: subprocess.Popen
    ready: float

    def memory(self) -> float:
        """Resident memory in MB."""
        answer = subprocess.run(
            ["ps", "-o", "rss=", "-p", str(self.process.pid)],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        return int(answer.stdout) / 1024


@contextmanager
def optscope(port: int | None = None, *, limit: str = "") -> Iterator[Server]:
    """Optscope as `make run` starts it, on a free port if none is given; `limit` goes to the
    shell's `ulimit` before."""
    command = [sys.executable, str(ROOT / "app.py")]
    if limit:
        command = ["sh", "-c", f'ulimit {limit} && exec "$@"', "sh", *command]
    with _served(command, ROOT, port=port) as server:
        yield server


@contextmanager
def plain() -> Iterator[Server]:
    """The usual way: bench/baseline/app.py under `streamlit run`, default configuration."""
    folder = ROOT / "bench" / "baseline"
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true",
               "--browser.gatherUsageStats=false", "--server.address=127.0.0.1"]  # fmt: skip
    with _served(command, folder, "--server.port={port}") as server:
        yield server


@contextmanager
def _served(
    command: list[str], folder: Path, *options: str, port: int | None = None
) -> Iterator[Server]:
    port = port or _free_port()
    environment = os.environ | {"HOST": "127.0.0.1", "PORT": str(port), "PYTHONPATH": str(ROOT)}
    command = command + [option.format(port=port) for option in options]
    began = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait(f"http://127.0.0.1:{port}/_stcore/health", process)
        ready = time.perf_counter() - began
        yield Server(f"http://127.0.0.1:{port}", port, process, ready)
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait(url: str, process: subprocess.Popen) -> None:
    end = time.perf_counter() + PATIENCE
    while time.perf_counter() < end:
        if process.poll() is not None:
            raise RuntimeError(
                f"the server ended with code {process.returncode} before it answered"
            )
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.01)
    raise RuntimeError(f"{url} did not answer within {PATIENCE:g} s")
