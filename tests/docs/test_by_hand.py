"""The page for those who type: every line of it, in its order, in one shell; and what it says of the old way."""

from __future__ import annotations

import re
import ssl
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from ca.csrs import csr
from docs.old_way import generate_csr, generate_private_key, generate_public_key, sign_csr
from docs.pages import ROOT
from docs.terminal import Terminal
from docs.typed import Block, blocks, looks_like
from lab.certificates.handshakes import shake_hands

if TYPE_CHECKING:
    from pathlib import Path

PAGE = (ROOT / "docs" / "by-hand.md").read_text()
(CA,) = re.findall(r"^## A certificate authority in four functions\n(.*?)^## ", PAGE, re.MULTILINE | re.DOTALL)
SUBJECT = {"country": "US", "state": "Maryland", "locality": "Baltimore", "org": "My Company"}
PASSPHRASE = "serverpassword"  # noqa: S105  (that of the page)
ANSWERS = {"Password": "secret_squirrel", "Pass phrase of the server": PASSPHRASE}


def type_all(terminal: Terminal, folder: Path, some: list[Block]) -> None:
    """Type blocks: write the files, and compare what each line prints."""
    listening = False
    for block in some:
        if block.file:
            (folder / block.file).write_text(block.text)
        for line, printed in block.lines:
            said = terminal.type(line, lambda said, page=printed: looks_like(said, page, any_order=True))  # type: ignore[misc]
            assert looks_like(said, printed, any_order=listening), f"{line}\n{said}"
            listening = line.startswith("tshark -l") or (listening and not line.startswith("kill %tshark"))


@pytest.mark.usefixtures("local_engine")
def test_the_page_as_a_reader_types_it(tmp_path: Path) -> None:
    with Terminal(tmp_path, ANSWERS) as terminal:
        type_all(terminal, tmp_path, blocks(PAGE))


@pytest.mark.usefixtures("local_engine")
def test_the_library_is_used_like_what_is_typed(tmp_path: Path) -> None:
    """Only an error has more words."""
    typed = CA.replace("from pki_helpers", "from overheard.pki").replace(
        "ValueError: the request", "…PkiError: the request"
    )
    typed = typed.replace("names that this CA may sign\n", "names that this CA may sign: localhost, …\n…\n")
    with Terminal(tmp_path, ANSWERS) as terminal:
        type_all(terminal, tmp_path, [block for block in blocks(typed) if not block.file])


def test_what_is_printed_otherwise_is_noticed() -> None:
    page = "a … c\n…\nb\n"
    assert looks_like("\na 1 c\nx\ny\nb  \n", page)
    assert not looks_like("a 1 c\nx\nb\nc\n", page)
    assert not looks_like("a 1\nc\nx\nb\n", page)
    assert not looks_like("x\n", "")
    assert not looks_like("2\n1\n", "1\n2\n")
    assert looks_like("2\n1\n", "1\n2\n", any_order=True)
    assert not looks_like("2\n1\n", "1\n1\n", any_order=True)
    assert not looks_like("2\n1\n2\n", "1\n2\n", any_order=True)


def test_what_is_not_typed_here_prepares_a_machine_or_needs_a_browser() -> None:
    others = [block.text for block in blocks(PAGE) if not block.file and not block.lines]
    assert [re.findall(r"\b(?:apt-get|unshare|certutil)\b", text)[0] for text in others] == [
        "apt-get",
        "unshare",
        "certutil",
    ]


def test_every_answer_that_the_test_gives_is_on_the_page() -> None:
    for answer in ANSWERS.values():
        assert f"`{answer}`" in PAGE


class OldWay:
    """What the tutorial makes: a CA, and a server with its certificate."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ca_key = generate_private_key(folder / "ca.key", "secret_squirrel")
        self.ca = generate_public_key(self.ca_key, folder / "ca.pem", **SUBJECT, hostname="my-ca.com")
        self.key = generate_private_key(folder / "server.key", PASSPHRASE)
        names = ["localhost", "127.0.0.1"]
        self.csr = generate_csr(self.key, folder / "csr.pem", **SUBJECT, hostname="my-site.com", alt_names=names)
        sign_csr(self.csr, self.ca, self.ca_key, folder / "server.pem")

    def shake_hands(self, host: str, *, strict: bool = False) -> None:
        """Raises SSLError if a client refuses it."""
        client = ssl.create_default_context(cafile=self.folder / "ca.pem")
        client.verify_flags |= ssl.VERIFY_X509_STRICT if strict else 0
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.load_cert_chain(self.folder / "server.pem", self.folder / "server.key", PASSPHRASE)
        shake_hands(client, server, host)


@pytest.fixture(scope="module")
def old_way(tmp_path_factory: pytest.TempPathFactory) -> OldWay:
    return OldWay(tmp_path_factory.mktemp("old"))


def test_the_old_way_signs_whatever_is_asked_for(old_way: OldWay) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    asked = csr("bank.test", key=key, extensions=[(x509.BasicConstraints(ca=True, path_length=None), True)])
    changed = x509.load_pem_x509_csr(asked).public_bytes(Encoding.DER).replace(b"bank", b"tank")
    request = x509.load_der_x509_csr(changed)
    assert not request.is_signature_valid
    signed = sign_csr(request, old_way.ca, old_way.ca_key, old_way.folder / "signed.pem")
    assert signed.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert signed.extensions.get_extension_for_class(x509.SubjectAlternativeName).value.get_values_for_type(
        x509.DNSName
    ) == ["tank.test"]


def test_the_old_way_is_valid_for_localhost_alone(old_way: OldWay) -> None:
    old_way.shake_hands("localhost")
    with pytest.raises(ssl.SSLCertVerificationError, match=r"Hostname mismatch, .* 'my-site\.com'"):
        old_way.shake_hands("my-site.com")
    with pytest.raises(ssl.SSLCertVerificationError, match="IP address mismatch"):
        old_way.shake_hands("127.0.0.1")


def test_strict_clients_refuse_the_old_way(old_way: OldWay) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        old_way.shake_hands("localhost", strict=True)


def test_the_old_way_keeps_its_keys_badly(old_way: OldWay) -> None:
    assert (old_way.folder / "ca.key").read_text().splitlines()[1] == "Proc-Type: 4,ENCRYPTED"
    assert (old_way.folder / "ca.key").stat().st_mode & 0o004
