"""The example of Compose: a service and the sidecar in its network, in clear and over TLS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests

from examples.beside import COMPOSE, PASSWORD, SIDECAR, Project, run, until
from lab.pki import Files
from ports import free_port

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.usefixtures("images"), pytest.mark.slow]


@pytest.fixture
def password(tmp_path: Path) -> str:
    (tmp_path / "password.txt").write_text(f"{PASSWORD}\n")
    return str(tmp_path / "password.txt")


def test_in_clear_it_is_overheard(password: str) -> None:
    port = free_port()
    project = Project("compose.yaml", PASSWORD_FILE=password, WEB_PORT=str(port), WINDOW="3")
    with project.up():
        requests.post(f"http://127.0.0.1:{port}/login", data=f"password={PASSWORD}", timeout=20)
        verdict = until(lambda: (found := project.verdict())["outcome"] == "OVERHEARD" and found)
        assert verdict["secrets"] == {"password": "OVERHEARD"}
        project.compose("stop", "overheard")
        assert project.exit_code() == 1
        said = project.compose("logs", "--no-log-prefix", "overheard")
    assert "password: seen in frame" in said
    assert PASSWORD not in said


def test_a_build_fails_and_then_passes() -> None:
    """The script as it stands."""
    before = sorted(COMPOSE.iterdir())
    failed, _, passed = run("sh", str(COMPOSE / "run.sh"), WEB_PORT=str(free_port())).partition("== 3. ")
    assert "password: seen in frame" in failed
    assert "the verdict is OVERHEARD" in failed
    assert passed.endswith("overheard: the verdict is PROTECTED\n")
    assert PASSWORD not in failed + passed
    assert sorted(COMPOSE.iterdir()) == before
    assert run("docker", "ps", "--all", "--quiet", "--filter", "name=overheard-example-[0-9]") == ""


def test_over_tls_it_is_protected_until_the_service_has_another_network(password: str, tmp_path: Path) -> None:
    files, port = Files.make(tmp_path), free_port()
    certificate = tmp_path / "certificate.pem"
    certificate.write_bytes(files.certificate.read_bytes() + files.key.read_bytes())
    project = Project(
        "compose.yaml",
        "tls.yaml",
        PASSWORD_FILE=password,
        CERTIFICATE_FILE=str(certificate),
        WEB_PORT=str(port),
        WINDOW="3",
    )
    with project.up():
        requests.post(f"https://localhost:{port}/", data=f"password={PASSWORD}", timeout=20, verify=str(files.root))
        until(lambda: project.verdict()["outcome"] == "PROTECTED")
        # Compose would restart the sidecar as well.
        run("docker", "restart", "--time", "1", f"{project.name}-web-1")
        assert project.exit_code() == 2
        said = project.compose("logs", "--no-log-prefix", "overheard")
    assert "the interface eth0 is gone" in said
    assert said.endswith("the verdict is INCONCLUSIVE\n")


def test_no_program_of_the_image_has_the_rights_of_its_owner() -> None:
    """To record is a right of dumpcap alone, and nobody is root. The compiled part is in it."""
    find = "find / -xdev -type f -perm /6000"
    assert run("docker", "run", "--rm", "--user", "0", SIDECAR, "sh", "-c", find) == ""
    told = "id -u; getcap /usr/bin/dumpcap; ls /app/overheard_capture/native/core-*.so | wc -l"
    assert run("docker", "run", "--rm", SIDECAR, "sh", "-c", told).split("\n") == [
        "10001",
        "/usr/bin/dumpcap cap_net_raw=ep",
        "1",
        "",
    ]
