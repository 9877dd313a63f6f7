"""The server as a process, under a real CA."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ca.process import CaProcess
from overheard.engines.base import clean_environment
from overheard.words.services import OF_THE_SERVER
from ports import free_port
from processes import LONG, PROJECT, SOON, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


COMMAND = [sys.executable, "-m", "overheard_services.server"]
# As in the lab: `acorn` is a server certificate that a client presents.
REQUESTERS = "server=server,localhost,127.0.0.1;client=client:squirrel;acorn=acorn"


class Server:
    """A running server, its settings, and the ports of its services."""

    def __init__(self, process: subprocess.Popen[str], ports: dict[str, int], environment: dict[str, str]) -> None:
        self.process, self.ports, self.environment = process, ports, environment

    def health(self, **variables: str) -> subprocess.CompletedProcess[str]:
        """Its own health check, as a container runs it."""
        environment = {**self.environment, **variables}
        return subprocess.run(
            [*COMMAND, "health"], env=environment, capture_output=True, text=True, timeout=LONG, check=False
        )

    def url(self, service: str, path: str = "/") -> str:
        """The URL of a service."""
        return f"{OF_THE_SERVER[service].scheme}://localhost:{self.ports[service]}{path}"

    def stop(self) -> str:
        """Stop it with SIGTERM, and return its output."""
        self.process.terminate()
        said = self.process.communicate(timeout=SOON)[1]
        assert self.process.returncode == 0
        return said


@contextmanager
def started(*services: str, http: int = 0, **variables: str) -> Iterator[Server]:
    """A server of `services`, each on a free port, or that of `http`; by default only http."""
    ports = {name: http if http and name == "http" else free_port() for name in services or ("http",)}
    served = ",".join(f"{name}:{port}" for name, port in ports.items())
    environment = {**clean_environment(), "OVERHEARD_SERVER_SERVICES": served, **variables}
    with (
        subprocess.Popen(
            COMMAND, env=environment, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        ) as process,
        serving(process, "the server", f"http://127.0.0.1:{ports['http']}", lambda: process.communicate()[1]),
    ):
        yield Server(process, ports, environment)


@contextmanager
def under(ca: CaProcess, folder: Path, *services: str, tls: str = "intermediate") -> Iterator[Server]:
    credentials = folder / "credentials"
    credentials.mkdir(mode=0o700)
    (folder / "shared").mkdir(mode=0o700)
    with started(
        *services,
        OVERHEARD_CA_URL=ca.url,
        OVERHEARD_SERVER_HANDOVER=str(ca.handover / "server"),
        OVERHEARD_SERVER_CREDENTIALS=str(credentials),
        OVERHEARD_SERVER_SHARED_KEY_FILE=str(folder / "shared" / "key"),
        OVERHEARD_SERVER_TLS=tls,
        OPENSSL_CONF=str(PROJECT / "services/overheard_services/server/openssl.cnf"),
    ) as server:
        yield server
