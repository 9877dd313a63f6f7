"""The first process of the local engine's namespaces: starts the roles, runs the client, and stops everything.

It gets its plan in the first line of standard input, and ends when standard input does, so that nothing outlives its
parent process, however that ended.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from overheard.engines.base import clean_environment
from overheard.engines.forked import ForkedRole
from overheard.role.health import probe, wait_until
from overheard.role.run import run
from overheard.words.errors import NotReadyError
from overheard.words.gallery import HOSTS
from overheard.words.handover import IMPOSTOR_ROOT
from overheard.words.services import (
    CA,
    CAPTURE,
    GALLERY_HEALTH,
    HTTP,
    INTERCEPTOR,
    INTERCEPTOR_HEALTH,
    OF_THE_SERVER,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    Process: TypeAlias = subprocess.Popen[bytes] | ForkedRole

# All of 127.0.0.0/8 is this machine; the interceptor listens on the ports of the services that it impersonates.
_ADDRESS_OF_THE_INTERCEPTOR = "127.0.0.2"
_HOSTS = f"""\
127.0.0.1 localhost ca capture {" ".join(sorted({"server"} | HOSTS))}
{_ADDRESS_OF_THE_INTERCEPTOR} {INTERCEPTOR}
"""
# From linux/sockios.h and linux/if.h.
_GET_FLAGS, _SET_FLAGS, _UP = 0x8913, 0x8914, 1
# How long the roles may take to start and to stop, in seconds.
_PATIENCE, _GRACE = 60, 2.5


@dataclass(frozen=True)
class Role:
    """One program: its module, its settings, the URL of its health check, and the Python that runs it."""

    name: str
    module: str
    variables: dict[str, str]
    health: str
    root: Path | None = None
    python: str = sys.executable


@dataclass
class Lab:
    """The roles of one run, and the folders that stand for their volumes.

    `interceptor` is the Python of the interceptor; empty if there is none. `gallery` is whether the gallery is started,
    and `forks` whether roles that this Python can run are forks of this process.
    """

    state: Path
    folder: Path
    variables: dict[str, str]
    interceptor: str = ""
    gallery: bool = True
    forks: bool = False
    _running: list[Process] = field(default_factory=list)

    def roles(self) -> list[Role]:
        """The programs that must be ready before the client begins."""
        server = {
            "OVERHEARD_SERVER_SERVICES": ",".join(OF_THE_SERVER),
            "OVERHEARD_SERVER_HANDOVER": self._volume("handover/server"),
            "OVERHEARD_SERVER_CREDENTIALS": self._volume("credentials"),
            "OVERHEARD_SERVER_SHARED_KEY_FILE": self._shared_key,
        }
        ca = {
            "OVERHEARD_CA_STATE": self._volume("ca"),
            "OVERHEARD_CA_PASSPHRASE_FILE": f"{self._volume('passphrase')}/passphrase",
            "OVERHEARD_CA_HANDOVER": self._volume("handover"),
            "OVERHEARD_CA_REQUESTERS": "server=logged:server,localhost,127.0.0.1;client=client:squirrel;acorn=acorn",
            "OVERHEARD_CA_ACME": "on",
            "OVERHEARD_CA_ACME_HTTP_PORT": str(HTTP.port),
            "OVERHEARD_CA_LOG": "on",
            "OVERHEARD_CA_LOG_ROOTS": f"{self._volume('impostor')}/{IMPOSTOR_ROOT}" if self.interceptor else "",
        }
        capture = {
            "OVERHEARD_CAPTURE_TOKEN_FILE": f"{self._volume('token')}/token",
            # The folder of the run has the run's name, so recordings and keys are created in their final place.
            "OVERHEARD_CAPTURE_RECORDINGS": str(self.folder.parent),
            "OVERHEARD_CAPTURE_KEYS": str(self.folder.parent),
            "OVERHEARD_CAPTURE_SPY": str(self.folder / INTERCEPTOR),
            "OVERHEARD_CAPTURE_STOLEN": f"{self._volume('credentials')}/key.pem",
            "OVERHEARD_CAPTURE_INTERFACE": "lo",
        }
        root = self.state / "ca" / "root.pem"
        roles = [
            Role("ca", "overheard_ca", ca, CA.origin, root),
            Role("server", "overheard_services.server", server, HTTP.origin),
            Role("capture", "overheard_capture", capture, CAPTURE.origin),
        ]
        roles += [self._gallery()] if self.gallery else []
        return [self._interceptor(), *roles] if self.interceptor else roles

    def _gallery(self) -> Role:
        variables = {"OVERHEARD_GALLERY_HANDOVER": self._volume("gallery")}
        return Role("gallery", "overheard_services.gallery", variables, GALLERY_HEALTH.origin)

    def _interceptor(self) -> Role:
        (self.folder / INTERCEPTOR).mkdir(mode=0o700, exist_ok=True)
        variables = {
            "OVERHEARD_INTERCEPTOR_BIND": _ADDRESS_OF_THE_INTERCEPTOR,
            "OVERHEARD_INTERCEPTOR_RECORD": str(self.folder / INTERCEPTOR),
            "OVERHEARD_INTERCEPTOR_HANDOVER": self._volume("impostor"),
        }
        return Role(
            INTERCEPTOR,
            "overheard_services.interceptor",
            variables,
            INTERCEPTOR_HEALTH.origin,
            python=self.interceptor,
        )

    def up(self) -> None:
        """Start every role, and return when all are ready. Raises NotReadyError."""
        roles = self.roles()
        for role in roles:
            self._running.append(self._start(role))
        for role, process in zip(roles, self._running, strict=True):
            wait_until(
                lambda role=role, process=process: _problem(role, process),  # type: ignore[misc]
                f"the {role.name} to be ready",
                within=_PATIENCE,
                hint=f"its output is in {self.folder / 'logs' / role.name}.log",
            )

    def client(self) -> int:
        """Run the client, with its events going to our standard output, and return its exit code."""
        variables = {
            "OVERHEARD_CLIENT_HANDOVER": self._volume("handover/client"),
            "OVERHEARD_CLIENT_ACORN": self._volume("handover/acorn"),
            "OVERHEARD_CLIENT_CREDENTIALS": self._volume("credentials-client"),
            "OVERHEARD_CLIENT_GALLERY": self._volume("gallery"),
            "OVERHEARD_CLIENT_IMPOSTOR": self._volume("impostor") if self.interceptor else "",
            "OVERHEARD_CLIENT_SHARED_KEY_FILE": self._shared_key,
            "OVERHEARD_CLIENT_KEYS": str(self.folder.parent),
            "OVERHEARD_CAPTURE_TOKEN_FILE": str(self.state / "token" / "token"),
            "OVERHEARD_CLIENT_OUTPUT": "json",
        }
        process = self._start(Role("client", "overheard_services.client", variables, health=""), events=True)
        self._running.append(process)
        return process.wait()

    def down(self) -> None:
        """Stop all roles."""
        for process in self._running:
            process.terminate()
        for process in self._running:
            try:
                process.wait(_GRACE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _start(self, role: Role, *, events: bool = False) -> Process:
        environment = {**clean_environment(), **role.variables, **self.variables}
        with (self.folder / "logs" / f"{role.name}.log").open("wb") as log:
            if self.forks and role.python == sys.executable:
                output = sys.stdout.fileno() if events else log.fileno()
                return ForkedRole(role.module, environment, output, log.fileno())
            return subprocess.Popen(
                [role.python, "-P", "-m", role.module],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=None if events else log,
                stderr=log,
            )

    @property
    def _shared_key(self) -> str:
        return f"{self._volume('shared-key')}/key"

    def _volume(self, name: str) -> str:
        path = self.state / name
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return str(path)


def _problem(role: Role, process: Process) -> str:
    if (code := process.poll()) is not None:
        raise NotReadyError(f"the {role.name} to be ready", seen=f"it ended with exit code {code}", hint="see its log")
    if role.root and not role.root.exists():
        return "the certificate authority has not created a root certificate yet"
    return probe(role.health, root=str(role.root) if role.root else None)


@contextmanager
def stage(folder: Path) -> Iterator[Path]:
    """Set up these namespaces for the roles, with a folder for their state.

    The state, including keys, is in memory, invisible outside the mount namespace, and gone when that ends.
    """
    _bring_up_loopback()
    state = folder / "state"
    state.mkdir(mode=0o700)
    try:
        _mount("-t", "tmpfs", "-o", "mode=0700", "overheard", str(state))
        hosts = state / "hosts"
        hosts.write_text(_HOSTS)
        _mount("--bind", str(hosts), "/etc/hosts")
        yield state
    finally:
        subprocess.run(["umount", "--lazy", str(state)], check=False)
        state.rmdir()


def _bring_up_loopback() -> None:
    """Bring `lo` of this network namespace up, without needing `ip`."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        asked = fcntl.ioctl(control, _GET_FLAGS, struct.pack("16sH14s", b"lo", 0, b""))
        (flags,) = struct.unpack_from("H", asked, 16)
        fcntl.ioctl(control, _SET_FLAGS, struct.pack("16sH14s", b"lo", flags | _UP, b""))


def _mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True)


def _end_with_standard_input() -> None:
    # Not sys.stdin.read: a waiting thread would hold its lock, and keep the interpreter from exiting.
    while os.read(0, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def main(_arguments: list[str]) -> int:
    """Run the lab of the plan, and return the client's exit code."""
    plan = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_standard_input, daemon=True).start()
    with stage(Path(plan["folder"])) as state:
        lab = Lab(state, Path(plan["folder"]), plan["variables"], plan["interceptor"], plan["gallery"], forks=True)
        try:
            lab.up()
            return lab.client()
        finally:
            lab.down()


if __name__ == "__main__":
    run("lab", main)
