"""Stapling by the real server under a real CA, as openssl, curl and gnutls-cli see it."""

from __future__ import annotations

import json
import socket
import ssl
import subprocess
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from cryptography import x509

from ca.process import CaProcess
from corpus.scene import program
from lab.role.served import to_the_end
from overheard_ca.ledger import Ledger, revoke
from overheard_services.client.ask import Way, ask
from overheard_services.disguise.diffie_hellman import Party
from ports import free_port
from processes import LONG, SOON
from services.server.process import Server, under
from slow_clients import longest_wait

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow

NAMES = "server,localhost,127.0.0.1"


class Lab:
    """A CA that publishes what it revokes, and the server."""

    def __init__(self, ca: CaProcess, server: Server) -> None:
        self.ca, self.server = ca, server
        self.root, self.port = str(ca.state / "root.pem"), str(server.ports["https"])

    def s_client(self, *options: str) -> str:
        """What `openssl s_client -status` shows."""
        command = [program("openssl"), "s_client", "-connect", f"localhost:{self.port}", "-CAfile", self.root]
        return said([*command, "-status", *options], given="GET / HTTP/1.0\r\n\r\n").stdout

    def curl(self, *options: str) -> subprocess.CompletedProcess[str]:
        """curl, which with --cert-status refuses a server that staples nothing, or `revoked`."""
        return said([program("curl"), "-sS", "--cacert", self.root, *options, f"https://localhost:{self.port}/"])

    def gnutls(self) -> int:
        """The exit code of gnutls-cli."""
        command = [program("gnutls-cli"), "--logfile=/dev/null", f"--x509cafile={self.root}", "-p", self.port]
        return said([*command, "localhost"]).returncode


def said(command: list[str], given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, input=given, capture_output=True, text=True, timeout=LONG, check=False)


@contextmanager
def lab(
    folder: Path, requester: str = NAMES, *, publishing: bool = True, tls: str = "intermediate", complains: bool = False
) -> Iterator[Lab]:
    folder.mkdir(exist_ok=True)
    urls = {"status_url": f"http://127.0.0.1:{free_port()}"} if publishing else {}
    ca = CaProcess(folder / "ca", requesters=f"server={requester}", **urls).start()
    try:
        with under(ca, folder, "http", "https", tls=tls) as server:
            yield Lab(ca, server)
            complaints = server.stop()
            assert ("no OCSP response to staple: nobody answered" in complaints) is complains
            assert complains or complaints == ""
    finally:
        ca.kill()


@pytest.fixture(scope="module")
def publishing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with lab(tmp_path_factory.mktemp("publishing") / "lab") as made:
        yield made


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_the_response_of_the_responder_is_stapled(publishing: Lab, version: str) -> None:
    shown = publishing.s_client(version)
    assert "OCSP Response Status: successful (0x0)" in shown
    assert "Cert Status: good" in shown
    assert "Verify return code: 0 (ok)" in shown


def test_a_client_that_insists_on_it_gets_the_message(publishing: Lab) -> None:
    assert publishing.curl("--cert-status").stdout == "fluffy tail"


def test_so_do_clients_that_do_not_ask_for_it(publishing: Lab) -> None:
    for ending in ("", "substitution"):
        url = publishing.server.url("https", f"/{ending}")
        assert ask(url, Way(trusting=publishing.ca.state / "root.pem")).error == ""
    posted = ask(
        publishing.server.url("https", "/diffie-hellman"),
        Way(trusting=publishing.ca.state / "root.pem"),
        post={"public": Party().public},
    )
    assert "token" in json.loads(posted.text)


def test_eighty_slow_clients_delay_nobody(publishing: Lab) -> None:
    context = ssl.create_default_context(cafile=publishing.root)
    assert longest_wait(int(publishing.port), context) < 2


def test_what_is_no_handshake_is_refused_and_nothing_is_said_in_clear(publishing: Lab) -> None:
    with socket.create_connection(("127.0.0.1", int(publishing.port)), timeout=SOON) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b"HTTP/1.1 " not in to_the_end(connection)
    assert "Cipher is (NONE)" in publishing.s_client("-tls1_1")


def test_it_is_openssl_whose_suites_are_those_of_the_other_services(publishing: Lab) -> None:
    assert "Cipher is (NONE)" in publishing.s_client("-tls1_2", "-cipher", "AES128-GCM-SHA256")


def test_a_revoked_certificate_is_told_by_the_server_itself(tmp_path: Path) -> None:
    with lab(tmp_path / "lab") as made:
        leaf = x509.load_pem_x509_certificate((tmp_path / "lab" / "credentials" / "certificate.pem").read_bytes())
        with Ledger(made.ca.state / "ledger.sqlite").transaction() as entry:
            revoke(entry, leaf.serial_number, x509.ReasonFlags.key_compromise, "operator", datetime.now(UTC))
        assert "revocation reason: keyCompromise" in made.curl("--cert-status").stderr
        # As nearly all clients do, it does not look.
        assert made.curl().stdout == "fluffy tail"


def test_without_a_responder_nothing_is_stapled(tmp_path: Path) -> None:
    with lab(tmp_path / "lab", publishing=False) as made:
        assert "No OCSP response received" in made.curl("--cert-status").stderr
        assert made.curl().stdout == "fluffy tail"


def test_a_certificate_that_demands_it_is_accepted_with_it_and_refused_without(tmp_path: Path) -> None:
    """By GnuTLS, which heeds the demand (RFC 7633)."""
    with lab(tmp_path / "lab", f"muststaple:{NAMES}", tls="modern") as made:
        assert made.gnutls() == 0
    with lab(tmp_path / "silent", f"muststaple:{NAMES}", complains=True) as made:
        made.ca.kill()
        assert made.gnutls() != 0
        assert made.curl().stdout == "fluffy tail"
