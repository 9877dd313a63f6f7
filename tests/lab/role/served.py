"""A server of serving.py as a process."""

from __future__ import annotations

import json
import os
import socket
import ssl
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from overheard.engines.base import clean_environment
from overheard.role.health import probe, wait_until
from overheard.role.serve import Listener
from overheard.words.errors import NotReadyError
from ports import free_port
from processes import LONG, SOON

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.pki import Files

_SCRIPT = Path(__file__).parent / "serving.py"


class Served:
    """A server of serving.py; `port` is that of its first listener."""

    def __init__(self, process: subprocess.Popen[str], ports: list[int]) -> None:
        self.process, self.ports, self.port = process, ports, ports[0]

    def connect(
        self, context: ssl.SSLContext | None = None, session: ssl.SSLSession | None = None, *, at: int = 0
    ) -> socket.socket:
        """A new connection to one of its listeners."""
        plain = socket.create_connection(("127.0.0.1", self.ports[at]), timeout=SOON)
        if context is None:
            return plain
        return context.wrap_socket(plain, server_hostname="localhost", session=session)

    def get(self, path: str, connection: socket.socket) -> bytes:
        """The whole response, until the server closes the connection."""
        # HTTP/1.1, in which the client would keep the connection open if the server did.
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        return to_the_end(connection)

    def stop(self) -> str:
        """Stop it, and return its output."""
        self.process.terminate()
        return self.process.communicate(timeout=SOON)[1]


def to_the_end(connection: socket.socket) -> bytes:
    """Everything up to the end of the stream. Raises ConnectionResetError if the connection is reset."""
    answer = b""
    while piece := connection.recv(4096):
        answer += piece
    return answer


def listener(files: Files | None = None, **options: object) -> Listener:
    """A listener on a free port; with TLS if there are files for it."""
    pair = {"certificate": files.certificate, "key": files.key} if files else {}
    return Listener("127.0.0.1", free_port(), **{**pair, **options})  # type: ignore[arg-type]  # the caller names its fields


@contextmanager
def started(
    files: Files | None = None, *listeners: Listener, stopped: Path = Path(os.devnull), keep_alive: int = 0
) -> Iterator[Served]:
    """A server with `listeners`, or with a single one, which uses TLS if there are `files`.

    It creates the file `stopped` when it is told to stop.
    """
    listeners = listeners or (listener(files),)
    with subprocess.Popen(
        [
            sys.executable,
            str(_SCRIPT),
            str(stopped),
            str(keep_alive),
            *(json.dumps(asdict(one), default=str) for one in listeners),
        ],
        env=clean_environment(),
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        first = listeners[0]

        def problem() -> str:
            if process.poll() is not None:
                raise NotReadyError("the server", seen=process.communicate()[1], hint="")
            scheme, root = ("https", str(files.root)) if files and first.certificate else ("http", None)
            return probe(f"{scheme}://127.0.0.1:{first.port}", root=root)

        try:
            wait_until(problem, "the server", within=LONG, hint="")
            yield Served(process, [one.port for one in listeners])
        finally:
            process.terminate()
            process.communicate(timeout=SOON)
