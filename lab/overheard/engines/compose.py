"""The engine of containers: Docker with Compose v2. Each run is a Compose project of its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from overheard.engines.base import Job, Progress, follow, results_or_error
from overheard.words.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard.words.result import Result

# How long the engine may take to answer a plain question, in seconds.
_PATIENCE = 10


@dataclass(frozen=True)
class ComposeEngine:
    """Containers, as `docker-compose.yml` in the folder `project` says."""

    project: Path
    name: str = "compose"

    def run(self, job: Job, progress: Progress) -> list[Result]:
        """See `Engine.run`."""
        job.logs.mkdir(exist_ok=True)
        log = job.logs / "lab.log"
        compose = ["docker", "compose", "--project-directory", str(self.project), "-p", f"overheard-{job.run}"]
        # Ports of the host are for people who start the lab by hand; a run needs none, and two runs may not collide.
        environment = {**os.environ, "OVERHEARD_HTTP_PORT": "", "OVERHEARD_HTTPS_PORT": "", "CA_BUNDLE": _ca_bundle()}
        try:
            progress("building the images (the first time takes a minute or two)")
            self._call([*compose, "--progress", "plain", "build"], environment, log)
            progress("starting the containers")
            return results_or_error(self._client(compose, environment, job, progress), job, log)
        finally:
            _undisturbed(lambda: self._down(compose, environment, job))

    def _client(self, compose: list[str], environment: dict[str, str], job: Job, progress: Progress) -> list[Result]:
        variables = {**job.variables, "OVERHEARD_RUN": job.run, "OVERHEARD_CLIENT_OUTPUT": "json"}
        options = [word for name, value in variables.items() for word in ("-e", f"{name}={value}")]
        with (job.logs / "lab.log").open("a") as log:
            client = subprocess.Popen(
                [*compose, "run", "--rm", "-T", *options, "client"],
                env={**environment, **job.variables},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )
            with client:
                try:
                    assert client.stdout  # noqa: S101  (for mypy: it is a pipe)
                    results = follow(client.stdout, progress)
                except BaseException:
                    client.kill()
                    raise
        if results:
            progress("fetching the recordings")
            for inside in (f"/recordings/{job.run}/.", f"/keys/{job.run}/."):
                self._call([*compose, "cp", f"capture:{inside}", str(job.folder)], environment, job.logs / "lab.log")
        return results

    def _down(self, compose: list[str], environment: dict[str, str], job: Job) -> None:
        with (job.logs / "roles.log").open("w") as log:
            subprocess.run([*compose, "logs", "--no-color"], env=environment, stdout=log, stderr=log, check=False)
        self._call(
            [*compose, "down", "--volumes", "--remove-orphans", "--timeout", "3"], environment, job.logs / "lab.log"
        )

    def _call(self, command: list[str], environment: dict[str, str], log: Path) -> None:
        with log.open("a") as file:
            done = subprocess.run(
                command, env=environment, stdin=subprocess.DEVNULL, stdout=file, stderr=file, check=False
            )
        if done.returncode:
            raise EngineError(f"`{' '.join(command)}` failed", hint=f"what it said is in {log}")


def _ca_bundle() -> str:
    """What pip must trust while images are built: behind a proxy that opens TLS, the bundle that the machine names."""
    return os.environ.get("CA_BUNDLE") or os.environ.get("SSL_CERT_FILE") or ""


def _undisturbed(finish: Callable[[], None]) -> None:
    """Take the lab down even when the user presses Ctrl-C once more."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        finish()
    finally:
        signal.signal(signal.SIGINT, before)


def check(project: Path, progress: Progress) -> None:
    """Raise EngineError, with what to do, where this engine cannot run.

    That includes having the base image, which may have to be pulled or made.
    """
    if not (project / "docker-compose.yml").is_file():
        raise EngineError(f"there is no docker-compose.yml in {project}", hint="run this in a checkout of Overheard")
    if not shutil.which("docker"):
        raise EngineError("there is no Docker here", hint="install it, or use ENGINE=local")
    ask = ["docker", "info", "--format", "{{.ServerVersion}}"]
    _answers(ask, "no Docker engine answers", "start it, or use ENGINE=local")
    _answers(["docker", "compose", "version"], "Docker has no Compose v2", "install the docker-compose-plugin")
    progress("looking for the base image (made once, in about 20 s, where it cannot be pulled)")
    base = [str(project / "lab" / "setup" / "base-image")]
    _answers(base, "the base image can neither be pulled nor made", "see `make base-image`", within=None)


def _answers(command: list[str], otherwise: str, hint: str, *, within: float | None = _PATIENCE) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=within, check=False)
    except subprocess.TimeoutExpired:
        raise EngineError(f"{otherwise}: it took more than {within:g} s", hint=hint) from None
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise EngineError(otherwise + (f": {said[-1]}" if said else ""), hint=hint)
