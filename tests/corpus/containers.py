"""Two containers on their own network, with the recording sidecar, as under the compose engine.

They are a Compose project with a unique name, from the recorder and network of `docker-compose.yml` and the two
containers of `containers.yml`. Everything is removed afterwards, whatever happens.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
import uuid
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = Path(__file__).parent.parent.parent
LABEL = "com.docker.compose.project"

_FILES = (PROJECT / "docker-compose.yml", Path(__file__).parent / "containers.yml")
_WORD = "containers.json"
# After a failure, how many consecutive checks must find nothing left.
_LOOKS = 4


class ContainersError(Exception):
    """The containers did not start, or the corpus cannot be played in them."""


@dataclass(frozen=True)
class Containers:
    """The PIDs of the two containers' first processes, to enter their network namespaces, and the sidecar's token."""

    servers: int
    clients: int
    token: str

    def keep(self, folder: Path) -> None:
        """Save this in a folder, in a file that only its owner can read."""
        file = folder / _WORD
        file.touch(mode=0o600)
        file.write_text(json.dumps(asdict(self)))

    @classmethod
    def kept(cls, folder: Path) -> Self:
        """Load what was saved in a folder."""
        return cls(**json.loads((folder / _WORD).read_text()))


@contextmanager
def containers(folder: Path, name: str = "") -> Iterator[Containers]:
    """Start the containers, save their description in this folder, and remove them at the end.

    Raises ContainersError if that fails.
    """
    project = _Project(name or f"overheard-corpus-{uuid.uuid4().hex[:8]}")
    try:
        # With the engine's project name, as Compose writes it into the image.
        project.compose("-p", "overheard", "--progress", "plain", "build", "capture")
        project.compose("up", "--detach", "--wait", "servers", "clients")
        token = project.compose("exec", "-T", "capture", "cat", "/token/token").strip()
        made = Containers(project.process("servers"), project.process("clients"), token)
        made.keep(folder)
        yield made
    except BaseException:
        project.down(looks=_LOOKS)
        raise
    project.down()


def left_of(project: str) -> list[str]:
    """The existing containers, networks and volumes of a project."""
    of_it = ("--quiet", "--filter", f"label={LABEL}={project}")
    # Volumes by name, as those of a container that was created late have no label.
    volumes = ("volume", "ls", "--quiet", "--filter", f"name={project}_")
    return [each for words in (("ps", "--all", *of_it), ("network", "ls", *of_it), volumes) for each in _docker(*words)]


class _Project:
    """A Compose project."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._command = ["docker", "compose", "-p", name]
        self._command += [word for file in _FILES for word in ("-f", str(file))]
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("OVERHEARD_", "COMPOSE_"))},
            # The host does not need them.
            "OVERHEARD_HTTP_PORT": "",
            "OVERHEARD_HTTPS_PORT": "",
            "OVERHEARD_PAGE_PORT": "",
            "CA_BUNDLE": os.environ.get("CA_BUNDLE") or os.environ.get("SSL_CERT_FILE") or "",
        }

    def compose(self, *arguments: str) -> str:
        """Run Compose, and return its output. Raises ContainersError."""
        done = self._run(*arguments)
        if done.returncode:
            raise ContainersError(f"`docker compose {' '.join(arguments)}` failed: {done.stderr.strip()}")
        return done.stdout

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self._command, *arguments],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            # We handle Ctrl-C: if the terminal sent it to Compose as well, Compose would stop half-way.
            start_new_session=True,
        )

    def process(self, service: str) -> int:
        """The PID of a container's first process. Raises ContainersError if that is on another machine."""
        container = self.compose("ps", "--quiet", service).strip()
        (pid,) = _docker("inspect", "--format", "{{.State.Pid}}", container)
        # A remote Docker engine reports the PID of another machine.
        with suppress(OSError):
            if container in Path(f"/proc/{pid}/cgroup").read_text():
                return int(pid)
        raise ContainersError(f"the container {service} is not on this machine, or is not to be seen from here")

    def down(self, *, looks: int = 0) -> None:
        """Remove everything. Another Ctrl-C only restarts this.

        What Docker was asked to create just before an interruption may appear after everything was removed: so check
        again, until that many `looks`, half a second apart, found nothing left.
        """
        while True:
            with suppress(KeyboardInterrupt):
                self._down()
                clean = 0
                while clean < looks:
                    time.sleep(0.5)
                    clean = 0 if left_of(self.name) else clean + 1
                    if not clean:
                        self._down()
                return

    def _down(self) -> None:
        self._run("down", "--volumes", "--remove-orphans", "--timeout", "3")
        if volumes := _docker("volume", "ls", "--quiet", "--filter", f"name={self.name}_"):
            _docker("volume", "rm", "--force", *volumes)


def _docker(*arguments: str) -> list[str]:
    """Run a docker command, and return the words of its output; none if it fails."""
    return subprocess.run(
        ["docker", *arguments], capture_output=True, text=True, check=False, start_new_session=True
    ).stdout.split()
