"""Where one case is played: its addresses, its servers, and the programs that it starts.

A case is played at the clients' side. What serves it runs at the server's side, at an address that is the case's own:
so all cases share one recording, which is cut by addresses afterwards.
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

# In seconds: for a program that hangs, and for a peer that does not answer.
_PATIENCE = 20


class Scene:
    """The stage of one case. `rest` is taken down after the case, `late` after the recording."""

    def __init__(self, number: int, tap: Tap, folder: Path, late: ExitStack) -> None:
        self.number, self.tap, self.folder = number, tap, folder
        self.host, self.host6 = tap.host(number), tap.host6(number)
        # The ends of a tunnel of the case: the client's, and that of a server at the far side.
        self.ends, self.ends6 = tap.ends(number), tap.ends6(number)
        self.rest, self.late = ExitStack(), late
        # What was made before the recording began.
        self.kept: dict[str, Any] = {}

    @property
    def addresses(self) -> list[bytes]:
        """Every address of this case, as it stands in packets."""
        hosts = (self.host, self.host6, *self.ends, *self.ends6)
        return [socket.inet_pton(_family(host), host) for host in hosts]

    def listen(self, port: int, host: str = "", side: Side | None = None) -> socket.socket:
        """A socket that listens, at the server's side unless another is named."""
        host = host or self.host
        with (side or self.tap.server).entered():
            listener = socket.create_server((host, port), family=_family(host))
        return self.rest.enter_context(listener)

    def datagrams(self, port: int, host: str = "") -> socket.socket:
        """A socket for datagrams at the server's side."""
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
        """Have `talk` speak to whoever connects to this port, each in a thread; then the connection is closed."""
        listener = self.listen(port, host, side)

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    self.background(_to_the_end, connection, talk)

        self.background(accept)
        # Closing alone would leave the thread in accept().
        self.rest.callback(_shut, listener)

    def background(self, work: Callable[..., object], *arguments: object, side: Side | None = None) -> threading.Thread:
        """Do something in a thread of its own, at the server's side."""

        def start() -> None:
            (side or self.tap.server).enter()
            work(*arguments)

        thread = threading.Thread(target=start, daemon=True)
        thread.start()
        return thread

    def connect(self, port: int, host: str = "", source: tuple[str, int] | None = None) -> socket.socket:
        """A connection to the server; Nagle's algorithm is off, so that each `send` is a segment where that fits."""
        connection = socket.create_connection((host or self.host, port), _PATIENCE, source)
        self.rest.enter_context(connection)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def await_port(self, port: int) -> None:
        """Wait until a program listens at this port; where the sides are apart, this is not recorded."""
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            with self.tap.server.entered(), suppress(ConnectionRefusedError):
                socket.create_connection((self.host, port), _PATIENCE).close()
                return
            time.sleep(0.02)
        raise RuntimeError(f"nothing came to listen at port {port}")

    def run(self, *command: str, said: bytes = b"", fine: tuple[int, ...] = (0,)) -> bytes:
        """What a program prints, at the clients' side; `said` is its standard input."""
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
        """What curl gets."""
        return self.run("curl", "-sS", "--noproxy", "*", *arguments, said=said, fine=fine)

    def start(self, *command: str, side: Side | None = None) -> subprocess.Popen[bytes]:
        """Start a program, at the server's side, which is ended with the case."""
        with (side or self.tap.server).entered():
            process = subprocess.Popen(
                [program(command[0]), *command[1:]],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=self.folder,
            )
        # Its pipe is closed when it was waited for.
        self.rest.enter_context(process)
        self.rest.callback(process.terminate)
        return process

    def file(self, name: str, content: bytes) -> str:
        """A file with this content, for programs to send."""
        (self.folder / name).write_bytes(content)
        return str(self.folder / name)

    def url(self, path: str = "/", port: int = 80) -> str:
        """The address of something on the server."""
        return f"http://{self.host}:{port}{path}"


def program(name: str) -> str:
    """Where a program is. Raises Missing where it is not."""
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
