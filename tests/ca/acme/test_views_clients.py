"""The clients that people have obtain, renew and revoke certificates, from this CA and from pebble."""

from __future__ import annotations

import os
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509

from applications.servers import program
from ca.acme.pebble import running_pebble
from ca.acme.programs import CLIENTS, AcmeServer, Program
from ca.acme.stage import ChallengeServer, settings_of
from ca.process import CaProcess
from ports import free_port
from processes import LONG, SOON
from required import fail_or_skip

pytestmark = pytest.mark.slow

NAME = "burrow.test"


@pytest.fixture(scope="module")
def answers() -> Iterator[ChallengeServer]:
    """DNS, in which every name is this machine."""
    server = ChallengeServer()
    yield server
    server.end()


@contextmanager
def running_ca(folder: Path, http_port: int, answers: ChallengeServer) -> Iterator[tuple[AcmeServer, CaProcess]]:
    """A CA of this project, whose names are served at `http_port`."""
    ca = CaProcess(folder, **settings_of({**answers.ports, "http": http_port}))
    try:
        ca.start()
        yield AcmeServer(f"{ca.url}/acme/directory", ca.state / "root.pem", http_port), ca
    finally:
        ca.kill()


def leaf(chain: Path) -> x509.Certificate:
    """The first certificate in a file."""
    return x509.load_pem_x509_certificate(chain.read_bytes())


@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_lives_with_this_ca(tmp_path: Path, answers: ChallengeServer, client: str) -> None:
    _check(client)
    run, verbs = CLIENTS[client]
    with running_ca(tmp_path / "ca", free_port(), answers) as (server, ca):
        found = Program(server, tmp_path)
        chain = run(found, NAME, "obtain")
        trusted = subprocess.run(
            ["openssl", "verify", "-x509_strict", "-CAfile", server.root, "-untrusted", chain, chain],
            capture_output=True,
            text=True,
            check=False,
        )
        assert trusted.returncode == 0, trusted.stderr
        first = leaf(chain).serial_number
        assert leaf(run(found, NAME, "renew")).serial_number != first
        if "revoke" in verbs:
            serial = leaf(run(found, NAME, "revoke")).serial_number
            assert ca.rows("SELECT count(*) FROM revocations WHERE serial = ?", f"{serial:x}") == [(1,)]
        assert ca.rows("SELECT count(*) FROM certificates WHERE names = ?", f'["{NAME}"]') == [(2,)]
        # To ask for an account that may be there is no mistake.
        assert ca.rows("SELECT code FROM refusals WHERE code NOT IN ('badNonce', 'accountDoesNotExist')") == []


@pytest.mark.parametrize("client", CLIENTS)
def test_the_same_client_lives_with_pebble(tmp_path: Path, answers: ChallengeServer, client: str) -> None:
    """So what fails above and not here is this CA's fault."""
    _check(client)
    program("pebble")
    run, verbs = CLIENTS[client]
    with running_pebble(tmp_path / "pebble", free_port(), answers) as server:
        found = Program(server, tmp_path)
        serials = {leaf(run(found, NAME, verb)).serial_number for verb in verbs if verb != "revoke"}
        assert len(serials) == 2
        if "revoke" in verbs:
            run(found, NAME, "revoke")


def _check(client: str) -> None:
    """Skip what cannot run here."""
    program(client)
    if client == "uacme" and os.geteuid() != 0:
        fail_or_skip("local", "only root can give uacme a root of its own to trust")


def handshake(root: Path, port: int) -> x509.Certificate:
    """The certificate of a server that has one for the name, which is verified strictly."""
    context = ssl.create_default_context(cafile=root)
    context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_STRICT
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname=NAME) as secured,
    ):
        return x509.load_der_x509_certificate(secured.getpeercert(binary_form=True) or b"")


def served(root: Path, port: int) -> x509.Certificate:
    """The certificate, once the server has it."""
    deadline = time.monotonic() + 60
    while True:
        try:
            return handshake(root, port)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


CADDY = """
{{
    admin off
    http_port {http}
    https_port {https}
}}
{name} {{
    bind 127.0.0.1
    tls {{
        issuer acme {{
            email squirrel@example.org
            dir {server.directory}
            trusted_roots {server.root}
            disable_tlsalpn_challenge
        }}
    }}
    respond "fluffy tail"
}}
"""

APACHE = """
{modules}
ServerRoot {folder}
ServerName {name}
PidFile {folder}/pid
ErrorLog {folder}/error.log
LogLevel md:debug
TypesConfig /etc/mime.types
User www-data
Group www-data
DefaultRuntimeDir {folder}
Mutex file:{folder} default
Listen 127.0.0.1:{http}
Listen 127.0.0.1:{https}
MDStoreDir {folder}/md
MDCertificateAuthority {server.directory}
MDCACertificateFile {server.root}
MDCertificateAgreement accepted
MDContactEmail squirrel@example.org
MDPortMap http:{http} https:{https}
MDCAChallenges http-01
MDomain {name}
<VirtualHost 127.0.0.1:{http}>
    ServerName {name}
</VirtualHost>
<VirtualHost 127.0.0.1:{https}>
    ServerName {name}
    SSLEngine on
</VirtualHost>
"""
MODULES = ("mpm_event", "authz_core", "authz_host", "ssl", "md", "mime")


@contextmanager
def running(folder: Path, *words: str | Path) -> Iterator[None]:
    """Run a server while a block runs."""
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(words, env={"PATH": os.environ["PATH"], "HOME": str(folder)}, stdout=log, stderr=log)
    try:
        yield
    except BaseException as failure:
        failure.add_note((folder / "log").read_text(errors="replace")[-3000:])
        raise
    finally:
        process.terminate()
        process.wait(SOON)


def test_caddy_serves_https_with_a_certificate_that_it_got_by_itself(tmp_path: Path, answers: ChallengeServer) -> None:
    program("caddy")
    http, https = free_port(), free_port()
    with running_ca(tmp_path / "ca", http, answers) as (server, ca):
        config = tmp_path / "Caddyfile"
        config.write_text(CADDY.format(name=NAME, http=http, https=https, server=server))
        with running(tmp_path, "caddy", "run", "--config", config):
            found = served(server.root, https)
        _check_issued(ca, found)


def test_apache_serves_https_with_a_certificate_that_it_got_by_itself(tmp_path: Path, answers: ChallengeServer) -> None:
    if os.geteuid() != 0:
        fail_or_skip("local", "only root can start Apache with a user for its requests")
    program("apache2")
    http, https = free_port(), free_port()
    loaded = "\n".join(f"LoadModule {each}_module /usr/lib/apache2/modules/mod_{each}.so" for each in MODULES)
    with running_ca(tmp_path / "ca", http, answers) as (server, ca), tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # Its requests are answered by another user, who must reach it.
        folder.chmod(0o755)
        (folder / "root.pem").write_bytes(server.root.read_bytes())
        config = folder / "apache.conf"
        trusted = replace(server, root=folder / "root.pem")
        config.write_text(
            APACHE.format(modules=loaded, folder=folder, name=NAME, http=http, https=https, server=trusted)
        )
        command = ("apache2", "-f", config, "-D", "FOREGROUND")
        # It gets the certificate while it serves, and serves it from its next start on.
        with running(folder, *command):
            _await(lambda: list((folder / "md").glob(f"staging/{NAME}/pubcert.pem")), folder)
        with running(folder, *command):
            found = served(server.root, https)
        _check_issued(ca, found)


def _check_issued(ca: CaProcess, found: x509.Certificate) -> None:
    names = ca.rows("SELECT names FROM certificates WHERE serial = ?", f"{found.serial_number:x}")
    assert names == [(f'["{NAME}"]',)]


def _await(done: Callable[[], object], folder: Path) -> None:
    deadline = time.monotonic() + LONG
    while not done():
        assert time.monotonic() < deadline, (folder / "error.log").read_text()[-3000:]
        time.sleep(0.2)
