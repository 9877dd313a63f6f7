"""What is served over plain HTTP: the CRL, OCSP and the issuing certificate, and nothing else of the CA."""

from __future__ import annotations

import base64
import binascii
import ssl
from collections.abc import Iterable
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from flask import Flask, Response, abort

from overheard_ca import body
from overheard_ca.certificates import Issuer
from overheard_ca.errors import RefusedError
from overheard_ca.ledger import Ledger
from overheard_ca.status.crl import RevocationList
from overheard_ca.status.ocsp import Responder
from overheard_ca.status.signer import Signer
from overheard_ca.status.urls import CRL, ISSUER, OCSP, ROOT_CRL

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# A request for one certificate has about 100 bytes.
_MOST_BYTES = 4096

_OCSP_RESPONSE = "application/ocsp-response"


def create_status_app(issuer: Issuer, ledger: Ledger, of_root: x509.CertificateRevocationList | None = None) -> Flask:
    """The application, for the certificates of `issuer`, and with the list of the root."""
    app = Flask("overheard_ca_status", static_folder=None)
    # In base64, two slashes in a row are not one.
    app.url_map.merge_slashes = False
    revoked = RevocationList(issuer, ledger)

    @app.get(CRL)
    def crl() -> Response:
        return Response(revoked.current(datetime.now(UTC)), mimetype="application/pkix-crl")

    @app.get(ROOT_CRL)
    def root_crl() -> Response:
        if of_root is None:
            abort(HTTPStatus.NOT_FOUND)
        return Response(of_root.public_bytes(Encoding.DER), mimetype="application/pkix-crl")

    @app.get(ISSUER)
    def issuing() -> Response:
        return Response(issuer.certificate.public_bytes(Encoding.DER), mimetype="application/pkix-cert")

    if issuer.staples:
        _add_ocsp(app, Responder(issuer, ledger, Signer(issuer, ledger)))
    return app


def _add_ocsp(app: Flask, responder: Responder) -> None:
    @app.post(OCSP)
    def posted() -> Response:
        try:
            return answered(body.read(_MOST_BYTES))
        except RefusedError as refused:
            abort(refused.status)

    @app.get(f"{OCSP}/<path:encoded>")
    def got(encoded: str) -> Response:
        try:
            return answered(base64.b64decode(encoded, validate=True))
        except (binascii.Error, ValueError):
            return answered(b"")

    def answered(asked: bytes) -> Response:
        return Response(responder.answer(asked, datetime.now(UTC)), mimetype=_OCSP_RESPONSE)


def apart(secure: Flask, plain: Flask) -> Flask:
    """Serve `secure` on connections with TLS, and `plain` on all others: no token is ever taken in clear."""
    over_tls, in_clear = secure.wsgi_app, plain.wsgi_app

    def choose(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        chosen: WSGIApplication = over_tls if isinstance(environ.get("gunicorn.socket"), ssl.SSLSocket) else in_clear
        return chosen(environ, start_response)

    secure.wsgi_app = choose  # type: ignore[method-assign]  # as Flask's documentation has it
    return secure
