"""The engine of containers: Docker with Compose v2. Each run is a Compose project of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from overheard.engines.base import Job, Progress, follow, results_or_error
from overheard.words.errors import EngineError
from overheard.words.services import INTERCEPTOR

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard.words.result import Result

# How long the engine may take to answer a plain question, in seconds.
_PATIENCE = 10

# After an interruption, how many checks in a row must find nothing left.
_LOOKS = 4


@dataclass(frozen=True)
class ComposeEngine:
    """Containers, as defined by `docker-compose.yml` in the folder `project`."""

    project: Path
    name: str = "compose"
    fills_folder: bool = False

    def run(self, job: Job, progress: Progress) -> list[Result]:
        """See `Engine.run`."""
        job.logs.mkdir(exist_ok=True)
        lab = Project(self.project, job)
        try:
            progress("building the images (the first time takes a minute or two)")
            # Always under one project name: Compose writes it into the images, which would otherwise differ between
            # runs.
            lab.compose("-p", "overheard", "--progress", "plain", "build")
            progress("starting the containers")
            results = results_or_error(lab.client(progress), job, lab.log)
            progress("fetching the recordings")
            for kept in (f"recordings/{job.run}", f"keys/{job.run}"):
                lab.compose("cp", f"capture:/{kept}/.", str(job.folder))
            lab.compose("cp", "capture:/spy/.", str(job.folder / INTERCEPTOR))
        except BaseException:
            lab.down(looks=_LOOKS)
            raise
        lab.down()
        return results


class Project:
    """One Compose project. The output of Compose goes to the log of the run."""

    def __init__(self, project: Path, job: Job) -> None:
        self.log = job.logs / "lab.log"
        self._job = job
        self._name = f"overheard-{job.run}"
        self._client = f"{self._name}-client"
        self._command = ["docker", "compose", "--project-directory", str(project), "-p", self._name]
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("OVERHEARD_", "COMPOSE_"))},
            **job.variables,
            # Published ports are for people who start the lab by hand. A run needs none but that of the page, and two
            # runs must not collide.
            "OVERHEARD_HTTP_PORT": "",
            "OVERHEARD_HTTPS_PORT": "",
            "OVERHEARD_PAGE_PORT": str(job.page_port or ""),
            # Many developers have set these for something else.
            "SECRET_KEY_FILE": "",
            "BASE_IMAGE": "",
            "CA_BUNDLE": _ca_bundle(),
        }

    def compose(self, *arguments: str) -> None:
        """Run a Compose command and wait for its end. Raises EngineError if it fails."""
        with self._running(*arguments) as process:
            code = process.wait()
        if code:
            raise EngineError(f"`docker compose {' '.join(arguments)}` failed", hint=f"its output is in {self.log}")

    def client(self, progress: Progress) -> list[Result]:
        """Run the client, and everything that it depends on."""
        variables = {**self._job.variables, "OVERHEARD_RUN": self._job.run, "OVERHEARD_CLIENT_OUTPUT": "json"}
        options = [word for name, value in variables.items() for word in ("-e", f"{name}={value}")]
        with self._running("run", "--rm", "-T", "--name", self._client, *options, "client") as process:
            assert process.stdout  # noqa: S101  (for mypy: it is a pipe)
            return follow(process.stdout, progress)

    def down(self, *, looks: int = 0) -> None:
        """Remove everything, and keep the logs of the roles. Another Ctrl-C only restarts this.

        What Docker was asked to create just before an interruption may appear after everything has been removed: so
        check again, until that many `looks`, half a second apart, found nothing left.
        """
        while True:
            with suppress(KeyboardInterrupt):
                self._down()
                clean = 0
                while clean < looks:
                    time.sleep(0.5)
                    if self._left():
                        self._down()
                        clean = 0
                    else:
                        clean += 1
                return

    def _down(self) -> None:
        # `down` does not remove what `run` started, and then cannot remove the volumes that are in use.
        _docker("rm", "--force", self._client)
        for arguments in (("logs", "--no-color"), ("down", "--volumes", "--remove-orphans", "--timeout", "3")):
            with self._running(*arguments) as process:
                process.wait()
        # `down` fails if we were interrupted before the container was created whose network another one shares.
        if containers := self._labelled("ps", "--all"):
            _docker("rm", "--force", *containers)
        if networks := self._labelled("network", "ls"):
            _docker("network", "rm", *networks)
        if volumes := self._volumes():
            _docker("volume", "rm", "--force", *volumes)

    def _left(self) -> bool:
        """Whether a container, a network or a volume of the project exists."""
        return bool(self._labelled("ps", "--all") or self._labelled("network", "ls") or self._volumes())

    def _labelled(self, *words: str) -> list[str]:
        """The containers or networks of the project that Docker lists, by identifier."""
        return _docker(*words, "--quiet", "--filter", f"label=com.docker.compose.project={self._name}")

    def _volumes(self) -> list[str]:
        """The volumes of the project, by name: those that a late container created have no label."""
        return _docker("volume", "ls", "--quiet", "--filter", f"name={self._name}_")

    @contextmanager
    def _running(self, *arguments: str) -> Iterator[subprocess.Popen[str]]:
        """A running Compose command. If we are interrupted, it is stopped, and stops what it has started."""
        with (
            self.log.open("a") as log,
            subprocess.Popen(
                [*self._command, *arguments],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if arguments[0] == "run" else log,
                stderr=log,
                text=True,
                # We handle Ctrl-C: if the terminal sent it to Compose as well, Compose would stop half-way.
                start_new_session=True,
            ) as process,
        ):
            try:
                yield process
            except BaseException:
                process.terminate()
                raise


def _docker(*arguments: str) -> list[str]:
    """The words that a docker command prints; empty if it fails."""
    return subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False).stdout.split()


def _ca_bundle() -> str:
    """The CA bundle for pip while images are built: that of the machine, for use behind a proxy that intercepts TLS."""
    return os.environ.get("CA_BUNDLE") or os.environ.get("SSL_CERT_FILE") or ""


def check(project: Path, progress: Progress) -> None:
    """Raise EngineError, with what to do, if this engine cannot run.

    This also gets the base image, which may have to be pulled or built.
    """
    if not (project / "docker-compose.yml").is_file():
        raise EngineError(f"there is no docker-compose.yml in {project}", hint="run this in a checkout of Overheard")
    if not shutil.which("docker"):
        raise EngineError("Docker was not found", hint="install it, or use ENGINE=local")
    ask = ["docker", "info", "--format", "{{.ServerVersion}}"]
    _answers(ask, "no Docker engine responds", "start it, see that you may use its socket, or use ENGINE=local")
    _answers(["docker", "compose", "version"], "Docker has no Compose v2", "install the docker-compose-plugin")
    progress("looking for the base image (built once, in about 20 s, if it cannot be pulled)")
    base = [str(project / "lab" / "setup" / "base-image")]
    _answers(base, "the base image can neither be pulled nor built", "see `make base-image`", within=None)


def _answers(command: list[str], otherwise: str, hint: str, *, within: float | None = _PATIENCE) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=within, check=False)
    except subprocess.TimeoutExpired:
        raise EngineError(f"{otherwise}: it took more than {within:g} s", hint=hint) from None
    except OSError as problem:
        raise EngineError(f"{otherwise}: {problem}", hint=hint) from None
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise EngineError(otherwise + (f": {said[-1]}" if said else ""), hint=hint)
