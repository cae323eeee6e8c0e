"""Where the launcher serves, and what it says where it cannot."""

import errno
import os
import socket


def address() -> tuple[str, int]:
    """HOST and PORT from the environment, where nobody listens yet.

    Raises SystemExit with a sentence for what is no address, and for one that is taken.
    """
    host, port = os.environ.get("HOST", "127.0.0.1"), os.environ.get("PORT", "8501")
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise SystemExit(f"PORT is {port!r}, but a port is a whole number from 1 to 65535.")
    if fault := _fault(host, int(port)):
        raise SystemExit(f"Optscope cannot be at {host}:{port}: {fault}.")
    return host, int(port)


def _fault(host: str, port: int) -> str | None:
    """Why nothing can be served at an address and what to do, None where it can."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as fault:
        if fault.errno == errno.EADDRINUSE:
            return f"another program listens there. Choose another port: PORT={port + 1} make run"
        # Names that cannot be resolved have numbers of their own.
        known = fault.errno is not None and fault.errno > 0
        why = os.strerror(fault.errno).lower() if known else "there is no such host"
        return f"{why}. HOST and PORT choose another address"
    return None
