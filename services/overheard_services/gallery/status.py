"""Publishes whether the gallery's certificates were revoked: a list (RFC 5280, 5), and a responder (RFC 6960).

Over plain HTTP, as everywhere: whoever checks a certificate for TLS cannot need TLS for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.ocsp import OCSPCertStatus, OCSPResponseStatus

from overheard.words.services import StatusUrls
from overheard_services.gallery.authority import Holder, revocation_list

if TYPE_CHECKING:
    import socket

    # Takes what was sent, and returns what to send back; nothing, if the connection is closed without an answer.
    Answer = Callable[[bytes], bytes | None]

# The most bytes that are read of a request; one for one certificate has about 200.
_LONGEST = 4096
# How long clients may use a response, and how far their clocks may be behind.
_LIFE, _SLOWEST_CLOCK = timedelta(hours=8), timedelta(minutes=5)
_REASON = x509.ReasonFlags.key_compromise


@dataclass(frozen=True)
class Status:
    """Whether the server's certificate is revoked, and what clients get who ask: a list that is valid for `days`.

    Without `arrives`, somebody on the wire drops every answer.
    """

    revoked: bool = False
    days: float = 30
    arrives: bool = True


def published(status: Status, row: str, server: Holder, issuing: Holder, responder: Holder) -> dict[str, Answer]:
    """What is answered about a server's certificate, by its paths."""
    urls = StatusUrls("", row)
    if not status.arrives:
        return {urls.crl: _dropped, urls.ocsp: _dropped}
    revoked = [server.certificate] if status.revoked else []
    crl = revocation_list(issuing, revoked, status.days).public_bytes(Encoding.DER)
    return {urls.crl: lambda _: crl, urls.ocsp: Responder(server, issuing, responder, status.revoked).answer}


def _dropped(_asked: bytes) -> None:
    return None


@dataclass(frozen=True)
class Responder:
    """Answers for one certificate, with a key that its authority certified for that (RFC 6960, 4.2.2.2)."""

    server: Holder
    issuing: Holder
    own: Holder
    revoked: bool

    def answer(self, asked: bytes) -> bytes:
        """The response in DER to a request in DER."""
        try:
            request = ocsp.load_der_ocsp_request(asked)
            response = self._response(request)
        except (ValueError, NotImplementedError):
            response = ocsp.OCSPResponseBuilder.build_unsuccessful(OCSPResponseStatus.MALFORMED_REQUEST)
        return response.public_bytes(Encoding.DER)

    def _response(self, request: ocsp.OCSPRequest) -> ocsp.OCSPResponse:
        if request.serial_number != self.server.certificate.serial_number:
            return ocsp.OCSPResponseBuilder.build_unsuccessful(OCSPResponseStatus.UNAUTHORIZED)
        now = datetime.now(UTC)
        builder = (
            ocsp.OCSPResponseBuilder()
            .add_response(
                self.server.certificate,
                self.issuing.certificate,
                request.hash_algorithm,
                OCSPCertStatus.REVOKED if self.revoked else OCSPCertStatus.GOOD,
                now - _SLOWEST_CLOCK,
                now + _LIFE,
                now - timedelta(days=7) if self.revoked else None,
                _REASON if self.revoked else None,
            )
            .responder_id(ocsp.OCSPResponderEncoding.HASH, self.own.certificate)
            .certificates([self.own.certificate])
        )
        for extension in request.extensions:
            if isinstance(extension.value, x509.OCSPNonce):
                builder = builder.add_extension(extension.value, critical=False)
        return builder.sign(self.own.key, hashes.SHA256())


def treat(answers: Mapping[str, Answer], connection: socket.socket) -> None:
    """Handle one request at the gallery's own port, and close the connection: about a certificate, or for readiness."""

    class Handler(BaseHTTPRequestHandler):
        timeout = 5

        def do_GET(self) -> None:
            self._answer(b"")

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            # What is too long is no request, and neither is what is cut off.
            self._answer(self.rfile.read(min(int(length), _LONGEST)) if length.isascii() and length.isdigit() else b"")

        def _answer(self, asked: bytes) -> None:
            answer = answers.get(self.path, _ready)(asked)
            if answer is None:
                return
            self.send_response(200)
            self.send_header("Content-Type", _types(self.path))
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """A role logs no requests."""

    with connection:
        try:
            Handler(connection, ("", 0), None)  # type: ignore[arg-type]  # a server has nothing that it needs
        except OSError:
            # The client has gone away.
            return


def _ready(_asked: bytes) -> bytes:
    return b"ready"


def _types(path: str) -> str:
    """The type of what is at a path (RFC 2585, 4.2; RFC 6960, A.2)."""
    return {"crl": "application/pkix-crl", "ocsp": "application/ocsp-response"}.get(
        path.split("/")[1], "text/plain; charset=utf-8"
    )
