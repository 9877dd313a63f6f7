"""Two containers on a network of their own, with the sidecar that records, as the compose engine has them.

They are a Compose project with a name that no other has: what `docker-compose.yml` says of the recorder and the
network, and `containers.yml` of the two. When they are no longer needed nothing is left of them, whatever happens.
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
# After a failure, how many checks in a row must find nothing left.
_LOOKS = 4


class ContainersError(Exception):
    """The containers did not come up, or are not such as the corpus can be played in."""


@dataclass(frozen=True)
class Containers:
    """The first processes of the two containers, whose network namespaces can be entered, and the sidecar's token."""

    servers: int
    clients: int
    token: str

    def keep(self, folder: Path) -> None:
        """Leave word of this in a folder, in a file that nobody else can read."""
        file = folder / _WORD
        file.touch(mode=0o600)
        file.write_text(json.dumps(asdict(self)))

    @classmethod
    def kept(cls, folder: Path) -> Self:
        """What there is word of in a folder."""
        return cls(**json.loads((folder / _WORD).read_text()))


@contextmanager
def containers(folder: Path, name: str = "") -> Iterator[Containers]:
    """The containers, for as long as they are needed; there is word of them in this folder.

    Raises ContainersError where they cannot be had.
    """
    project = _Project(name or f"overheard-corpus-{uuid.uuid4().hex[:8]}")
    try:
        # As the engine has it built: Compose writes the name of the project into an image.
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
    """The containers, networks and volumes of a project that are there."""
    of_it = ("--quiet", "--filter", f"label={LABEL}={project}")
    # Volumes by name: those that a late container brings with it have no label.
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
            # Nobody on the host asks for them.
            "OVERHEARD_HTTP_PORT": "",
            "OVERHEARD_HTTPS_PORT": "",
            "CA_BUNDLE": os.environ.get("CA_BUNDLE") or os.environ.get("SSL_CERT_FILE") or "",
        }

    def compose(self, *arguments: str) -> str:
        """What Compose prints. Raises ContainersError where it fails."""
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
        """The first process of a container, of those that this machine knows."""
        container = self.compose("ps", "--quiet", service).strip()
        (pid,) = _docker("inspect", "--format", "{{.State.Pid}}", container)
        # An engine elsewhere counts the processes of another machine.
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
    """The words that a docker command prints; none where it fails."""
    return subprocess.run(
        ["docker", *arguments], capture_output=True, text=True, check=False, start_new_session=True
    ).stdout.split()
