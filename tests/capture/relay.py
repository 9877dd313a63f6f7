"""A recording relay between two real programs that talk over sockets."""

from __future__ import annotations

import select
import socket
import threading
import time
from contextlib import suppress
from typing import Self

from processes import LONG


class Relay:
    """Relays between a client and a port. `noted` has the bytes by sender: `>` is the client, `<` the server."""

    def __init__(self, port: int) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._listening.settimeout(LONG)
        self._to = port
        self.noted: list[tuple[str, bytes]] = []
        self._thread = threading.Thread(target=self._carry)

    @property
    def port(self) -> int:
        """The address for the client."""
        return int(self._listening.getsockname()[1])

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join(LONG)
        self._listening.close()
        assert not self._thread.is_alive()

    def _connected(self) -> socket.socket:
        """Connect to a server that may still be starting."""
        ends = time.monotonic() + LONG
        while True:
            try:
                return socket.create_connection(("127.0.0.1", self._to))
            except ConnectionRefusedError:
                if time.monotonic() > ends:
                    raise
                time.sleep(0.05)

    def _carry(self) -> None:
        client, _ = self._listening.accept()
        with client, self._connected() as server, suppress(ConnectionError):
            others = {client: server, server: client}
            while others:
                for heard in select.select(list(others), [], [], 10)[0]:
                    data = heard.recv(65536)
                    if data:
                        self.noted.append((">" if heard is client else "<", data))
                        (server if heard is client else client).sendall(data)
                    else:
                        other = others.pop(heard)
                        with suppress(OSError):
                            other.shutdown(socket.SHUT_WR)
