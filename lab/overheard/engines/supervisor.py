"""The first process of the local engine's namespaces: brings the roles up, runs the client, and takes all down.

It gets its plan in the first line of standard input, and ends when standard input does, so that nothing outlives the
one who started it, however that one ended.
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
from overheard.role.health import probe, wait_until
from overheard.role.run import run
from overheard.words.errors import NotReadyError
from overheard.words.story import CA, CAPTURE, HTTP, HTTPS

if TYPE_CHECKING:
    from collections.abc import Iterator

# From linux/sockios.h and linux/if.h.
_GET_FLAGS, _SET_FLAGS, _UP = 0x8913, 0x8914, 1
# How long the roles may take to come up, and to go down, in seconds.
_PATIENCE, _GRACE = 60, 2.5


@dataclass(frozen=True)
class Role:
    """One program: its module, its settings, and where it says that it is ready."""

    name: str
    module: str
    variables: dict[str, str]
    health: str
    root: Path | None = None


@dataclass
class Lab:
    """The roles of one run, and the folders that stand for their volumes."""

    state: Path
    folder: Path
    variables: dict[str, str]
    _running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def roles(self) -> list[Role]:
        """The programs that must be ready before the client begins."""
        https = {
            "OVERHEARD_SERVER_SCHEME": "https",
            "OVERHEARD_SERVER_HANDOVER": self._volume("handover/server"),
            "OVERHEARD_SERVER_CREDENTIALS": self._volume("credentials"),
        }
        ca = {
            "OVERHEARD_CA_STATE": self._volume("ca"),
            "OVERHEARD_CA_PASSPHRASE_FILE": f"{self._volume('passphrase')}/passphrase",
            "OVERHEARD_CA_HANDOVER": self._volume("handover"),
            "OVERHEARD_CA_REQUESTERS": "server=server,localhost,127.0.0.1;client=",
        }
        capture = {
            "OVERHEARD_CAPTURE_TOKEN_FILE": f"{self._volume('token')}/token",
            # The folder of the run has the run's name: recordings and keys are made where they are to be found.
            "OVERHEARD_CAPTURE_RECORDINGS": str(self.folder.parent),
            "OVERHEARD_CAPTURE_KEYS": str(self.folder.parent),
            "OVERHEARD_CAPTURE_INTERFACE": "lo",
        }
        root = self.state / "ca" / "root.pem"
        return [
            Role("ca", "overheard_ca", ca, CA.origin, root),
            Role("capture", "overheard_capture", capture, CAPTURE.origin),
            Role("server-https", "overheard_services.server", https, HTTPS.origin, root),
            Role("server-http", "overheard_services.server", {}, HTTP.origin),
        ]

    def up(self) -> None:
        """Start every role, and return when all are ready. Raises NotReadyError."""
        roles = self.roles()
        for role in roles:
            self._running.append(self._start(role.name, role.module, role.variables))
        for role, process in zip(roles, self._running, strict=True):
            wait_until(
                lambda role=role, process=process: _problem(role, process),  # type: ignore[misc]
                f"the {role.name} to be ready",
                within=_PATIENCE,
                hint=f"what it said is in {self.folder / 'logs' / role.name}.log",
            )

    def client(self) -> int:
        """Run the client, with its events going to our standard output, and return its exit code."""
        variables = {
            "OVERHEARD_CLIENT_HANDOVER": self._volume("handover/client"),
            "OVERHEARD_CLIENT_KEYS": str(self.folder.parent),
            "OVERHEARD_CAPTURE_TOKEN_FILE": str(self.state / "token" / "token"),
            "OVERHEARD_CLIENT_OUTPUT": "json",
        }
        process = self._start("client", "overheard_services.client", variables, events=True)
        self._running.append(process)
        return process.wait()

    def down(self) -> None:
        """Stop what runs."""
        for process in self._running:
            process.terminate()
        for process in self._running:
            try:
                process.wait(_GRACE)
            except subprocess.TimeoutExpired:
                process.kill()

    def _start(
        self, name: str, module: str, variables: dict[str, str], *, events: bool = False
    ) -> subprocess.Popen[bytes]:
        with (self.folder / "logs" / f"{name}.log").open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", module],
                env={**clean_environment(), **variables, **self.variables},
                stdin=subprocess.DEVNULL,
                stdout=None if events else log,
                stderr=log,
            )

    def _volume(self, name: str) -> str:
        path = self.state / name
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return str(path)


def _problem(role: Role, process: subprocess.Popen[bytes]) -> str:
    if (code := process.poll()) is not None:
        raise NotReadyError(f"the {role.name} to be ready", seen=f"it ended with exit code {code}", hint="see its log")
    if role.root and not role.root.exists():
        return "the certificate authority has made no root certificate yet"
    return probe(role.health, root=str(role.root) if role.root else None)


@contextmanager
def stage(folder: Path) -> Iterator[Path]:
    """Make these namespaces a place where the roles can meet, and lend a folder for their state.

    The state, keys among it, is in memory, seen by nobody outside of the mount namespace, and gone when that is.
    """
    _bring_up_loopback()
    state = folder / "state"
    state.mkdir(mode=0o700)
    try:
        _mount("-t", "tmpfs", "-o", "mode=0700", "overheard", str(state))
        hosts = state / "hosts"
        hosts.write_text("127.0.0.1 localhost ca capture server\n")
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
    # Not sys.stdin.read: its lock, held by a thread that waits, would keep the interpreter from ending.
    while os.read(0, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def main(_arguments: list[str]) -> int:
    """Run the lab of the plan, and return the exit code of its client."""
    plan = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_standard_input, daemon=True).start()
    with stage(Path(plan["folder"])) as state:
        lab = Lab(state, Path(plan["folder"]), plan["variables"])
        try:
            lab.up()
            return lab.client()
        finally:
            lab.down()


if __name__ == "__main__":
    run("lab", main)
