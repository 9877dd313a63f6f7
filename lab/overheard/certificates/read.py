"""Parses certificates: PEM, with any text in between, or DER."""

from __future__ import annotations

import re
import warnings
from collections import Counter
from dataclasses import dataclass

from cryptography import x509
from cryptography.utils import CryptographyDeprecationWarning

from overheard.certificates.errors import CertificateError

# A bundle of all public roots is a quarter of a MiB.
LONGEST = 4 * 2**20

_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]{1,64})-----.*?-----END \1-----", re.DOTALL)
# `X509 CERTIFICATE` is what some old programs write (RFC 7468, 5.1).
_LABELS = (b"CERTIFICATE", b"X509 CERTIFICATE")
_FORMS = "certificates are read in PEM (-----BEGIN CERTIFICATE-----) and in DER"


@dataclass(frozen=True)
class Bundle:
    """The certificates that were found, in order, and what was ignored, in words."""

    certificates: tuple[x509.Certificate, ...]
    skipped: tuple[str, ...] = ()


def read(data: bytes, what: str) -> Bundle:
    """The certificates in `data`, which is called `what` in errors. Other blocks, keys above all, are not kept.

    Raises CertificateError if there is none, or if one cannot be parsed.
    """
    blocks, skipped = _sorted(data, what)
    certificates = [_parsed(block, f"certificate {number} of {what}") for number, block in enumerate(blocks, 1)]
    return Bundle(tuple(certificates), skipped)


def read_bundle(data: bytes, what: str) -> tuple[x509.Certificate, ...]:
    """The certificates of a bundle that can be parsed: one that cannot is no reason to trust none.

    Raises CertificateError if there is none at all.
    """
    found = []
    for block in _sorted(data, what)[0]:
        try:
            found.append(_parsed(block, what))
        except CertificateError as error:
            problem = error
    if not found:
        raise problem
    return tuple(found)


def revocation_lists(data: bytes, what: str) -> tuple[x509.CertificateRevocationList, ...]:
    """The certificate revocation lists (RFC 5280, 5) in `data`, PEM or DER.

    Raises CertificateError if there is none.
    """
    try:
        if b"-----BEGIN " not in data:
            return (x509.load_der_x509_crl(data),)
        found = tuple(x509.load_pem_x509_crl(block[0]) for block in _BLOCK.finditer(data) if block[1] == b"X509 CRL")
    except ValueError:
        found = ()
    if not found:
        raise CertificateError(f"there is no revocation list in {what}", hint="in PEM, one begins with BEGIN X509 CRL")
    return found


def _sorted(data: bytes, what: str) -> tuple[list[bytes], tuple[str, ...]]:
    """The certificates, each in PEM, or a single one in DER; and what else there is, in words."""
    if len(data) > LONGEST:
        raise CertificateError(f"{what} is longer than {LONGEST // 2**20} MiB", hint="name a file of certificates")
    if b"-----BEGIN " not in data:
        # DER begins with a SEQUENCE (RFC 5280, 4.1).
        if not data.startswith(b"\x30"):
            raise CertificateError(f"there is no certificate in {what}", hint=_FORMS)
        return [data], ()
    found = list(_BLOCK.finditer(data))
    others = Counter(block[1].decode() for block in found if block[1] not in _LABELS)
    skipped = tuple(f"{count} {label}" for label, count in others.items())
    blocks = [block[0].replace(b" X509 CERTIFICATE-", b" CERTIFICATE-") for block in found if block[1] in _LABELS]
    if not blocks:
        seen = ", ".join(skipped) or "a PEM block without an end"
        raise CertificateError(f"there is no certificate in {what}, but {seen}", hint=_FORMS)
    return blocks, skipped


def _parsed(data: bytes, what: str) -> x509.Certificate:
    try:
        with warnings.catch_warnings():
            # Warnings about serial numbers that RFC 5280 does not allow, but that old roots have.
            warnings.simplefilter("ignore", CryptographyDeprecationWarning)
            load = x509.load_pem_x509_certificate if data.startswith(b"-") else x509.load_der_x509_certificate
            return load(data)
    except (ValueError, x509.InvalidVersion) as problem:
        raise CertificateError(f"{what} cannot be read as a certificate: {_brief(problem)}", hint=_FORMS) from None


def _brief(problem: Exception) -> str:
    """The first line of the parser's error: the rest is about its internals."""
    return (str(problem).splitlines() or [type(problem).__name__])[0][:160]
