"""The clients of the benchmark: eight users, each with one connection after another, on the web or in a chat."""

from __future__ import annotations

import gzip
import http.client
import json
import socket
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bodies import SECRET, Bodies, chatter, dice_of
from servers import PORTS

if TYPE_CHECKING:
    import random
    import ssl
    from collections.abc import Callable

_USERS = 8
# The most requests per connection; and the number of lines between two short web requests.
_REQUESTS, _LINES = 60, 300
_MOST_READ = 8192
_WAIT = 30.0


@dataclass
class Client:
    """Eight concurrent users, each with one connection after another, until `enough()`.

    `says_secret` is whether each connection sends the secret once: in clear it is a leak, within TLS it can be found
    with the key log.
    """

    server: str
    source: str
    tls: ssl.SSLContext | None
    seed: str
    says_secret: bool
    enough: Callable[[], bool]

    def run(self, user: Callable[[random.Random], None]) -> None:
        """Run the users, and return when all have closed their connections."""
        failures: list[Exception] = []

        def one(number: int) -> None:
            dice = dice_of(f"{self.seed} {number}")
            try:
                while not self.enough() and not failures:
                    user(dice)
            except (OSError, http.client.HTTPException) as failure:
                failures.append(failure)

        users = [threading.Thread(target=one, args=(number,)) for number in range(_USERS)]
        for thread in users:
            thread.start()
        for thread in users:
            thread.join()
        if failures:
            raise failures[0]

    def browse(self, dice: random.Random) -> None:
        """One keep-alive connection to the web server."""
        connection, uploads = self._open(), Bodies(f"{dice.random()}")
        if self.says_secret:
            self._upload(connection, json.dumps({"message": SECRET.decode()}).encode(), packed=dice.random() < 0.5)
        for _ in range(dice.randint(10, _REQUESTS)):
            if self.enough():
                break
            if dice.random() < 1 / 8:
                self._upload(connection, uploads.next(100_000).data)
            else:
                self._get(connection, f"/notes/{dice.randrange(10**6)}?sort=new&page={dice.randrange(99)}")
        connection.close()

    def chat(self, dice: random.Random) -> None:
        """One connection with many small packets, followed by a short one to the web server."""
        lines = chatter(self.seed)
        plain = socket.create_connection(
            (self.server, PORTS["chats" if self.tls else "chat"]), _WAIT, source_address=(self.source, 0)
        )
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self.tls.wrap_socket(plain, server_hostname=self.server) if self.tls else plain as connection:
            for _ in range(dice.randint(1, 20) * _LINES):
                if self.enough():
                    break
                question, answer = dice.choice(lines)
                connection.sendall(question)
                seen = connection.recv(_MOST_READ)
                if seen != answer:
                    raise http.client.HTTPException(f"awaited {answer!r}, saw {seen!r}")
        short = self._open()
        if self.says_secret:
            self._upload(short, json.dumps({"message": SECRET.decode()}).encode())
        self._get(short, f"/short/{dice.randrange(10**6)}")
        short.close()

    def visit(self, dice: random.Random) -> None:
        """One connection for one short response, as health checks, metrics and HTTP/1.0 have it."""
        once = self._open()
        self._get(once, f"/state/{dice.randrange(10**6)}")
        once.close()

    def _open(self) -> http.client.HTTPConnection:
        if self.tls:
            return http.client.HTTPSConnection(
                self.server, PORTS["https"], timeout=_WAIT, source_address=(self.source, 0), context=self.tls
            )
        return http.client.HTTPConnection(self.server, PORTS["http"], timeout=_WAIT, source_address=(self.source, 0))

    def _get(self, connection: http.client.HTTPConnection, path: str) -> None:
        headers = {"User-Agent": "bench/1.0", "Accept": "*/*", "Cookie": "session=6b1f0c2e9a7d4583; theme=dark"}
        connection.request("GET", path, headers=headers)
        connection.getresponse().read()

    def _upload(self, connection: http.client.HTTPConnection, data: bytes, *, packed: bool = False) -> None:
        headers = {"Content-Type": "application/json"}
        if packed:
            data, headers["Content-Encoding"] = gzip.compress(data), "gzip"
        connection.request("POST", "/notes", data, headers)
        connection.getresponse().read()
