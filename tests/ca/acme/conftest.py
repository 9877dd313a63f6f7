"""A CA that speaks ACME, and a challenge server that it asks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from ca.acme.client import Client
from ca.process import CaProcess
from overheard_ca.challenge_server import Answers, servers
from ports import free_port


@dataclass
class Stage:
    """A CA, and what is answered to it."""

    ca: CaProcess
    answers: Answers
    ports: dict[str, int]

    def client(self, *, registered: bool = True) -> Client:
        """A new client, by default with an account."""
        client = Client(self.ca.url, str(self.ca.state / "root.pem"))
        if registered:
            client.register()
        return client

    def publish(self, _: str, token: str, answer: str) -> None:
        """Answer http-01."""
        self.answers.change("add-http01", {"token": token, "content": answer})

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


def staged(ca: CaProcess, answers: Answers, ports: dict[str, int]) -> Iterator[Stage]:
    """A running stage."""
    answers.default = "127.0.0.1"
    running = servers(answers, ports)
    try:
        yield Stage(ca.start(), answers, ports)
    finally:
        ca.kill()
        for each in running:
            each.shutdown()
            each.server_close()


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A stage that the tests of a file share."""
    ports = {name: free_port() for name in ("dns", "http", "tls", "management")}
    yield from staged(CaProcess(tmp_path_factory.mktemp("ca"), **settings_of(ports)), Answers(), ports)


@pytest.fixture
def client(stage: Stage) -> Client:
    """A client with an account of its own."""
    return stage.client()


