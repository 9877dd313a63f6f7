"""The limits of the issuing certificate, as clients hold it to them: OpenSSL and Python's own connections."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from unittest.mock import patch

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from ca.csrs import KEY
from overheard.role.names import folded
from overheard_ca.authority import Authority, establish
from overheard_ca.certificates import leaf_certificate
from overheard_ca.errors import RefusedError
from overheard_ca.limits import constraints, value_of
from overheard_ca.permitted import Permitted, by_default
from overheard_ca.profile import Profile
from overheard_ca.request import CheckedRequest
from processes import LONG

NOW = datetime.now(UTC)
DEFAULT = Permitted.of(by_default(["server"]))
INSIDE = ("server", "localhost", "a.test", "*.test", "127.0.0.1", "10.1.2.3", "::1", "fd00::1", "x" * 63 + ".test")
OUTSIDE = ("www.example.org", "*.com", "com", "8.8.8.8", "2a00::1", "other")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    folder = tmp_path_factory.mktemp("state")
    return establish(folder, folder / "passphrase", NOW, permitted=DEFAULT)


def issued(authority: Authority, *names: str) -> x509.Certificate:
    read = tuple(map(folded, names))
    asked = CheckedRequest(KEY.public_key(), read)
    return leaf_certificate(asked, Profile.SERVER, authority.issuing, timedelta(days=1), NOW)


def forged(authority: Authority, *names: str) -> x509.Certificate:
    """As whoever stole the issuing key would sign it."""
    with patch("overheard_ca.certificates.check_within"):
        return issued(authority, *names)


def openssl_says(folder: Path, authority: Authority, leaf: x509.Certificate) -> str:
    certificates = {"root": authority.root, "issuing": authority.issuing.certificate, "leaf": leaf}
    for name, certificate in certificates.items():
        (folder / f"{name}.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    trust = ["-no-CApath", "-no-CAstore", "-CAfile", "root.pem", "-untrusted", "issuing.pem", "-x509_strict"]
    arguments = ["openssl", "verify", *trust, "leaf.pem"]
    done = subprocess.run(arguments, cwd=folder, capture_output=True, text=True, timeout=LONG, check=False)
    return done.stdout + done.stderr


def test_it_is_critical_and_of_dns_names_and_addresses(authority: Authority) -> None:
    found = authority.issuing.certificate.extensions.get_extension_for_class(x509.NameConstraints)
    assert found.critical
    assert found.value == value_of(authority.issuing.certificate, x509.NameConstraints) == constraints(DEFAULT)
    assert {type(each) for each in found.value.permitted_subtrees or ()} == {x509.DNSName, x509.IPAddress}
    assert found.value.excluded_subtrees is None
    assert value_of(authority.root, x509.NameConstraints) is None


@pytest.mark.parametrize("name", INSIDE)
def test_what_is_inside_is_issued_and_accepted(authority: Authority, tmp_path: Path, name: str) -> None:
    assert openssl_says(tmp_path, authority, issued(authority, name)) == "leaf.pem: OK\n"


@pytest.mark.parametrize("name", OUTSIDE)
def test_what_is_outside_is_refused_by_the_ca_and_by_clients(authority: Authority, tmp_path: Path, name: str) -> None:
    for names in ([name], ["server", name]):
        with pytest.raises(RefusedError, match="let OVERHEARD_CA_PERMITTED include it") as caught:
            issued(authority, *names)
        assert caught.value.code == "name-not-permitted"
        assert "permitted subtree violation" in openssl_says(tmp_path, authority, forged(authority, *names))


def test_what_was_forged_inside_is_accepted(authority: Authority, tmp_path: Path) -> None:
    """So it is not for another reason that the others are refused."""
    assert openssl_says(tmp_path, authority, forged(authority, "server", "10.1.2.3")) == "leaf.pem: OK\n"


def test_python_refuses_a_forged_one_in_the_handshake(authority: Authority, tmp_path: Path) -> None:
    assert handshake(authority, issued(authority, "localhost"), "localhost", tmp_path) == ""
    refusal = handshake(authority, forged(authority, "www.example.org"), "www.example.org", tmp_path)
    assert "permitted subtree violation" in refusal


def handshake(authority: Authority, leaf: x509.Certificate, name: str, folder: Path) -> str:
    """Why a client refuses a server with that certificate, if it does."""
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    key = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "server.pem").write_bytes(authority.chain(leaf) + key)
    server.load_cert_chain(folder / "server.pem")
    client.load_verify_locations(cadata=authority.root.public_bytes(Encoding.PEM).decode())
    client.verify_flags |= ssl.VerifyFlags.VERIFY_X509_STRICT
    near, far = socket.socketpair()

    def serve() -> None:
        with closing(far), suppress(OSError):
            server.wrap_socket(far, server_side=True).close()

    serving = threading.Thread(target=serve)
    serving.start()
    try:
        client.wrap_socket(near, server_hostname=name).close()
    except ssl.SSLError as refused:
        return str(refused)
    finally:
        near.close()
        serving.join(LONG)
    return ""


@pytest.mark.parametrize(
    ("limits", "excluded"),
    [
        (["test", "10.0.0.0/8"], ["::/0"]),
        (["10.0.0.0/8", "::/0"], [""]),
        (["test"], ["0.0.0.0/0", "::/0"]),
    ],
)
def test_of_a_kind_of_which_nothing_is_permitted_everything_is_excluded(
    tmp_path: Path, limits: list[str], excluded: list[str]
) -> None:
    given = [ip_network(limit) if "/" in limit else limit for limit in limits]
    made = establish(tmp_path, tmp_path / "passphrase", NOW, permitted=Permitted.of(given))
    found = value_of(made.issuing.certificate, x509.NameConstraints)
    assert found
    assert [str(each.value) for each in found.excluded_subtrees or ()] == excluded
    for name, kind in (("a.test", "test"), ("10.1.2.3", "10.0.0.0/8"), ("::1", "::/0")):
        accepted = openssl_says(tmp_path, made, forged(made, name)) == "leaf.pem: OK\n"
        assert accepted is (kind in limits)
