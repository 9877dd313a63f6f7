"""The uses of the certificates by OpenSSL's rules: real handshakes, with a server that requests a certificate."""

from __future__ import annotations

import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from overheard_ca.authority import Authority, establish, pem
from overheard_ca.certificates import leaf_certificate
from overheard_ca.profile import Profile
from overheard_ca.request import CheckedRequest
from processes import LONG

NAMES = {Profile.SERVER: "server", Profile.CLIENT: "squirrel", Profile.BOTH: "peer"}
VERSIONS = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)


class Pairs:
    """A certificate of each profile with its key, in one file each, and their common root."""

    def __init__(self, folder: Path) -> None:
        (folder / "state").mkdir()
        authority = establish(folder / "state", folder / "passphrase", datetime.now(UTC))
        self.root = folder / "root.pem"
        self.root.write_bytes(pem(authority.root))
        self.files = {profile: self._made(folder, authority, profile) for profile in NAMES}

    def _made(self, folder: Path, authority: Authority, profile: Profile) -> Path:
        key = (
            rsa.generate_private_key(65537, 2048)
            if profile is Profile.SERVER
            else ec.generate_private_key(ec.SECP256R1())
        )
        asked = CheckedRequest(key.public_key(), (NAMES[profile],))
        leaf = leaf_certificate(asked, profile, authority.issuing, timedelta(days=1), datetime.now(UTC))
        form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        file = folder / f"{profile}.pem"
        file.write_bytes(authority.chain(leaf) + key.private_bytes(*form))
        return file

    def shake_hands(self, server: Profile, client: Profile, version: ssl.TLSVersion, ciphers: str = "") -> str:
        """The client's common name, as the server sees it. Raises the ssl.SSLError of the side that refuses."""
        serving, asking = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        serving.verify_mode = ssl.CERT_REQUIRED
        for context, profile in ((serving, server), (asking, client)):
            context.load_cert_chain(self.files[profile])
            context.load_verify_locations(self.root)
            if ciphers:
                context.set_ciphers(ciphers)
        asking.minimum_version = asking.maximum_version = version
        ours, theirs = socket.socketpair()
        with closing(ours), closing(theirs), ThreadPoolExecutor() as pool:
            name = pool.submit(_serve, serving, theirs)
            refusal = _ask(asking, ours, NAMES[server])
            # The side that verified has the more specific error: the other only gets an alert.
            if refusal and "alert" not in str(refusal):
                raise refusal
            return name.result()


def _serve(context: ssl.SSLContext, sock: socket.socket) -> str:
    sock.settimeout(LONG)
    with context.wrap_socket(sock, server_side=True) as secured:
        secured.sendall(b"welcome")
        certificate = secured.getpeercert()
        assert certificate
        subject = dict(pair for part in certificate["subject"] for pair in part)  # type: ignore[misc]
        return str(subject["commonName"])


def _ask(context: ssl.SSLContext, sock: socket.socket, name: str) -> ssl.SSLError | None:
    sock.settimeout(LONG)
    try:
        with context.wrap_socket(sock, server_hostname=name) as secured:
            # With TLS 1.3 a server refuses a client after the client has completed its handshake.
            secured.recv(7)
    except ssl.SSLError as refusal:
        return refusal
    return None


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Pairs:
    return Pairs(tmp_path_factory.mktemp("uses"))


by_version = pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.name)


@by_version
def test_a_server_and_a_client_accept_each_other(pairs: Pairs, version: ssl.TLSVersion) -> None:
    assert pairs.shake_hands(Profile.SERVER, Profile.CLIENT, version) == "squirrel"


@by_version
def test_a_servers_certificate_is_refused_as_a_clients(pairs: Pairs, version: ssl.TLSVersion) -> None:
    with pytest.raises(ssl.SSLError, match="unsuitable certificate purpose"):
        pairs.shake_hands(Profile.SERVER, Profile.SERVER, version)


@by_version
def test_a_clients_certificate_is_refused_as_a_servers(pairs: Pairs, version: ssl.TLSVersion) -> None:
    with pytest.raises(ssl.SSLError, match="unsuitable certificate purpose"):
        pairs.shake_hands(Profile.CLIENT, Profile.CLIENT, version)


@by_version
def test_a_certificate_for_both_uses_is_accepted_on_both_sides(pairs: Pairs, version: ssl.TLSVersion) -> None:
    assert pairs.shake_hands(Profile.BOTH, Profile.BOTH, version) == "peer"


def test_a_servers_rsa_key_works_with_rsa_key_exchange(pairs: Pairs) -> None:
    """RSA key exchange (RFC 5246, 7.4.7.1) needs keyEncipherment."""
    name = pairs.shake_hands(Profile.SERVER, Profile.CLIENT, ssl.TLSVersion.TLSv1_2, "AES128-GCM-SHA256")
    assert name == "squirrel"
