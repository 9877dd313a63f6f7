"""A CA that speaks ACME, and a challenge server that it asks."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from json import dumps
from pathlib import Path

from ca.acme.client import Client
from ca.process import CaProcess
from ports import free_port
from processes import LONG

PORTS = ("dns", "http", "tls", "management")


class ChallengeServer:
    """A challenge server as a process of its own, for which every name is this machine."""

    def __init__(self) -> None:
        self.ports = {name: free_port() for name in PORTS}
        listed = [word for name in PORTS for word in (f"--{name}", str(self.ports[name]))]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "overheard_ca.challenge_server", *listed], stderr=subprocess.PIPE
        )
        assert self._process.stderr is not None
        assert b"ready" in self._process.stderr.readline()
        self.change("set-default-ipv4", ip="127.0.0.1")

    def change(self, path: str, /, **fields: object) -> None:
        """Change what it answers."""
        connection = HTTPConnection("127.0.0.1", self.ports["management"], timeout=LONG)
        connection.request("POST", f"/{path}", dumps(fields))
        assert connection.getresponse().status == 200
        connection.close()

    def end(self) -> None:
        """End it."""
        self._process.terminate()
        assert self._process.wait(LONG) == 0
        assert self._process.stderr is not None
        self._process.stderr.close()


@dataclass
class Stage:
    """A CA, and what is answered to it."""

    ca: CaProcess
    answers: ChallengeServer

    def client(self, *, registered: bool = True) -> Client:
        """A new client, by default with an account."""
        client = Client(self.ca.url, str(self.ca.state / "root.pem"))
        if registered:
            client.register()
        return client

    def publish(self, _: str, token: str, answer: str) -> None:
        """Answer http-01."""
        self.answers.change("add-http01", token=token, content=answer)

    def refusals(self) -> list[tuple[object, ...]]:
        """Code, requester and names of every refusal, the last one first."""
        return self.ca.rows("SELECT code, requester, names FROM refusals ORDER BY number DESC")


def settings_of(ports: dict[str, int]) -> dict[str, str]:
    """The settings of a CA whose names are served at these ports."""
    return {
        "acme": "on",
        "acme_resolver": f"127.0.0.1:{ports['dns']}",
        "acme_http_port": str(ports["http"]),
        "acme_tls_port": str(ports["tls"]),
    }


@contextmanager
def staged(folder: Path, **settings: str) -> Iterator[Stage]:
    """A running stage, whose CA has these settings besides those for the challenge server."""
    answers = ChallengeServer()
    ca = CaProcess(folder, **settings_of(answers.ports), **settings)
    try:
        yield Stage(ca.start(), answers)
    finally:
        ca.kill()
        answers.end()
