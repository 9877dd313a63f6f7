"""The server as a process: what it tells, how it says that it is ready, and how it ends."""

from __future__ import annotations

import http.client
import subprocess
import sys
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest

from ca.process import CaProcess, free_port
from overheard.engines.base import clean_environment
from overheard.role.health import probe, wait_until
from overheard.words.errors import NotReadyError
from overheard_services.client.ask import ask

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMMAND = [sys.executable, "-m", "overheard_services.server"]
# Two seconds are promised, and a busy machine gets some more: without its promise, it would be thirty.
SOON = 10


class Server:
    """A running server, and what it was told."""

    def __init__(self, process: subprocess.Popen[str], port: int, environment: dict[str, str]) -> None:
        self.process, self.port, self.environment = process, port, environment

    def health(self) -> subprocess.CompletedProcess[str]:
        """Its own health check, as a container runs it."""
        return subprocess.run(
            [*COMMAND, "health"], env=self.environment, capture_output=True, text=True, timeout=30, check=False
        )


@contextmanager
def started(root: Path | None = None, **variables: str) -> Iterator[Server]:
    port = free_port()
    environment = {**clean_environment(), "OVERHEARD_SERVER_PORT": str(port), **variables}
    with subprocess.Popen(
        COMMAND, env=environment, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:

        def problem() -> str:
            if process.poll() is not None:
                raise NotReadyError("the server", seen=process.communicate()[1], hint="")
            scheme = "https" if root else "http"
            return probe(f"{scheme}://127.0.0.1:{port}", root=str(root) if root else None)

        try:
            wait_until(problem, "the server", within=30, hint="")
            yield Server(process, port, environment)
        finally:
            process.terminate()
            process.communicate(timeout=SOON)


def test_over_http() -> None:
    """It tells the message as plain text, is healthy, says nothing, and ends when it is told to."""
    with started(OVERHEARD_MESSAGE="bushy tail") as server:
        with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=SOON)) as connection:
            connection.request("GET", "/")
            answer = connection.getresponse()
            assert (answer.status, answer.read()) == (200, b"bushy tail")
            assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert server.health().returncode == 0
        # A client that is connected and says nothing does not hold it up.
        with closing(http.client.HTTPConnection("127.0.0.1", server.port)) as idle:
            idle.connect()
            server.process.terminate()
            assert server.process.wait(SOON) == 0
        ill = server.health()
        assert ill.returncode == 1
        assert ill.stderr.startswith("not ready: it said nothing (")


def test_over_https_with_a_certificate_of_the_ca(tmp_path: Path) -> None:
    """It waits for the CA, enrols, and is trusted by whoever trusts the CA alone."""
    ca = CaProcess(tmp_path / "ca")
    credentials = tmp_path / "credentials"
    credentials.mkdir(mode=0o700)
    handover = ca.handover / "server"
    handover.mkdir(parents=True)
    ca.launch()
    try:
        wait_until(lambda: "" if (ca.state / "root.pem").exists() else "no root", "the CA", within=20, hint="")
        with started(
            ca.state / "root.pem",
            OVERHEARD_SERVER_SCHEME="https",
            OVERHEARD_CA_URL=ca.url,
            OVERHEARD_SERVER_HANDOVER=str(handover),
            OVERHEARD_SERVER_CREDENTIALS=str(credentials),
        ) as server:
            url = f"https://localhost:{server.port}/"
            assert ask(url, trusting=str(ca.state / "root.pem")).message == "fluffy tail"
            assert "unable to get local issuer certificate" in ask(url).error
            assert server.health().returncode == 0
            server.process.terminate()
            assert server.process.wait(SOON) == 0
    finally:
        ca.kill()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("OVERHEARD_SERVER_PORT", "http", "OVERHEARD_SERVER_PORT is 'http', which is not a port"),
        ("OVERHEARD_SERVER_SCHEME", "https", "OVERHEARD_SERVER_HANDOVER is not set"),
    ],
)
def test_a_setting_that_makes_no_sense_is_told_at_the_start(name: str, value: str, words: str) -> None:
    done = subprocess.run(
        COMMAND, env={**clean_environment(), name: value}, capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 2
    assert done.stderr.startswith(f"server: {words}")
    assert "Traceback" not in done.stderr
