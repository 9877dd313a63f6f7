"""What the gallery publishes about its certificates, and what it says to everything else at that port."""

from __future__ import annotations

import socket
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from overheard.words.gallery import at
from overheard_services.client.ask import ask
from processes import LONG
from services.gallery.process import ADDRESS

if TYPE_CHECKING:
    from pathlib import Path

    from services.gallery.process import GalleryProcess


@pytest.mark.parametrize(("name", "revoked"), [("revoked", 1), ("good", 0), ("crl-expired", 0)])
def test_a_list_has_what_was_revoked(gallery: GalleryProcess, name: str, revoked: int) -> None:
    answer = requests.get(gallery.status(name).crl, timeout=LONG)
    assert answer.headers["Content-Type"] == "application/pkix-crl"
    assert len(list(x509.load_der_x509_crl(answer.content))) == revoked


@pytest.mark.parametrize("name", ["crl-missing", "ocsp-missing"])
def test_answers_that_are_dropped_do_not_arrive(gallery: GalleryProcess, name: str) -> None:
    for url in (gallery.status(name).crl, gallery.status(name).ocsp):
        with pytest.raises(requests.ConnectionError, match="without response"):
            requests.get(url, timeout=LONG)


@pytest.mark.parametrize("asked", [b"", b"no request", b"\x30" * 9000])
def test_what_is_no_request_of_ocsp_is_malformed(gallery: GalleryProcess, asked: bytes) -> None:
    answer = requests.post(gallery.status("good").ocsp, data=asked, timeout=LONG)
    status = ocsp.load_der_ocsp_response(answer.content).response_status
    assert status is ocsp.OCSPResponseStatus.MALFORMED_REQUEST


@pytest.mark.parametrize(("name", "says"), [("good", "good"), ("ocsp-revoked", "revoked")])
def test_openssl_believes_the_responder(gallery: GalleryProcess, tmp_path: Path, name: str, says: str) -> None:
    certificate, issuer = tmp_path / "certificate.pem", tmp_path / "issuer.pem"
    for file, der in zip((certificate, issuer), shown(gallery, name), strict=True):
        file.write_bytes(x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM))
    url = gallery.status(name).ocsp.replace("server", ADDRESS)
    files = ("-issuer", issuer, "-cert", certificate, "-CAfile", gallery.handover / "root.pem")
    command = ["openssl", "ocsp", *map(str, files), "-url", url]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "Response verify OK" in told.stderr
    assert f"{certificate}: {says}" in told.stdout


def shown(gallery: GalleryProcess, name: str) -> tuple[bytes, ...]:
    """The certificate of a server, and its issuer's, in DER."""
    if name == "good":
        return gallery.ask_good().chain[:2]
    row = at(name)
    return ask(gallery.url(row), replace(gallery.way(row), ocsp=False)).chain[:2]


def test_one_of_another_certificate_is_not_answered(gallery: GalleryProcess) -> None:
    certificate, issuer = map(x509.load_der_x509_certificate, shown(gallery, "good"))
    asked = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA256()).build()
    answer = requests.post(gallery.status("ocsp-revoked").ocsp, data=asked.public_bytes(Encoding.DER), timeout=LONG)
    assert ocsp.load_der_ocsp_response(answer.content).response_status is ocsp.OCSPResponseStatus.UNAUTHORIZED


def test_a_client_that_goes_away_does_no_harm(gallery: GalleryProcess) -> None:
    with socket.create_connection((ADDRESS, gallery.port)) as connection:
        connection.sendall(b"POST /ocsp/good HTTP/1.1\r\nContent-Length: 100\r\n\r\n")
    assert requests.get(f"http://{ADDRESS}:{gallery.port}/health", timeout=LONG).text == "ready"
