"""A real TLS server that sends any chain, valid or not, and responds over HTTP."""

from __future__ import annotations

import contextlib
import socket
import ssl
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from lab.certificates.making import Made
from processes import SOON

_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi"


def context(chain: Sequence[Made], key: Made | None = None) -> ssl.SSLContext:
    """A context with the first of `chain` and its key, at security level 0, which allows weak keys and digests."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.set_ciphers("DEFAULT:@SECLEVEL=0")
    with tempfile.TemporaryDirectory() as folder:
        pem = Path(folder) / "chain.pem"
        pem.write_bytes(b"".join(one.pem for one in chain) + (key or chain[0]).key_pem)
        made.load_cert_chain(pem)
    return made


@contextlib.contextmanager
def serving(chain: Sequence[Made], answer: bytes = _ANSWER) -> Iterator[int]:
    """Send `chain`, and then `answer`, on the port that this yields."""
    secured = context(chain)

    def serve(connection: socket.socket) -> None:
        with secured.wrap_socket(connection, server_side=True) as tls:
            if tls.recv(65536):
                tls.sendall(answer)

    with listening(serve) as port:
        yield port


@contextlib.contextmanager
def listening(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """Handle every connection, on the port that this yields."""

    def accept() -> None:
        while True:
            connection, _ = listener.accept()
            # Clients that disconnect are expected in these tests.
            with connection, contextlib.suppress(OSError):
                if stopped.is_set():
                    return
                connection.settimeout(SOON)
                answer(connection)

    stopped = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield port
        finally:
            stopped.set()
            socket.create_connection(("127.0.0.1", port)).close()
            thread.join()
