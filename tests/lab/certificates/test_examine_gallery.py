"""Every row of the gallery is identified by its certificates or, if they are valid, by the error of `requests`."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from overheard.certificates.examine import Examination, examine_server
from overheard.certificates.fetch import Address
from overheard.certificates.question import Question, roots
from overheard.certificates.read import revocation_lists
from overheard.words.gallery import ROWS, Row, authorities, certificates
from overheard.words.handover import GALLERY_ROOT
from processes import LONG
from services.gallery.process import ADDRESS, GalleryProcess, running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard.words.services import StatusUrls

# What a responder says is in no certificate.
OF_CERTIFICATES = {row.name for row in (*certificates.ROWS, *authorities.ROWS) if not row.ocsp}
# The rows whose handshake fails before a certificate was sent.
NONE_SENT = {
    "sni-refused",
    "internal-error",
    "tls-on-http-port",
    "cut-in-handshake",
    "reset-in-handshake",
    "silent-in-handshake",
}
# Whether `requests` is strict depends on the version of Python.
OVER_TLS = [row for row in ROWS if row.scheme == "https" and not row.strict]


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GalleryProcess]:
    with running(tmp_path_factory.mktemp("gallery")) as gallery:
        yield gallery


@pytest.fixture(autouse=True)
def _every_name_is_the_gallery(monkeypatch: pytest.MonkeyPatch) -> None:
    ask = socket.getaddrinfo

    def answer(_host: str | bytes, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401  (as its own)
        return ask(ADDRESS, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", answer)


def pem(status: StatusUrls) -> bytes:
    """The list of an authority whose answers arrive."""
    der = requests.get(status.crl, timeout=LONG).content
    return x509.load_der_x509_crl(der).public_bytes(Encoding.PEM)


def examine_row(gallery: GalleryProcess, row: Row) -> Examination:
    server = Address(gallery.url(row), row.host or ADDRESS, gallery.hung(row).port, row.patience)
    lists = b"".join(map(pem, (gallery.status("revoked"), gallery.status("crl-expired"))))
    crls = revocation_lists(lists, "its lists") if row.crl else None
    return examine_server(server, roots(gallery.handover / GALLERY_ROOT), Question(crls=crls))


@pytest.mark.slow
@pytest.mark.parametrize("row", OVER_TLS, ids=[row.name for row in OVER_TLS])
def test_a_row_is_found_by_its_certificates_or_by_its_error(gallery: GalleryProcess, row: Row) -> None:
    examination = examine_row(gallery, row)
    assert examination.connection
    assert {finding.row for finding in examination.wrong} == ({row.name} & OF_CERTIFICATES)
    # `requests` asks nobody whether a certificate was revoked, and neither does `overheard show` without a list.
    assert (row.name in examination.connection.rows) is not (row.crl or row.ocsp)
    assert examination.exit_code == (2 if row.name in NONE_SENT else 0 if row.ocsp else 1)
