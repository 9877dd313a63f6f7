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

# How often, after an interruption, nothing must be found left before nothing is left.
_LOOKS = 4


@dataclass(frozen=True)
class ComposeEngine:
    """Containers, as `docker-compose.yml` in the folder `project` says."""

    project: Path
    name: str = "compose"

    def run(self, job: Job, progress: Progress) -> list[Result]:
        """See `Engine.run`."""
        job.logs.mkdir(exist_ok=True)
        lab = _Lab(self.project, job)
        try:
            progress("building the images (the first time takes a minute or two)")
            # Always as one project: Compose writes its name into the images, and those of each run would differ.
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


class _Lab:
    """One Compose project. What Compose says goes to the log of the run."""

    def __init__(self, project: Path, job: Job) -> None:
        self.log = job.logs / "lab.log"
        self._job = job
        self._name = f"overheard-{job.run}"
        self._client = f"{self._name}-client"
        self._command = ["docker", "compose", "--project-directory", str(project), "-p", self._name]
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("OVERHEARD_", "COMPOSE_"))},
            **job.variables,
            # Ports of the host are for people who start the lab by hand. A run needs none, and two must not collide.
            "OVERHEARD_HTTP_PORT": "",
            "OVERHEARD_HTTPS_PORT": "",
            # Many a developer has one for something else.
            "SECRET_KEY": "",
            "CA_BUNDLE": _ca_bundle(),
        }

    def compose(self, *arguments: str) -> None:
        """Have Compose do something, to its end. Raises EngineError when it fails."""
        with self._running(*arguments) as process:
            code = process.wait()
        if code:
            raise EngineError(f"`docker compose {' '.join(arguments)}` failed", hint=f"its output is in {self.log}")

    def client(self, progress: Progress) -> list[Result]:
        """Run the client, and with it all that it depends on."""
        variables = {**self._job.variables, "OVERHEARD_RUN": self._job.run, "OVERHEARD_CLIENT_OUTPUT": "json"}
        options = [word for name, value in variables.items() for word in ("-e", f"{name}={value}")]
        with self._running("run", "--rm", "-T", "--name", self._client, *options, "client") as process:
            assert process.stdout  # noqa: S101  (for mypy: it is a pipe)
            return follow(process.stdout, progress)

    def down(self, *, looks: int = 0) -> None:
        """Take everything down, and keep what the roles said. Another Ctrl-C only makes this begin anew.

        What Docker was asked to create just before an interruption may come into being after all has been taken down:
        so look again, until that many `looks`, half a second apart, found nothing left.
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
        # `down` leaves alone what `run` started, and then cannot remove the volumes that it uses.
        _docker("rm", "--force", self._client)
        for arguments in (("logs", "--no-color"), ("down", "--volumes", "--remove-orphans", "--timeout", "3")):
            with self._running(*arguments) as process:
                process.wait()
        if volumes := self._volumes():
            _docker("volume", "rm", "--force", *volumes)

    def _left(self) -> bool:
        """Whether a container, a network or a volume of the project is there."""
        label = f"label=com.docker.compose.project={self._name}"
        lists = (_docker(*words, "--quiet", "--filter", label) for words in (("ps", "--all"), ("network", "ls")))
        return any(lists) or bool(self._volumes())

    def _volumes(self) -> list[str]:
        """The volumes of the project by their names: those that a late container brought with it have no label."""
        return _docker("volume", "ls", "--quiet", "--filter", f"name={self._name}_")

    @contextmanager
    def _running(self, *arguments: str) -> Iterator[subprocess.Popen[str]]:
        """Compose, doing something. When we are interrupted it is told to end, and to end what it has begun."""
        with (
            self.log.open("a") as log,
            subprocess.Popen(
                [*self._command, *arguments],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if arguments[0] == "run" else log,
                stderr=log,
                text=True,
                # Ctrl-C is ours to handle: Compose, told by the terminal too, would stop half-way through.
                start_new_session=True,
            ) as process,
        ):
            try:
                yield process
            except BaseException:
                process.terminate()
                raise


def _docker(*arguments: str) -> list[str]:
    """The words that a docker command prints; none where it fails."""
    return subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False).stdout.split()


def _ca_bundle() -> str:
    """What pip must trust while images are built: behind a proxy that opens TLS, the bundle that the machine names."""
    return os.environ.get("CA_BUNDLE") or os.environ.get("SSL_CERT_FILE") or ""


def check(project: Path, progress: Progress) -> None:
    """Raise EngineError, with what to do, where this engine cannot run.

    That includes having the base image, which may have to be pulled or made.
    """
    if not (project / "docker-compose.yml").is_file():
        raise EngineError(f"there is no docker-compose.yml in {project}", hint="run this in a checkout of Overheard")
    if not shutil.which("docker"):
        raise EngineError("Docker was not found", hint="install it, or use ENGINE=local")
    ask = ["docker", "info", "--format", "{{.ServerVersion}}"]
    _answers(ask, "no Docker engine responds", "start it, or use ENGINE=local")
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
