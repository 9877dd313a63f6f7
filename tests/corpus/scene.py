"""The scene of a case: its addresses, its servers, and the programs that it starts.

A case is played at the client side. Its servers run at the server side, at addresses of the case's own: so all cases
can share one recording, which is split by address afterwards.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import threading
import time
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any

from corpus.case import Missing

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from corpus.taps import Side, Tap

# Timeout in seconds, for programs and for peers.
_PATIENCE = 20


class Scene:
    """The scene of one case. `rest` is closed after the case, `late` after the recording."""

    def __init__(self, number: int, tap: Tap, folder: Path, late: ExitStack) -> None:
        self.number, self.tap, self.folder = number, tap, folder
        self.host, self.host6 = tap.host(number), tap.host6(number)
        # The addresses within the case's tunnel: the client's, and that of a server at the far side.
        self.ends, self.ends6 = tap.ends(number), tap.ends6(number)
        self.rest, self.late = ExitStack(), late
        # Objects made before the recording began.
        self.kept: dict[str, Any] = {}

    @property
    def addresses(self) -> list[bytes]:
        """All addresses of this case, packed as in headers."""
        hosts = (self.host, self.host6, *self.ends, *self.ends6)
        return [socket.inet_pton(_family(host), host) for host in hosts]

    def listen(self, port: int, host: str = "", side: Side | None = None) -> socket.socket:
        """A listening socket, by default at the server side."""
        host = host or self.host
        with (side or self.tap.server).entered():
            listener = socket.create_server((host, port), family=_family(host))
        return self.rest.enter_context(listener)

    def datagrams(self, port: int, host: str = "") -> socket.socket:
        """A datagram socket at the server side."""
        host = host or self.host
        with self.tap.server.entered():
            receiver = socket.socket(_family(host), socket.SOCK_DGRAM)
        self.rest.enter_context(receiver)
        receiver.settimeout(_PATIENCE)
        receiver.bind((host, port))
        return receiver

    def serve(
        self, talk: Callable[[socket.socket], object], port: int, host: str = "", side: Side | None = None
    ) -> None:
        """Accept connections at this port, and run `talk` on each in a thread; afterwards it is closed."""
        listener = self.listen(port, host, side)

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    self.background(_to_the_end, connection, talk)

        self.background(accept)
        # Closing alone would leave the thread blocked in accept().
        self.rest.callback(_shut, listener)

    def background(self, work: Callable[..., object], *arguments: object, side: Side | None = None) -> threading.Thread:
        """Do `work` in a thread, by default at the server side."""

        def start() -> None:
            (side or self.tap.server).enter()
            work(*arguments)

        thread = threading.Thread(target=start, daemon=True)
        thread.start()
        return thread

    def connect(self, port: int, host: str = "", source: tuple[str, int] | None = None) -> socket.socket:
        """A connection to the server, with TCP_NODELAY, so that each `send` is a segment if it fits into one."""
        connection = socket.create_connection((host or self.host, port), _PATIENCE, source)
        self.rest.enter_context(connection)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def await_port(self, port: int) -> None:
        """Wait until a program listens at this port. If the sides have separate namespaces, this is not recorded."""
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            with self.tap.server.entered(), suppress(ConnectionRefusedError):
                socket.create_connection((self.host, port), _PATIENCE).close()
                return
            time.sleep(0.02)
        raise RuntimeError(f"nothing came to listen at port {port}")

    def run(self, *command: str, said: bytes = b"", fine: tuple[int, ...] = (0,)) -> bytes:
        """Run a program at the client side, and return its output; `said` is its standard input."""
        done = subprocess.run(
            [program(command[0]), *command[1:]],
            input=said,
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
            cwd=self.folder,
        )
        if done.returncode not in fine:
            raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.decode()}")
        return done.stdout

    def curl(self, *arguments: str, said: bytes = b"", fine: tuple[int, ...] = (0,)) -> bytes:
        """Run curl, and return its output."""
        return self.run("curl", "-sS", "--noproxy", "*", *arguments, said=said, fine=fine)

    def start(self, *command: str, side: Side | None = None) -> subprocess.Popen[bytes]:
        """Start a program, by default at the server side. It is terminated after the case."""
        with (side or self.tap.server).entered():
            process = subprocess.Popen(
                [program(command[0]), *command[1:]],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=self.folder,
            )
        # This waits for it, and closes its pipes.
        self.rest.enter_context(process)
        self.rest.callback(process.terminate)
        return process

    def file(self, name: str, content: bytes) -> str:
        """Write a file for programs to send, and return its path."""
        (self.folder / name).write_bytes(content)
        return str(self.folder / name)

    def url(self, path: str = "/", port: int = 80) -> str:
        """The URL of a path on the server."""
        return f"http://{self.host}:{port}{path}"


def program(name: str) -> str:
    """The path of a program. Raises Missing if it is not installed."""
    path = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if not path:
        raise Missing(f"{name} was not found")
    return path


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _shut(listener: socket.socket) -> None:
    with suppress(OSError):
        listener.shutdown(socket.SHUT_RDWR)


def _to_the_end(connection: socket.socket, talk: Callable[[socket.socket], object]) -> None:
    with connection, suppress(ConnectionError):
        connection.settimeout(_PATIENCE)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        talk(connection)
