"""Every row of the gallery is identified by its certificates or, if they are valid, by the error of `requests`."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import pytest

from overheard.certificates.examine import Examination, examine_server
from overheard.certificates.fetch import Address
from overheard.certificates.question import Question, content, roots
from overheard.certificates.read import revocation_lists
from overheard.words.gallery import ROWS, Row, authorities, certificates
from overheard.words.handover import GALLERY_CRL, GALLERY_ROOT
from services.gallery.process import ADDRESS, GalleryProcess, running

if TYPE_CHECKING:
    from collections.abc import Iterator

OF_CERTIFICATES = {row.name for row in (*certificates.ROWS, *authorities.ROWS)}
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


def examine_row(gallery: GalleryProcess, row: Row) -> Examination:
    server = Address(gallery.url(row), row.host or ADDRESS, gallery.hung(row).port, row.patience)
    crls = revocation_lists(content(gallery.handover / GALLERY_CRL), "its lists") if row.crl else None
    return examine_server(server, roots(gallery.handover / GALLERY_ROOT), Question(crls=crls))


@pytest.mark.slow
@pytest.mark.parametrize("row", OVER_TLS, ids=[row.name for row in OVER_TLS])
def test_a_row_is_found_by_its_certificates_or_by_its_error(gallery: GalleryProcess, row: Row) -> None:
    examination = examine_row(gallery, row)
    assert examination.connection
    assert {finding.row for finding in examination.wrong} == ({row.name} & OF_CERTIFICATES)
    # `requests` checks no revocation list.
    assert (row.name in examination.connection.rows) is not row.crl
    assert examination.exit_code == (2 if row.name in NONE_SENT else 1)
