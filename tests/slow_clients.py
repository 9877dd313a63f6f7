"""Clients that are slow in every way, and how long others have to wait for their responses meanwhile."""

from __future__ import annotations

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from typing import TYPE_CHECKING

from processes import SOON

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator

_SILENT = b""
_HEAD = b"POST /slow-client HTTP/1.1\r\nHost: localhost\r\n"
# What a slow client has sent before it becomes slow; with TLS, after the handshake.
_BEGINNINGS = (
    _SILENT,
    _HEAD[:7],
    _HEAD,
    _HEAD + b"Content-Length: 1000\r\n\r\nacorn",
    _HEAD + b"Transfer-Encoding: chunked\r\n\r\n10\r\nacorn",
    # The whole request, by a client that neither reads the response nor closes the connection.
    b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n",
)
# The beginning of a ClientHello: 22 is the content type of handshake records.
_HALF_A_HELLO = bytes([22, 3, 1, 2])
# Half of the clients send another byte after that many seconds.
_PAUSE = 0.5


def connect(port: int, context: ssl.SSLContext | None = None, *, source: str = "127.0.0.1") -> socket.socket:
    """A connection to a server of this machine, over TLS if there is a context."""
    plain = socket.create_connection(("127.0.0.1", port), timeout=SOON, source_address=(source, 0))
    return context.wrap_socket(plain, server_hostname="localhost") if context else plain


def health(port: int, context: ssl.SSLContext | None = None, *, source: str = "127.0.0.1") -> bytes:
    """The whole response to a health check."""
    with closing(connect(port, context, source=source)) as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        answer = b""
        while piece := connection.recv(4096):
            answer += piece
        return answer


def longest_wait(port: int, context: ssl.SSLContext | None = None, *, slow: int = 80, others: int = 20) -> float:
    """The seconds until the last of `others` health checks was answered, which all began while `slow` clients waited.

    A check that is not answered with 200 is an AssertionError.
    """

    def ask(_number: int) -> float:
        begun = time.monotonic()
        assert health(port, context).startswith(b"HTTP/1.1 200 ")
        return time.monotonic() - begun

    with slow_clients(port, context, slow), ThreadPoolExecutor(others) as pool:
        return max(pool.map(ask, range(others)))


@contextmanager
def slow_clients(port: int, context: ssl.SSLContext | None, count: int) -> Iterator[list[socket.socket]]:
    """So many clients, which are slow until the end of the `with` block."""
    ended = threading.Event()
    with ExitStack() as stack:
        clients = [stack.enter_context(closing(_slow_client(port, context, number))) for number in range(count)]

        def send_slowly() -> None:
            while not ended.wait(_PAUSE):
                for client in clients[::2]:
                    # The server may have closed it.
                    with suppress(OSError):
                        client.send(b"A")

        stack.enter_context(_running(threading.Thread(target=send_slowly), ended))
        yield clients


def _slow_client(port: int, context: ssl.SSLContext | None, number: int) -> socket.socket:
    # Half of those that use TLS are slow in the handshake.
    if context and number % 4 > 1:
        client = connect(port)
        client.sendall(_HALF_A_HELLO if number % 8 > 3 else _SILENT)
        return client
    client = connect(port, context)
    client.sendall(_BEGINNINGS[number // 2 % len(_BEGINNINGS)])
    return client


@contextmanager
def _running(thread: threading.Thread, ended: threading.Event) -> Iterator[None]:
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
