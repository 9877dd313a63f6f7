"""The images of the examples, and the programs that run them."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import tempfile
import time
import uuid
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from overheard.engines.base import clean_environment
from processes import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator

EXAMPLES = PROJECT / "examples"
COMPOSE, KUBERNETES = EXAMPLES / "compose", EXAMPLES / "kubernetes"
SIDECAR, WEB = "overheard-sidecar", "overheard-example-web"
PASSWORD = "correct horse battery"  # noqa: S105  (nobody's)


def run(*command: str, check: bool = True, **variables: str) -> str:
    """The output of a program."""
    done = subprocess.run(
        command,
        env={**clean_environment(), "HOME": os.environ.get("HOME", "/root"), **variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert not check or done.returncode == 0, f"{command}: {done.stdout}"
    return done.stdout


def build(ca_bundle: str) -> None:
    """Build the images, as the pages say."""
    secret = ["--secret", f"id=ca_bundle,src={ca_bundle or '/dev/null'}"]
    file = str(PROJECT / "lab" / "sidecar.Dockerfile")
    run("docker", "build", "--quiet", *secret, "-f", file, "-t", SIDECAR, str(PROJECT), DOCKER_BUILDKIT="1")
    run("docker", "compose", "-f", str(COMPOSE / "compose.yaml"), "build", "--quiet", "web")


class Project:
    """The example of Compose, with a project name of its own."""

    def __init__(self, *files: str, **variables: str) -> None:
        self.name = f"overheard-example-{uuid.uuid4().hex[:8]}"
        self._command = ["docker", "compose", "-p", self.name]
        self._command += [word for file in files for word in ("-f", str(COMPOSE / file))]
        self._variables = variables

    def compose(self, *arguments: str, check: bool = True) -> str:
        """Run Compose."""
        return run(*self._command, *arguments, check=check, **self._variables)

    @contextmanager
    def up(self) -> Iterator[None]:
        """Within this, it is up."""
        try:
            self.compose("up", "--detach", "--wait")
            yield
        finally:
            self.compose("down", "--volumes", "--timeout", "1")

    def verdict(self) -> dict[str, Any]:
        """What the sidecar wrote."""
        found: dict[str, Any] = json.loads(self.compose("exec", "-T", "overheard", "cat", "/recordings/verdict.json"))
        return found

    def exit_code(self) -> int:
        """With which the sidecar ended, once it has."""
        return int(run("docker", "wait", f"{self.name}-overheard-1"))


class Podman:
    """The program podman, with limits that it may ask for where those of this machine are low."""

    def __init__(self, folder: Path) -> None:
        self._settings = folder / "containers.conf"
        self._settings.write_text('[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]\n')

    def __call__(self, *arguments: str, check: bool = True) -> str:
        """Run it. crun, its own runtime, does not start where cgroups are of both versions."""
        runtime = run("sh", "-c", "command -v runc").strip()
        return run("podman", "--runtime", runtime, *arguments, check=check, CONTAINERS_CONF=str(self._settings))

    def load(self, *images: str) -> None:
        """Have images of Docker, unless it has the same already: that takes a while."""
        form = "{{.Id}}"
        wanted = run("docker", "image", "inspect", "--format", form, *images).replace("sha256:", "")
        local = [f"localhost/{image}" for image in images]
        if self("image", "inspect", "--format", form, *local, check=False) == wanted:
            return
        with tempfile.TemporaryDirectory() as folder:
            run("docker", "save", "-o", f"{folder}/images.tar", *images)
            self("load", "--quiet", "--input", f"{folder}/images.tar")

    def address(self, pod: str) -> str:
        """The address of a pod."""
        infrastructure = self("pod", "inspect", pod, "--format", "{{.InfraContainerID}}").strip()
        form = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
        return self("inspect", infrastructure, "--format", form).strip()


def pod_of(name: str, *more: dict[str, Any]) -> list[dict[str, Any]]:
    """The secret and the pod of the example, with other names and further containers.

    Ports are left out, because podman 4.3 publishes those of containers on the machine.
    """
    secret, pod = yaml.safe_load_all((KUBERNETES / "pod.yaml").read_text())
    secret["metadata"]["name"] = pod["spec"]["volumes"][0]["secret"]["secretName"] = f"{name}-secrets"
    pod["metadata"]["name"] = name
    # An ephemeral container is never restarted.
    pod["spec"]["restartPolicy"] = "Never"
    pod["spec"]["containers"] += more
    for container in pod["spec"]["containers"]:
        container.pop("ports", None)
    return [secret, pod]


def password_in(secret: dict[str, Any]) -> str:
    """The value of the secret of the example."""
    return base64.b64decode(secret["data"]["password"]).decode()


def until(holds: Any, within: float = 90) -> Any:  # noqa: ANN401  (what it returns)
    """The first value of a function that is true."""
    deadline = time.monotonic() + within
    while not (value := holds()):
        assert time.monotonic() < deadline
        time.sleep(0.3)
    return value
