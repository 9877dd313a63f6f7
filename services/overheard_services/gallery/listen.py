"""Listens on many ports with one thread, and one more thread per client."""

from __future__ import annotations

import selectors
import signal
import socket
import threading
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

from overheard.words.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    # Handles a client, and closes the connection.
    Treat = Callable[[socket.socket], None]

# Far more than any client needs; each has a thread.
_MOST_CLIENTS = 256
# At a time; each is a byte.
_MOST_SIGNALS = 64


@contextmanager
def listening(bind: str, ports: Iterable[int]) -> Iterator[list[socket.socket]]:
    """Listen on `ports`, in this order. Raises SettingsError if one of them is not available."""
    with ExitStack() as stack:
        yield [stack.enter_context(_listener(bind, port)) for port in ports]


def serve(listeners: Sequence[socket.socket], treats: Sequence[Treat]) -> None:
    """Handle the clients of each listener with its entry in `treats`, forever. Too many at a time are turned away."""
    room = threading.BoundedSemaphore(_MOST_CLIENTS)
    with selectors.DefaultSelector() as selector, _woken_by_signals(selector):
        for listener, treat in zip(listeners, treats, strict=True):
            selector.register(listener, selectors.EVENT_READ, treat)
        while True:
            for key, _events in selector.select():
                if key.data is None:
                    # Signals, which Python handles by itself.
                    key.fileobj.recv(_MOST_SIGNALS)  # type: ignore[union-attr]  # it is a socket
                    continue
                # A client may have gone away while it waited in the queue.
                with suppress(OSError):
                    connection, _address = key.fileobj.accept()  # type: ignore[union-attr]  # we put in sockets
                    if room.acquire(blocking=False):
                        threading.Thread(target=_treat, args=(key.data, connection, room), daemon=True).start()
                    else:
                        connection.close()


@contextmanager
def _woken_by_signals(selector: selectors.BaseSelector) -> Iterator[None]:
    """Have signals end `select`: Python could not handle one that comes just before that until the next client."""
    if threading.current_thread() is not threading.main_thread():
        # Python handles signals in its main thread alone.
        yield
        return
    woken, wake = socket.socketpair()
    with woken, wake:
        wake.setblocking(False)
        selector.register(woken, selectors.EVENT_READ, None)
        before = signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(before)


def _treat(treat: Treat, connection: socket.socket, room: threading.BoundedSemaphore) -> None:
    try:
        treat(connection)
    finally:
        room.release()


def _listener(bind: str, port: int) -> socket.socket:
    try:
        listener = socket.create_server((bind, port))
    except OSError as problem:
        raise SettingsError(
            f"cannot listen on {bind}:{port}: {problem}",
            hint="find out what is using it, or change OVERHEARD_GALLERY_PORT, the first of the gallery's ports",
        ) from None
    # Otherwise a client that is gone before it was accepted would block all others.
    listener.setblocking(False)
    return listener
