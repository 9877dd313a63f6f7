"""The issuing key in a token of SoftHSM: nothing of it is in a file, and all that a CA does is done with it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from applications.servers import program
from ca.csrs import csr
from ca.process import CaProcess
from lab.command.ca.certificate_files import AuthorityCommand
from overheard.words.errors import SettingsError
from overheard_ca.errors import StateError
from overheard_ca.key_uri import KeyUri
from overheard_ca.token_key import TokenKey
from processes import LONG

LIBRARY = "/usr/lib/softhsm/libsofthsm2.so"
PIN = "271828"
SHA256 = hashes.SHA256()


@dataclass(frozen=True)
class Token:
    """A token in a folder, and the file of its PIN."""

    folder: Path

    @property
    def pin(self) -> Path:
        """The file of its PIN."""
        return self.folder / "pin"

    def uri(self, label: str = "issuing", **changed: str) -> str:
        """A key in it."""
        parts = {"token": "overheard", "object": label} | changed
        path = ";".join(f"{name}={parts[name]}" for name in ("token", "object"))
        return f"pkcs11:{path}?module-path={LIBRARY}&pin-source=file:{self.pin}"

    def key(self, label: str = "issuing", **changed: str) -> TokenKey:
        """The key with that label."""
        return TokenKey(KeyUri.read(self.uri(label, **changed)))


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Token]:
    folder = tmp_path_factory.mktemp("token")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    made = Token(folder)
    made.pin.write_text(f"{PIN}\n")
    # The library reads it once in a process.
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
    words = [program("softhsm2-util"), "--init-token", "--free", "--label", "overheard", "--so-pin", PIN, "--pin", PIN]
    subprocess.run(words, check=True, capture_output=True, timeout=LONG)
    yield made
    del os.environ["SOFTHSM2_CONF"]


def test_it_signs_and_is_found_again(token: Token) -> None:
    key = token.key("found again")
    message = b"fluffy tail"
    key.public_key().verify(key.sign(message, ec.ECDSA(SHA256)), message, ec.ECDSA(SHA256))
    assert token.key("found again").public_key() == key.public_key()
    assert token.key("another").public_key() != key.public_key()


def test_it_never_leaves_the_token(token: Token) -> None:
    key = token.key()
    with pytest.raises(NotImplementedError):
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x"))
    with pytest.raises(NotImplementedError):
        key.private_numbers()


def test_a_forked_process_signs_too(token: Token) -> None:
    key = token.key()
    key.sign(b"before", ec.ECDSA(SHA256))
    child = os.fork()
    if child == 0:
        try:
            key.public_key().verify(key.sign(b"x", ec.ECDSA(SHA256)), b"x", ec.ECDSA(SHA256))
            os._exit(0)
        finally:
            os._exit(1)
    assert os.waitpid(child, 0)[1] == 0
    key.sign(b"after", ec.ECDSA(SHA256))


def test_a_wrong_pin_or_token(token: Token, tmp_path: Path) -> None:
    with pytest.raises(StateError, match="not one token 'nobody'"):
        token.key(token="nobody")  # noqa: S106  (its name)
    (tmp_path / "pin").write_text("wrong")
    wrong = Token(tmp_path)
    # In a process of its own: in this one, the right PIN was used before.
    ca = AuthorityCommand(tmp_path / "ca", tmp_path)
    done = ca.attempt("init", "--issuing-key", wrong.uri(), SOFTHSM2_CONF=os.environ["SOFTHSM2_CONF"])
    assert done.returncode == 64
    assert "cannot be used (PinIncorrect)" in done.stderr
    assert not (ca.state / "issuing.pem").exists()
    (tmp_path / "pin").unlink()
    with pytest.raises(SettingsError, match="pin-source"):
        wrong.key()


def test_a_ca_with_its_issuing_key_in_a_token(token: Token, tmp_path: Path) -> None:
    ca = CaProcess(tmp_path / "ca", issuing_key=token.uri("of a CA"))
    ca.variables["SOFTHSM2_CONF"] = os.environ["SOFTHSM2_CONF"]
    try:
        ca.start()
        first = ca.ask(csr("server"))
        assert first.status_code == 201, first.text
        leaf, issuing = x509.load_pem_x509_certificates(first.content)
        leaf.verify_directly_issued_by(issuing)
        assert issuing.public_key() == token.key("of a CA").public_key()
        assert not (ca.state / "issuing.key.pem").exists()
        assert PIN not in ca.log
        # The same one after a restart.
        ca.stop()
        ca.start()
        second = x509.load_pem_x509_certificates(ca.ask(csr("server")).content)
        assert second[1] == issuing
    finally:
        ca.kill()
