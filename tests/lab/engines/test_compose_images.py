"""What the images contain, and what they do not."""

from __future__ import annotations

import json
import re

import pytest

from lab.engines.containers import Lab, docker
from workers import alone

pytestmark = pytest.mark.usefixtures("compose_engine", "images")


@pytest.fixture(scope="module")
def images(compose_engine: object, tmp_path_factory: pytest.TempPathFactory) -> None:  # noqa: ARG001
    """All images, built as the engine builds them."""
    with alone(tmp_path_factory, "images"):
        built = Lab().compose("-p", "overheard", "build")
    assert built.returncode == 0, built.stderr


IMPORTS = {
    "ca": {"cryptography", "flask", "gunicorn"},
    "server": {"cryptography", "flask", "gunicorn", "requests"},
    "client": {"cryptography", "requests", "rich"},
    "capture": {"cryptography", "flask", "gunicorn", "pyshark", "yaml"},
    # mitmproxy depends on Flask for its own pages.
    "interceptor": {"cryptography", "flask", "mitmproxy"},
}


@pytest.mark.parametrize("image", IMPORTS)
def test_an_image_contains_only_what_its_role_needs(image: str) -> None:
    wanted = sorted(set().union(*IMPORTS.values()) | {"pip", "pytest"})
    script = f"import importlib.util as u; print(*[name for name in {wanted} if u.find_spec(name)])"
    assert set(docker("run", "--rm", f"overheard-{image}", "python3", "-c", script).split()) == IMPORTS[image]


@pytest.mark.parametrize("image", IMPORTS)
def test_no_image_contains_a_key_or_the_ca_bundle_of_its_build(image: str) -> None:
    script = (
        "find /run/secrets /state /passphrase /token /keys /credentials -type f 2>/dev/null; "
        "find /shared-key /record /stolen /spy /gallery /impostor -type f 2>/dev/null; "
        "grep -rlE 'BEGIN (EC |RSA |ENCRYPTED )?PRIVATE KEY' /app /etc /opt/venv/bin 2>/dev/null; true"
    )
    assert docker("run", "--rm", "--user", "0", f"overheard-{image}", "sh", "-c", script) == ""


@pytest.mark.parametrize("image", IMPORTS)
def test_no_program_in_an_image_runs_with_the_rights_of_its_owner(image: str) -> None:
    script = "find / -xdev -type f -perm /6000"
    assert docker("run", "--rm", "--user", "0", f"overheard-{image}", "sh", "-c", script) == ""


@pytest.mark.parametrize("image", IMPORTS)
def test_an_image_tells_from_what_it_was_made(image: str) -> None:
    """The base image, and the version of every Debian package."""
    labels = json.loads(docker("inspect", "--format", "{{json .Config.Labels}}", f"overheard-{image}"))
    assert labels["org.opencontainers.image.base.name"] == "debian:trixie-slim"
    script = "grep -c ^Package: /var/lib/dpkg/status; cat /app/debian-packages.txt"
    count, *packages = docker("run", "--rm", f"overheard-{image}", "sh", "-c", script).split()
    assert len(packages) == int(count)
    assert {"base-files", "python3"} <= {package.partition("=")[0] for package in packages}
    assert all(re.fullmatch(r"[a-z0-9.+-]+=[0-9]\S*", package) for package in packages)
