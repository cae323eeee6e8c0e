"""Servers of our own that can be killed, started again, cut off, or stand behind nginx."""

import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).parents[2]
READY_SECONDS = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(address: str, process: subprocess.Popen) -> None:
    """Until the process answers at an address."""
    ends = time.monotonic() + READY_SECONDS
    while time.monotonic() < ends:
        ended = process.poll()
        assert ended is None, f"the server ended with {ended}"
        with suppress(OSError), urllib.request.urlopen(address):
            return
        time.sleep(0.05)
    raise AssertionError(f"the server did not answer within {READY_SECONDS} seconds")


class Server:
    """`python app.py` on a port of its own, with the environment given.

    `before` is Python that is run before it.
    """

    def __init__(self, before: str = "", **environment: str):
        self.port = free_port()
        run = f"{before}; import runpy; runpy.run_path('app.py', run_name='__main__')"
        self.command = [sys.executable, *(["-c", run] if before else ["app.py"])]
        self.environment = environment
        self.process: subprocess.Popen | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, **how) -> "Server":
        self.process = subprocess.Popen(
            self.command,
            cwd=ROOT,
            env={**os.environ, "HOST": "127.0.0.1", "PORT": str(self.port), **self.environment},
            **{"stdout": subprocess.DEVNULL, **how},
        )
        return self.wait()

    def wait(self) -> "Server":
        wait_for(f"{self.address}/_stcore/health", self.process)
        return self

    def kill(self) -> None:
        """As a crash does: without a word to anybody."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=20)


@contextmanager
def served(before: str = "", **environment: str) -> Iterator[Server]:
    server = Server(before, **environment).start()
    try:
        yield server
    finally:
        server.stop()


class Wire:
    """A network between a browser and a server, which can break.

    While it is broken nothing gets through and nobody is told; connections from before stay dead.
    """

    def __init__(self, port: int):
        self.to = port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.broken = False
        self.open: list[socket.socket] = []
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self.listener.accept()
                self.open.append(near)
                if self.broken:
                    continue
                far = socket.create_connection(("127.0.0.1", self.to))
                self.open.append(far)
                for ends in ((near, far), (far, near)):
                    threading.Thread(target=self.carry, args=ends, daemon=True).start()

    def carry(self, source: socket.socket, sink: socket.socket) -> None:
        born = len(self.open)
        with suppress(OSError):
            while data := source.recv(65536):
                if self.broken or born < self.dead:
                    return
                sink.sendall(data)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    dead = 0

    def cut(self) -> None:
        self.broken, self.dead = True, len(self.open) + 1

    def mend(self) -> None:
        self.broken = False

    def close(self) -> None:
        self.listener.close()
        for each in self.open:
            each.close()


def found_nginx() -> str | None:
    return shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")


NGINX = """
daemon off; pid {folder}/pid; error_log {folder}/errors; events {{ }}
http {{
  access_log off; client_body_temp_path {folder}/a; proxy_temp_path {folder}/b;
  fastcgi_temp_path {folder}/c; uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  map $http_upgrade $connection_upgrade {{ default upgrade; '' close; }}
  upstream replicas {{ server 127.0.0.1:{first}; server 127.0.0.1:{second} backup; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://replicas; proxy_http_version 1.1; proxy_set_header Host $http_host;
      proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_upgrade;
    }}
  }}
}}
"""


@contextmanager
def behind_nginx(first: Server, second: Server, folder: Path) -> Iterator[str]:
    """The address of both, of which the second takes over when the first fails."""
    port = free_port()
    config = folder / "nginx.conf"
    config.write_text(
        NGINX.format(folder=folder, first=first.port, second=second.port, port=port),
        encoding="utf-8",
    )
    process = subprocess.Popen([found_nginx(), "-p", folder, "-c", config, "-e", folder / "errors"])
    try:
        wait_for(f"http://127.0.0.1:{port}/_stcore/health", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=20)
