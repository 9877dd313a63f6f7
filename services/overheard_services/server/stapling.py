"""Sends a current response of OCSP with the certificate, so that no client has to ask (RFC 6066, 8).

Python's `ssl` cannot do that, and pyOpenSSL can. urllib3 makes a socket of its connection.
"""

from __future__ import annotations

import logging
import ssl
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from OpenSSL import SSL
from urllib3.contrib.pyopenssl import WrappedSocket
from urllib3.util import wait_for_read

from overheard.role.serve import SUITES
from overheard.words.errors import EnrolmentError, OverheardError
from overheard_services.server.on_demand import Obtained, OnDemand
from overheard_services.status.fetch import fetched
from overheard_services.status.ocsp_request import question_for_all, responder_of
from overheard_services.status.ocsp_response import NoAnswerError, standing

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from overheard_services.credentials import Credentials

# For connecting to a responder and for its answer, in seconds: a client is waiting.
_PATIENCE = 2
_OPTIONS = SSL.OP_NO_COMPRESSION | SSL.OP_NO_RENEGOTIATION | SSL.OP_CIPHER_SERVER_PREFERENCE

log = logging.getLogger("overheard_services")


@dataclass(frozen=True)
class Staple:
    """What the responder that a certificate names says about it."""

    certificate: x509.Certificate
    issuer: x509.Certificate

    def obtain(self) -> Obtained[bytes]:
        """Ask, and return the response in DER. Raises EnrolmentError unless it proves something."""
        responder = responder_of(self.certificate)
        request = question_for_all(self.certificate, self.issuer)
        try:
            answer = fetched(responder, request.public_bytes(Encoding.DER), patience=_PATIENCE)
            found = standing(answer, request, self.issuer, datetime.now(UTC))
        except NoAnswerError as problem:
            raise EnrolmentError(
                f"no OCSP response to staple: {problem}", hint=f"see whether {responder} answers"
            ) from None
        # One that says `revoked`, too: whoever asks would learn the same.
        return Obtained(answer, found.begins, found.ends)


class StaplingContext:
    """How to serve with a certificate and what `staple` returns at each handshake: stands in for an SSLContext.

    Without a response, as `staple` raises OverheardError, the handshake goes on: clients may ask by themselves.
    """

    def __init__(self, own: Credentials, staple: Callable[[], bytes], *, tls13_only: bool = False) -> None:
        self._staple = staple
        self._context = context = SSL.Context(SSL.TLS_SERVER_METHOD)
        context.set_options(_OPTIONS)
        context.set_min_proto_version(SSL.TLS1_3_VERSION if tls13_only else SSL.TLS1_2_VERSION)
        context.set_cipher_list(SUITES.encode())
        context.use_certificate_chain_file(str(own.certificate))
        context.use_privatekey_file(str(own.key))
        context.set_ocsp_server_callback(self._response)

    def wrap_socket(self, sock: socket.socket, **_as_ever: bool) -> _Socket:
        """The connection after its handshake, which has the timeout of `sock`. Raises OSError if it fails."""
        connection = SSL.Connection(self._context, sock)
        connection.set_accept_state()
        _shake_hands(connection, sock)
        return _Socket(connection, sock)

    def _response(self, _connection: SSL.Connection, _data: None) -> bytes:
        try:
            return self._staple()
        except OverheardError as problem:
            log.warning("%s", problem)
            return b""


def _shake_hands(connection: SSL.Connection, sock: socket.socket) -> None:
    deadline = time.monotonic() + (sock.gettimeout() or 0)
    while True:
        try:
            connection.do_handshake()
        except SSL.WantReadError:
            # The timeout of a socket begins anew with each byte.
            if not wait_for_read(sock, max(0, deadline - time.monotonic())):
                raise TimeoutError("the handshake took too long") from None
        except SSL.Error as problem:
            raise ssl.SSLError(f"no handshake: {problem}") from problem
        else:
            return


class _Socket(WrappedSocket):
    """With what gunicorn needs besides what urllib3 does."""

    def setblocking(self, blocking: bool) -> None:
        self.socket.setblocking(blocking)

    def recv(self, *arguments: Any, **options: Any) -> bytes:  # noqa: ANN401  (they are urllib3's)
        try:
            return super().recv(*arguments, **options)
        except SSL.ZeroReturnError:
            # The end, after both sides have said so.
            return b""

    def shutdown(self, how: int) -> None:
        super().shutdown(how)
        self.socket.shutdown(how)


def stapled(own: Credentials, *, tls13_only: bool = False) -> StaplingContext | None:
    """How to serve with a certificate and the response of the responder that it names; None if it names none."""
    certificate, *issuers = x509.load_pem_x509_certificates(own.certificate.read_bytes())
    if not issuers or not responder_of(certificate):
        return None
    return StaplingContext(own, OnDemand(Staple(certificate, issuers[0]).obtain).current, tls13_only=tls13_only)
