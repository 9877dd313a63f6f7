"""The lab in containers, as a user of `docker compose` has it."""

from __future__ import annotations

import json
import os
import subprocess
import uuid
from typing import Any

from processes import PROJECT

LABEL = "com.docker.compose.project"
# What pip trusts while images are built. It is read before the tests clean their environment.
CA_BUNDLE = os.environ.get("CA_BUNDLE") or os.environ.get("SSL_CERT_FILE") or ""


def docker(*arguments: str, check: bool = True) -> str:
    """The output of a docker command."""
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0 or not check, done.stderr
    return done.stdout


class Lab:
    """A separate Compose project, as a user of `docker compose` has it."""

    def __init__(self) -> None:
        self.name = f"overheard-test-{uuid.uuid4().hex[:8]}"

    def compose(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """`docker compose ...` in this project, with these variables in the environment."""
        # Free ports of the host: the usual ones may be taken.
        environment = {
            **os.environ,
            "OVERHEARD_HTTP_PORT": "",
            "OVERHEARD_HTTPS_PORT": "",
            "OVERHEARD_PAGE_PORT": "",
            "SECRET_KEY_FILE": "",
            "BASE_IMAGE": "",
            "CA_BUNDLE": CA_BUNDLE,
            **variables,
        }
        return subprocess.run(
            ["docker", "compose", "-p", self.name, *arguments],
            cwd=PROJECT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def inspect(self) -> dict[str, Any]:
        """The output of `docker inspect` for each container, by role."""
        ids = docker("ps", "-aq", "--filter", f"label={LABEL}={self.name}").split()
        found = json.loads(docker("inspect", *ids))
        return {container["Config"]["Labels"]["com.docker.compose.service"]: container for container in found}


def left_of(project: str) -> str:
    """The containers, networks and volumes of a project."""
    label = ("--filter", f"label={LABEL}={project}")
    # Volumes by name: those of a container that was created late have no label.
    volumes = docker("volume", "ls", "-q", "--filter", f"name={project}_")
    return docker("ps", "-aq", *label) + docker("network", "ls", "-q", *label) + volumes
