"""The gunicorn worker of every server: however slow or many some clients are, the others are served.

Each connection has a thread. Its handshake and its request must arrive within a deadline, and a peer has a limited
number of connections. gunicorn's own worker waits without end for the rest of a request, and closes connections in the
loop that accepts them, which takes up to two seconds for a client that does not close its side.
"""

from __future__ import annotations

import os
import select
import ssl
import time
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from gunicorn.http.unreader import SocketUnreader
from gunicorn.util import close_graceful
from gunicorn.workers.gthread import ThreadWorker

if TYPE_CHECKING:
    import socket
    from concurrent.futures import Future
    from types import FrameType

# How many connections are open at most. Each may need two file descriptors, and 1,024 is a common limit on these.
CONNECTIONS = 256
# How many of them a peer, an address, may have: far more than any client needs, and half are left to the others.
CONNECTIONS_PER_PEER = CONNECTIONS // 2
# A peer with more than this many gets no further request on any: a crowd of clients behind one address must not use up
# its connections by those that wait for nothing.
KEPT_PER_PEER = CONNECTIONS_PER_PEER // 8
# The deadline for a request, head and body together, and for each piece of the response, in seconds. That for the
# handshake is in `serve`.
REQUEST_DEADLINE, RESPONSE_DEADLINE = 10, 10


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn publishes no types
    """Calls `stop` of its application when it is told to end, and when it ends.

    Serves one request per connection, or several if gunicorn's option `keepalive` says for how many seconds it is open
    between two of them. gunicorn's own worker hands such a connection to its loop and back for each request.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401  (they are gunicorn's)
        super().__init__(*arguments, **options)
        # By address. Only the thread of the loop changes it.
        self._open: Counter[str] = Counter()
        # gunicorn closes connections when there are this many between two requests.
        self.max_keepalived = CONNECTIONS

    @classmethod
    def check_config(cls, _config: object, _log: object) -> None:
        """Accept the options. gunicorn would say that no thread is left for connections between two requests."""

    def init_process(self) -> None:
        """Prepare to serve, in the worker's process."""
        # Readable once the worker is told to end: no connection waits for another request then.
        self._ending = os.eventfd(0)
        super().init_process()

    def run(self) -> None:
        """Serve until told to end."""
        try:
            super().run()
        finally:
            self.app.stop()

    def handle_exit(self, number: int, frame: FrameType | None) -> None:
        """Handle SIGTERM. After `run` it might be too late: gunicorn kills a worker with busy threads."""
        self.app.stop()
        os.eventfd_write(self._ending, 1)
        super().handle_exit(number, frame)

    def handle_quit(self, number: int, frame: FrameType | None) -> None:
        """Handle SIGQUIT, which gunicorn sends on SIGINT: on a busy machine, `run` ends too late for it."""
        self.app.stop()
        os.eventfd_write(self._ending, 1)
        super().handle_quit(number, frame)

    def enqueue_req(self, conn: Any) -> None:  # noqa: ANN401  (gunicorn's TConn)
        """Give a new connection to a thread; close it at once if its peer has too many."""
        peer = conn.client[0]
        if self._open[peer] >= CONNECTIONS_PER_PEER:
            self.nr_conns -= 1
            conn.close()
            return
        self._open[peer] += 1
        super().enqueue_req(conn)

    def handle(self, conn: Any) -> None:  # noqa: ANN401
        """Serve a connection to its end, in its thread."""
        # It is how a failed handshake is reported.
        with suppress(ConnectionResetError):
            conn.init()
            unreader = conn.parser.unreader = _Unreader(conn.sock)
            while super().handle(conn) and self._has_more(conn.sock, unreader):
                unreader.begin()
        close_graceful(conn.sock)

    def handle_request(self, req: Any, conn: Any) -> bool:  # noqa: ANN401
        """Serve a request; True if the connection is kept for another."""
        if self._open[conn.client[0]] > KEPT_PER_PEER:
            req.force_close()
        kept: bool = super().handle_request(req, conn)
        return kept

    def _has_more(self, sock: socket.socket, unreader: _Unreader) -> bool:
        """Wait for the next request on a connection, or its end. False if neither comes."""
        # What came with the last request, and what was decrypted with it.
        if unreader.buf.getvalue() or (isinstance(sock, ssl.SSLSocket) and sock.pending()):
            return True
        poll = select.poll()
        poll.register(sock, select.POLLIN)
        poll.register(self._ending, select.POLLIN)
        return any(ready == sock.fileno() for ready, _ in poll.poll(1000 * self.cfg.keepalive))

    def finish_request(self, conn: Any, _done: Future[None]) -> None:  # noqa: ANN401
        """Forget a connection that was served."""
        conn.close()
        self.nr_conns -= 1
        self._open -= Counter([conn.client[0]])


class _Unreader(SocketUnreader):  # type: ignore[misc]
    """What a client sends, up to the deadline of its request; then as if it had closed the connection."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(sock)
        self.begin()

    def begin(self) -> None:
        """Begin a request."""
        self._deadline = time.monotonic() + REQUEST_DEADLINE

    def chunk(self, size_hint: int | None = None) -> bytes:
        """The next bytes; none at the end."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            return b""
        self.sock.settimeout(left)
        try:
            received: bytes = super().chunk(size_hint)
        except TimeoutError:
            return b""
        finally:
            # What follows is the response.
            self.sock.settimeout(RESPONSE_DEADLINE)
        return received
