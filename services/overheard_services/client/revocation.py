"""Asks over the wire whether a certificate was revoked: for a list before the handshake, or a responder during it.

What to do without an answer is the client's choice. Hard fail refuses the server: then nobody gets in with a revoked
certificate, and the server is down whenever the responder is. Soft fail goes on: then whoever has the revoked key, and
is on the wire, drops the answer and is let in.
"""

from __future__ import annotations

import ssl
import tempfile
import warnings
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from overheard_services.status.fetch import fetched
from overheard_services.status.ocsp_request import question, responder_of
from overheard_services.status.ocsp_response import NoAnswerError, Standing, standing

if TYPE_CHECKING:
    from collections.abc import Sequence


class SoftFailWarning(UserWarning):
    """Nobody answered whether the certificate was revoked, and the client went on."""


def require_unlisted(context: ssl.SSLContext, url: str, *, soft_fail: bool) -> None:
    """Have OpenSSL refuse a certificate that is on the list at `url`, and, unless in soft fail, any without a list.

    OpenSSL fetches none by itself. It checks the list: who signed it, until when it is valid, and whom it is about.
    """
    try:
        lists = _as_pem(fetched(url))
    except NoAnswerError as problem:
        if soft_fail:
            _go_on(problem)
            return
        # Without a list, OpenSSL refuses all certificates.
        lists = b""
    context.verify_flags |= ssl.VerifyFlags.VERIFY_CRL_CHECK_LEAF
    if lists:
        # `ssl` reads lists only from files.
        with tempfile.NamedTemporaryFile(prefix="overheard-crl-") as file:
            file.write(lists)
            file.flush()
            context.load_verify_locations(file.name)


def require_good(chain: Sequence[bytes], *, soft_fail: bool) -> None:
    """Raise SSLError unless the responder of the certificate's issuer says that it is good.

    `chain` was verified, and is in DER. In soft fail, no answer will do as well; a signed `revoked` never does.
    """
    try:
        found = _asked(chain)
    except NoAnswerError as problem:
        if not soft_fail:
            raise ssl.SSLCertVerificationError(f"no valid OCSP response: {problem}") from None
        _go_on(problem)
        return
    if not found.good:
        raise ssl.SSLCertVerificationError(
            f"{found.status}, says the OCSP responder" + f": {found.reason}" * bool(found.reason)
        )


def _go_on(problem: NoAnswerError) -> None:
    warnings.warn(f"whether the certificate was revoked is unknown: {problem}", SoftFailWarning, stacklevel=2)


def _asked(chain: Sequence[bytes]) -> Standing:
    certificate, issuer = map(x509.load_der_x509_certificate, (*chain, *chain[-1:])[:2])
    responder = responder_of(certificate)
    if not responder:
        raise NoAnswerError("the certificate names no responder")
    request = question(certificate, issuer)
    answer = fetched(responder, request.public_bytes(Encoding.DER))
    return standing(answer, request, issuer, datetime.now(UTC))


def _as_pem(answer: bytes) -> bytes:
    try:
        return x509.load_der_x509_crl(answer).public_bytes(Encoding.PEM)
    except ValueError:
        raise NoAnswerError("what came is no revocation list") from None
