"""The compose engine: `docker compose up` alone, hardened containers, and nothing that remains."""

from __future__ import annotations

import json
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest

from lab.engines.containers import LABEL, Lab, docker, left_of
from overheard.engines import compose
from overheard.engines.base import Job
from overheard.role.worker import CONNECTIONS
from overheard.words.gallery import HOSTS
from overheard.words.recording import MARK_PORT
from overheard.words.services import CAPTURE, INTERCEPTED, INTERCEPTOR
from overheard.words.story import STORY
from overheard_services.disguise.fernet import new_key
from processes import LONG, PROJECT, eventually, read_until, start_demo
from workers import alone

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("compose_engine")

# The ports of the API and of the page, which the capture role leaves out by default.
OWN_PORTS = f"not tcp port {CAPTURE.port} and not tcp port 8080"
ROLES = {"ca", "capture", "server", "gallery", "second-recorder", "interceptor", "client"}
RECORDERS = {"capture", "second-recorder"}
# Enough to see whether a lab that was changed still works.
IN_CLEAR_AND_SEALED = "http,https"
# A handshake that offers a single group.
ONE_GROUP = """
import socket, ssl, sys
context = ssl.create_default_context()
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
context.set_ecdh_curve(sys.argv[1])
context.wrap_socket(socket.create_connection(("server", 5443)))
"""


@pytest.fixture(scope="module")
def lab(compose_engine: object) -> Iterator[Lab]:  # noqa: ARG001
    """A lab that was started once with only `docker compose up`, and stopped with its client."""
    lab = Lab()
    yield lab
    lab.compose("down", "--volumes", "--remove-orphans")
    assert left_of(lab.name) == ""


@pytest.fixture(scope="module")
def first(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """The first `docker compose up`. Images of another version may be there, which it would use without `--build`."""
    with alone(tmp_path_factory, "images"):
        return lab.compose("up", "--build", "--exit-code-from", "client")


def test_docker_compose_up_prints_the_verdicts_and_ends_with_the_exit_code_of_the_client(
    first: subprocess.CompletedProcess[str],
) -> None:
    assert first.returncode == 0, first.stdout + first.stderr
    shown = [line.partition("|")[2] for line in first.stdout.splitlines() if "client-1" in line]
    for scenario in STORY:
        line = next(line for line in shown if line.split()[:1] == [scenario.name])
        assert " ".join(line.split()).endswith(f"{scenario.expected.outcome} ✓"), first.stdout


@pytest.mark.usefixtures("first")
class TestHardening:
    """Every container has only what its role needs."""

    def test_no_container_is_root_or_can_write_its_root(self, lab: Lab) -> None:
        containers = lab.inspect()
        assert set(containers) == ROLES
        for role, container in containers.items():
            assert container["Config"]["User"] == "10001:10001", role
            assert container["HostConfig"]["ReadonlyRootfs"], role
            assert not container["HostConfig"]["Privileged"], role

    def test_no_container_has_a_capability_but_the_recorders_their_one(self, lab: Lab) -> None:
        for role, container in lab.inspect().items():
            host = container["HostConfig"]
            assert host["CapDrop"] == ["ALL"], role
            added = [name.removeprefix("CAP_") for name in host["CapAdd"] or []]
            assert added == (["NET_RAW"] if role in RECORDERS else []), role
            assert ("no-new-privileges:true" in (host["SecurityOpt"] or [])) == (role not in RECORDERS), role

    def test_every_container_has_a_limit_of_memory_and_of_processes(self, lab: Lab) -> None:
        for role, container in lab.inspect().items():
            host = container["HostConfig"]
            assert 0 < host["Memory"] <= 2 << 30, role
            # Enough for the threads of a server.
            assert CONNECTIONS < host["PidsLimit"] <= 512, role

    def test_nothing_is_published_beyond_this_machine(self, lab: Lab) -> None:
        for container in lab.inspect().values():
            for published in (container["HostConfig"]["PortBindings"] or {}).values():
                assert {binding["HostIp"] for binding in published} == {"127.0.0.1"}

    def test_each_secret_is_mounted_only_where_it_is_read(self, lab: Lab) -> None:
        mounted: dict[str, set[str]] = {}
        for role, container in lab.inspect().items():
            for mount in container["Mounts"]:
                writes = "writes" if mount["RW"] else "reads"
                # A volume has a name. The other mount is a file.
                name = mount.get("Name", mount["Destination"]).removeprefix(f"{lab.name}_")
                mounted.setdefault(name, set()).add(f"{role} {writes}")
        assert mounted == {
            "/run/secrets/secret_key": {"server reads", "client reads"},
            "ca-state": {"ca writes"},
            "ca-passphrase": {"ca writes"},
            "handover-server": {"ca writes", "server reads"},
            "handover-client": {"ca writes", "client reads"},
            "handover-acorn": {"ca writes", "client reads"},
            # In this story the server's key is stolen.
            "credentials": {"server writes", "capture reads"},
            "credentials-client": {"client writes"},
            "shared-key": {"server writes", "client reads"},
            "gallery": {"gallery writes", "client reads"},
            # Whose certificates the log takes, too.
            "impostor": {"interceptor writes", "client reads", "ca reads"},
            "intercepted": {"interceptor writes", "capture reads"},
            "capture-token": {"capture writes", "second-recorder reads", "client reads"},
            "recordings": {"capture writes"},
            "keys": {"client writes", "capture reads"},
        }

    def test_every_role_but_the_client_has_a_health_check_that_passed(self, lab: Lab) -> None:
        for role, container in lab.inspect().items():
            assert ("Healthcheck" in container["Config"]) == (role != "client"), role

    def test_every_role_ended_on_sigterm(self, lab: Lab) -> None:
        """Exit code 137 would mean that a role had to be killed."""
        assert {role: container["State"]["ExitCode"] for role, container in lab.inspect().items()} == dict.fromkeys(
            ROLES, 0
        )


def test_the_key_in_a_file_is_used_and_is_in_no_variable_of_a_container(
    lab: Lab,
    first: subprocess.CompletedProcess[str],
    tmp_path: Path,
) -> None:
    assert first.returncode == 0
    file = tmp_path / "key"
    file.write_bytes(new_key())
    # The roles have a user of their own.
    file.chmod(0o644)
    started = lab.compose("up", "--detach", "--wait", "capture", "server", SECRET_KEY_FILE=str(file))
    assert started.returncode == 0, started.stderr
    assert file.read_text() not in json.dumps(lab.inspect())
    fernet = ["run", "--rm", "-T", "--no-deps", "-e", "SECRET_URL=http://server:5683/fernet", "client"]
    assert lab.compose(*fernet, SECRET_KEY_FILE=str(file)).stdout == "The secret message is: fluffy tail\n"


@pytest.mark.parametrize(("curve", "served"), [("secp384r1", True), ("secp521r1", False)])
def test_the_server_has_the_groups_that_mozilla_recommends(
    lab: Lab, first: subprocess.CompletedProcess[str], curve: str, served: bool
) -> None:
    """OpenSSL would say nothing of an OPENSSL_CONF that it cannot use, and have its own groups."""
    assert first.returncode == 0
    assert lab.compose("up", "--detach", "--wait", "capture", "server").returncode == 0
    done = lab.compose("run", "--rm", "-T", "--no-deps", "client", "python3", "-c", ONE_GROUP, curve)
    assert (done.returncode == 0) is served, done.stderr
    assert ("HANDSHAKE_FAILURE" in done.stderr) is not served


def test_a_lab_that_is_started_again_keeps_its_root(lab: Lab, first: subprocess.CompletedProcess[str]) -> None:
    """Even if its containers were removed: persistent data is on volumes."""
    assert first.returncode == 0
    root = ["run", "--rm", "--no-deps", "-T", "--entrypoint", "sha256sum", "ca", "/state/root.pem"]
    before = lab.compose(*root).stdout
    assert lab.compose("down").returncode == 0
    again = lab.compose("up", "--exit-code-from", "client", OVERHEARD_CLIENT_SCENARIOS=IN_CLEAR_AND_SEALED)
    assert again.returncode == 0, again.stdout + again.stderr
    assert lab.compose(*root).stdout == before != ""


def test_the_recorder_still_records_after_a_restart_of_the_server(
    lab: Lab, first: subprocess.CompletedProcess[str]
) -> None:
    assert first.returncode == 0
    assert lab.compose("up", "--detach", "--wait", "capture", "server").returncode == 0
    assert lab.compose("restart", "server").returncode == 0
    again = lab.compose("run", "--rm", "-T", "client", OVERHEARD_CLIENT_SCENARIOS=IN_CLEAR_AND_SEALED)
    assert again.returncode == 0, again.stdout + again.stderr


def test_the_client_of_the_tutorial_prints_the_message(lab: Lab, first: subprocess.CompletedProcess[str]) -> None:
    assert first.returncode == 0
    alone = lab.compose("run", "--rm", "-T", "-e", "SECRET_URL=http://server:5683/", "client")
    assert alone.stdout == "The secret message is: fluffy tail\n"


def images() -> set[str]:
    """The images that Compose built, by identifier."""
    return set(docker("images", "-q", "--no-trunc", "--filter", f"label={LABEL}").split())


@pytest.fixture(scope="module")
def images_of_a_run(first: object, tmp_path_factory: pytest.TempPathFactory) -> set[str]:  # noqa: ARG001
    """The images after a demo."""
    with start_demo("compose", tmp_path_factory.mktemp("runs"), OVERHEARD_CLIENT_SCENARIOS="http") as demo:
        demo.communicate()
    assert demo.returncode == 0
    return images()


@pytest.mark.parametrize("moment", ["building", "starting", "recording https"])
def test_an_interrupted_demo_leaves_nothing(tmp_path: Path, moment: str, images_of_a_run: set[str]) -> None:
    """No container, no network, no volume, no file; nor an image: it builds the very images of the run before it."""
    with start_demo("compose", tmp_path) as demo:
        read_until(demo, moment)
        (run,) = tmp_path.iterdir()
        demo.send_signal(signal.SIGINT)
        assert demo.wait(LONG) == 130
    assert eventually(lambda: left_of(f"overheard-{run.name}") == "")
    assert list(tmp_path.iterdir()) == []
    assert images() == images_of_a_run


def test_a_partly_created_lab_is_removed(tmp_path: Path) -> None:
    """As after an interruption. Compose alone fails: the container whose network the server shares does not exist."""
    lab = Lab()
    job = Job(tmp_path / lab.name.removeprefix("overheard-"), {})
    job.logs.mkdir(parents=True)
    assert lab.compose("create", "--build", "server").returncode == 0
    docker("rm", "--force", f"{lab.name}-capture-1")
    assert lab.compose("down").returncode == 1
    compose.Project(PROJECT, job).down(looks=1)
    assert left_of(lab.name) == ""


def test_a_second_ctrl_c_does_not_stop_the_cleanup(tmp_path: Path) -> None:
    with start_demo("compose", tmp_path) as demo:
        read_until(demo, "recording https")
        (run,) = tmp_path.iterdir()
        demo.send_signal(signal.SIGINT)
        # Wait until it has begun to remove containers of the project.
        assert eventually(
            lambda: len(docker("ps", "-q", "--filter", f"label={LABEL}=overheard-{run.name}").split()) < 4
        )
        demo.send_signal(signal.SIGINT)
        assert demo.wait(LONG) == 130
    assert left_of(f"overheard-{run.name}") == ""


def test_the_gallerys_names_resolve_to_it_in_containers_as_they_do_locally() -> None:
    services = json.loads(Lab().compose("config", "--format", "json").stdout)["services"]
    assert set(services["second-recorder"]["networks"]["lab"]["aliases"]) == {INTERCEPTOR}
    assert set(services["capture"]["networks"]["lab"]["aliases"]) == {"server"} | HOSTS


@pytest.mark.parametrize("chosen", ["", "tcp or udp"])
def test_each_recorder_has_its_own_marks_and_the_second_one_the_ports_of_the_interceptor(chosen: str) -> None:
    """Whatever filter the user chooses."""
    config = Lab().compose("config", "--format", "json", OVERHEARD_CAPTURE_FILTER=chosen)
    assert config.stderr == ""
    services = json.loads(config.stdout)["services"]
    first, second = (
        services[role]["environment"]["OVERHEARD_CAPTURE_FILTER"] for role in ("capture", "second-recorder")
    )
    assert first == f"({chosen or OWN_PORTS}) and not (inbound and udp port {MARK_PORT})"
    ports = " or ".join(str(service.port) for service in INTERCEPTED)
    assert second == (f"({chosen}) and " if chosen else "") + (
        f"((inbound and tcp dst port ({ports})) or (outbound and (tcp src port ({ports}) or udp port {MARK_PORT})))"
    )
    assert services["capture"]["environment"]["OVERHEARD_CAPTURE_SECOND"] == f"{INTERCEPTOR}:{CAPTURE.port}"
