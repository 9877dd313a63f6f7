"""Which answers of OCSP are believed: those of the lab's CA and gallery, and nothing that is wrong in any way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from ca.status.authorities import COMPROMISE, publishing
from ca.status.authorities import NOW as NOW_THERE
from overheard_ca.status.ocsp import Responder
from overheard_ca.status.signer import Signer
from overheard_services.gallery.authority import Holder, chain, signed_by_itself
from overheard_services.gallery.plans import ISSUING, RESPONDER, ROOT, SERVER
from overheard_services.gallery.status import Responder as GalleryResponder
from overheard_services.status.ocsp_response import NoAnswerError, standing

if TYPE_CHECKING:
    from pathlib import Path

# Without microseconds, as times in certificates and responses are.
NOW = datetime.now(UTC).replace(microsecond=0)
NONCE = x509.OCSPNonce(bytes(32))
ROOT_HELD = signed_by_itself(ROOT)
ISSUER, LEAF = chain([ISSUING, SERVER], ROOT_HELD, "")
(OTHER,) = chain([SERVER], ISSUER, "")
(DELEGATE,) = chain([RESPONDER], ISSUER, "")
(OLD,) = chain([replace(RESPONDER, begins=-9, ends=-1)], ISSUER, "")
(OF_ROOT,) = chain([RESPONDER], ROOT_HELD, "")
(RSA,) = chain([replace(RESPONDER, rsa_bits=2048)], ISSUER, "")
STATUS = ocsp.OCSPCertStatus


def request(nonce: x509.OCSPNonce = NONCE) -> ocsp.OCSPRequest:
    builder = ocsp.OCSPRequestBuilder().add_certificate(LEAF.certificate, ISSUER.certificate, hashes.SHA256())
    return builder.add_extension(nonce, critical=False).build()


@dataclass(frozen=True)
class Answer:
    """A response, of which one thing may be wrong. `sent` is the certificate that comes with it."""

    about: Holder = LEAF
    status: ocsp.OCSPCertStatus = STATUS.GOOD
    begins: timedelta = -timedelta(minutes=1)
    ends: timedelta | None = timedelta(hours=1)
    by: Holder = DELEGATE
    sent: Holder | None = DELEGATE
    nonce: x509.OCSPNonce | None = NONCE
    algorithm: type[hashes.SHA256 | hashes.SHA384] = hashes.SHA256
    reason: x509.ReasonFlags | None = None

    @property
    def der(self) -> bytes:
        builder = ocsp.OCSPResponseBuilder().add_response(
            self.about.certificate,
            ISSUER.certificate,
            self.algorithm(),
            self.status,
            NOW + self.begins,
            NOW + self.ends if self.ends else None,
            NOW - timedelta(days=1) if self.status is STATUS.REVOKED else None,
            self.reason,
        )
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, self.by.certificate)
        if self.sent:
            builder = builder.certificates([self.sent.certificate])
        if self.nonce:
            builder = builder.add_extension(self.nonce, critical=False)
        return builder.sign(self.by.key, hashes.SHA256()).public_bytes(Encoding.DER)


def told(answer: bytes, now: datetime = NOW) -> tuple[str, str]:
    """The status, and perhaps why."""
    found = standing(answer, request(), ISSUER.certificate, now)
    return found.status, found.reason


BELIEVED = {
    "good": (Answer(), ("good", "")),
    "signed by the issuer itself": (Answer(by=ISSUER, sent=None), ("good", "")),
    "signed with RSA": (Answer(by=RSA, sent=RSA), ("good", "")),
    "made in advance, without a nonce": (Answer(nonce=None), ("good", "")),
    "by a clock that is a little ahead": (Answer(begins=timedelta(minutes=4)), ("good", "")),
    "unknown": (Answer(status=STATUS.UNKNOWN), ("unknown", "")),
    "revoked": (Answer(status=STATUS.REVOKED), ("revoked", "")),
    "revoked for a reason": (
        Answer(status=STATUS.REVOKED, reason=x509.ReasonFlags.key_compromise),
        ("revoked", "keyCompromise"),
    ),
}

NOT_BELIEVED = {
    "about another certificate": (Answer(about=OTHER), "is about another certificate"),
    "about another hash": (Answer(algorithm=hashes.SHA384), "is about another certificate"),
    "out of date": (Answer(begins=-timedelta(days=2), ends=-timedelta(minutes=1)), "out of date"),
    "without an end": (Answer(ends=None), "out of date"),
    "of the future": (Answer(begins=timedelta(minutes=6)), "of the future"),
    "to another request": (Answer(nonce=x509.OCSPNonce(b"\1" * 32)), "to another request"),
    "by the server itself": (Answer(by=LEAF, sent=LEAF), "not signed by anybody who may"),
    "by a sibling that is no responder": (Answer(by=OTHER, sent=OTHER), "not signed by anybody who may"),
    "by a responder of another authority": (Answer(by=OF_ROOT, sent=OF_ROOT), "not signed by anybody who may"),
    "by a responder that has expired": (Answer(by=OLD, sent=OLD), "not signed by anybody who may"),
    "by a responder that is not shown": (Answer(sent=None), "not signed by anybody who may"),
    "with another's certificate": (Answer(by=OTHER, sent=DELEGATE), "not signed by anybody who may"),
}


@pytest.mark.parametrize("name", BELIEVED)
def test_what_is_signed_by_somebody_who_may_is_believed(name: str) -> None:
    answer, expected = BELIEVED[name]
    assert told(answer.der) == expected
    found = standing(answer.der, request(), ISSUER.certificate, NOW)
    assert found.good is (found.status == "good")
    assert (found.begins - NOW, found.ends - NOW) == (answer.begins, answer.ends)


@pytest.mark.parametrize("name", NOT_BELIEVED)
def test_everything_else_is_no_answer(name: str) -> None:
    answer, says = NOT_BELIEVED[name]
    with pytest.raises(NoAnswerError, match=says):
        told(answer.der)


def test_a_changed_byte_is_no_answer() -> None:
    der = Answer(status=STATUS.REVOKED).der
    for at in range(0, len(der), 7):
        changed = der[:at] + bytes([der[at] ^ 1]) + der[at + 1 :]
        try:
            found = told(changed)
        except NoAnswerError:
            continue
        # What is not signed may change: the certificates beside it, and how they are tagged.
        assert found == ("revoked", "")


@pytest.mark.parametrize("answer", [b"", b"ready", b"\x30\x03\x0a\x01\x03", b"\x30\x03\x0a\x01\x09"])
def test_what_is_no_response_and_what_says_nothing_is_no_answer(answer: bytes) -> None:
    with pytest.raises(NoAnswerError):
        told(answer)


def test_the_responder_of_the_gallery_is_believed() -> None:
    for revoked, expected in ((False, ("good", "")), (True, ("revoked", "keyCompromise"))):
        responder = GalleryResponder(LEAF, ISSUER, DELEGATE, revoked)
        assert told(responder.answer(request().public_bytes(Encoding.DER)), datetime.now(UTC)) == expected


def test_that_of_the_lab_ca_is_believed(tmp_path: Path) -> None:
    made = publishing(tmp_path / "state")
    responder = Responder(made.issuer, made.ledger, Signer(made.issuer, made.ledger))
    leaf = made.leaf()
    assert _of_the_ca(responder, leaf) == ("good", "")
    made.revoke(leaf, COMPROMISE)
    assert _of_the_ca(responder, leaf) == ("revoked", "keyCompromise")


def _of_the_ca(responder: Responder, leaf: x509.Certificate) -> tuple[str, str]:
    issuer = responder.issuer.certificate
    builder = ocsp.OCSPRequestBuilder().add_certificate(leaf, issuer, hashes.SHA256())
    asked = builder.add_extension(NONCE, critical=False).build()
    found = standing(responder.answer(asked.public_bytes(Encoding.DER), NOW_THERE), asked, issuer, NOW_THERE)
    return found.status, found.reason


def test_a_responder_needs_its_purpose() -> None:
    assert RESPONDER.purpose == ExtendedKeyUsageOID.OCSP_SIGNING
