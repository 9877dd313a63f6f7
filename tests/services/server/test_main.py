"""The server as a process: its responses, its readiness, and its end."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from ca.process import CaProcess
from overheard.engines.base import clean_environment
from overheard.words.services import OF_THE_SERVER
from overheard_services.client.ask import Reply, Way, ask
from overheard_services.disguise.diffie_hellman import Party
from overheard_services.disguise.fernet import new_key, unseal
from overheard_services.enrolment import enrol
from ports import free_port
from processes import LONG
from services.server.process import COMMAND, REQUESTERS, Server, started, under
from slow_clients import longest_wait

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow


class Lab:
    """A CA, and a server with all its services and a certificate of that CA."""

    def __init__(self, ca: CaProcess, server: Server, folder: Path) -> None:
        self.ca, self.server, self.folder = ca, server, folder

    def ask(self, service: str, path: str = "/", *, identity: str = "", ciphers: str = "") -> Reply:
        """Send a request to a service, with the certificate of that requester."""
        certificate = self._identity(identity) if identity else None
        way = Way(trusting=self.ca.state / "root.pem", certificate=certificate, ciphers=ciphers)
        return ask(self.server.url(service, path), way)

    def _identity(self, requester: str) -> tuple[Path, Path]:
        name = "squirrel" if requester == "client" else requester
        made = enrol(self.ca.url, self.ca.handover / requester, [name], self.folder / requester)
        return made.certificate, made.key


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """The server with all services; it waits for its CA, which starts at the same time."""
    folder = tmp_path_factory.mktemp("lab")
    ca = CaProcess(folder / "ca", requesters=REQUESTERS)
    (ca.handover / "server").mkdir(parents=True)
    ca.launch()
    try:
        with under(ca, folder, *OF_THE_SERVER) as server:
            yield Lab(ca, server, folder)
    finally:
        ca.kill()


def test_alone_over_http() -> None:
    """It sends the message, is healthy, prints nothing, and ends on SIGTERM."""
    with started(OVERHEARD_MESSAGE="bushy tail") as server:
        assert ask(server.url("http")).text == "bushy tail"
        assert "503" in ask(server.url("http", "/fernet")).error
        assert (server.health().returncode, server.health().stderr) == (0, "")
        assert server.stop() == ""
        ill = server.health()
        assert ill.returncode == 1
        assert ill.stderr.startswith("not ready: it gave no HTTP response (")


def test_eighty_slow_clients_delay_nobody() -> None:
    with started() as server:
        assert longest_wait(server.ports["http"]) < 2
        assert server.stop() == ""


@pytest.mark.parametrize("service", ["http", "https", "legacy"])
def test_each_service_sends_the_message_without_a_greeting(lab: Lab, service: str) -> None:
    reply = lab.ask(service)
    assert (reply.text, reply.error, reply.greeting) == ("fluffy tail", "", "")


def test_a_client_without_the_root_does_not_trust_it(lab: Lab) -> None:
    assert "unable to get local issuer certificate" in ask(lab.server.url("https")).error


def test_a_squirrel_gets_the_message_and_is_greeted_by_its_name(lab: Lab) -> None:
    reply = lab.ask("mutual-tls", identity="client")
    assert (reply.text, reply.error, reply.greeting) == ("fluffy tail", "", "Hello squirrel")


def test_a_squirrel_is_greeted_only_where_a_certificate_is_requested(lab: Lab) -> None:
    reply = lab.ask("https", identity="client")
    assert (reply.text, reply.greeting) == ("fluffy tail", "")


@pytest.mark.parametrize(
    ("identity", "alert"),
    [("", "tlsv13 alert certificate required"), ("acorn", "sslv3 alert unsupported certificate")],
)
def test_other_clients_get_only_an_alert(lab: Lab, identity: str, alert: str) -> None:
    reply = lab.ask("mutual-tls", identity=identity)
    assert alert in reply.error.replace("ssl/tls alert", "sslv3 alert")
    assert "SSLError" in reply.error


def test_only_the_legacy_service_accepts_rsa_key_exchange(lab: Lab) -> None:
    assert lab.ask("legacy", ciphers="AES128-GCM-SHA256").text == "fluffy tail"
    assert "handshake failure" in lab.ask("https", ciphers="AES128-GCM-SHA256").error
    assert lab.ask("https", ciphers="ECDHE-RSA-AES128-GCM-SHA256").text == "fluffy tail"


def test_a_service_whose_certificate_the_ca_does_not_give_ends_handshakes_with_an_alert(lab: Lab) -> None:
    """As this CA speaks no ACME. The other certificate of the server is not shown in its place."""
    reply = lab.ask("acme")
    assert "alert internal error" in reply.error
    assert reply.certificate == b""


def test_all_services_share_one_rsa_key(lab: Lab) -> None:
    key = load_pem_private_key((lab.folder / "credentials" / "key.pem").read_bytes(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    assert key.key_size == 2048


def test_every_disguise_is_served(lab: Lab) -> None:
    assert lab.ask("http", "/substitution").text == "ekteex szhk"
    shared = (lab.folder / "shared" / "key").read_bytes().strip()
    assert unseal(shared, lab.ask("http", "/fernet").text) == "fluffy tail"
    party = Party()
    body = json.loads(ask(lab.server.url("http", "/diffie-hellman"), post={"public": party.public}).text)
    assert unseal(party.agree(body["public"]), body["token"]) == "fluffy tail"


def test_it_is_healthy_if_each_of_its_services_is(lab: Lab) -> None:
    assert (lab.server.health().returncode, lab.server.health().stderr) == (0, "")


@pytest.mark.parametrize("service", OF_THE_SERVER)
def test_it_is_unhealthy_if_one_of_its_services_is(lab: Lab, service: str) -> None:
    ports = {**lab.server.ports, service: free_port()}
    ill = lab.server.health(OVERHEARD_SERVER_SERVICES=",".join(f"{name}:{port}" for name, port in ports.items()))
    assert ill.returncode == 1
    assert ill.stderr.startswith("not ready: ")


def test_the_health_check_imports_nothing_heavy(lab: Lab) -> None:
    program = "import sys; from overheard_services.server.__main__ import main; main(['health']); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], env=lab.server.environment, capture_output=True, text=True, check=True
    )
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    assert loaded.isdisjoint({"cryptography", "flask", "gunicorn", "requests"})


def test_the_shared_key_of_the_environment_is_used() -> None:
    key = new_key()
    with started(SECRET_KEY=key.decode()) as server:
        assert unseal(key, ask(server.url("http", "/fernet")).text) == "fluffy tail"


def test_the_shared_key_may_be_in_a_file(tmp_path: Path) -> None:
    """So that `docker inspect` does not show it."""
    key = new_key()
    (tmp_path / "key").write_bytes(key + b"\n")
    with started(SECRET_KEY_FILE=str(tmp_path / "key")) as server:
        assert unseal(key, ask(server.url("http", "/fernet")).text) == "fluffy tail"


def test_clients_that_fail_the_handshake_leave_no_line_in_its_log(tmp_path: Path) -> None:
    ca = CaProcess(tmp_path / "ca", requesters=REQUESTERS).start()
    try:
        with under(ca, tmp_path, "http", "mutual-tls") as server:
            assert "certificate verify failed" in ask(server.url("mutual-tls")).error
            assert "certificate required" in Lab(ca, server, tmp_path).ask("mutual-tls").error
            assert server.stop() == ""
    finally:
        ca.kill()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("OVERHEARD_SERVER_SERVICES", "ftp", "OVERHEARD_SERVER_SERVICES is 'ftp': 'ftp' is not a service"),
        ("OVERHEARD_SERVER_SERVICES", "https", "OVERHEARD_SERVER_HANDOVER is not set"),
        ("SECRET_KEY", "acorn", "SECRET_KEY is not a Fernet key"),
        ("SECRET_KEY_FILE", "/dev/null", "SECRET_KEY_FILE: /dev/null is empty"),
        ("OVERHEARD_SERVER_SHARED_KEY_FILE", "/nowhere/key", "OVERHEARD_SERVER_SHARED_KEY_FILE: /nowhere/key cannot"),
    ],
)
def test_an_invalid_setting_is_an_error_at_the_start(name: str, value: str, words: str) -> None:
    done = subprocess.run(
        COMMAND, env={**clean_environment(), name: value}, capture_output=True, text=True, timeout=LONG, check=False
    )
    assert done.returncode == 64
    assert done.stderr.startswith(f"server: {words}")
    assert "Traceback" not in done.stderr
