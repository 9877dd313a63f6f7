"""Revocation lists: each counts with its own validity, scope and issuer, as in OpenSSL."""

from __future__ import annotations

import subprocess
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from lab.certificates.making import NOW, Made, authority, server, usage
from overheard.certificates.path import path
from overheard.certificates.read import revocation_lists
from overheard.certificates.revocation import wrong
from rows import for_each

if TYPE_CHECKING:
    from pathlib import Path

ROOT = authority("a root")
SILENT = authority("a silent root", None, usage("key_cert_sign"))
LEAF, OF_SILENT = server(ROOT), server(SILENT)
NAMESAKE = authority("a root")
CRL = x509.CertificateRevocationList


def crl(
    *extensions: x509.ExtensionType,
    by: Made = ROOT,
    revoked: tuple[Made, ...] = (),
    issued: datetime = NOW - timedelta(days=9),
    days: int = 7,
    reason: x509.ReasonFlags | None = None,
) -> CRL:
    """A list; by default it is good, and nobody is on it."""
    builder = x509.CertificateRevocationListBuilder(by.certificate.subject, issued, NOW + timedelta(days=days))
    for extension in extensions:
        builder = builder.add_extension(extension, critical=not isinstance(extension, x509.AuthorityKeyIdentifier))
    for made in revoked:
        entry = x509.RevokedCertificateBuilder(made.certificate.serial_number, issued)
        entry = entry.add_extension(x509.CRLReason(reason), critical=False) if reason else entry
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(by.key, hashes.SHA256())


def scope(*, user: bool = False, ca: bool = False, place: str = "", indirect: bool = False) -> x509.ExtensionType:
    names = [x509.UniformResourceIdentifier(place)] if place else None
    return x509.IssuingDistributionPoint(
        full_name=names,
        relative_name=None,
        only_contains_user_certs=user,
        only_contains_ca_certs=ca,
        only_some_reasons=None,
        indirect_crl=indirect,
        only_contains_attribute_certs=False,
    )


def places(*uris: str) -> x509.CRLDistributionPoints:
    names = [x509.UniformResourceIdentifier(uri) for uri in uris]
    return x509.CRLDistributionPoints([x509.DistributionPoint([name], None, None, None) for name in names])


NEWER = NOW - timedelta(days=1)
HERE = server(ROOT, places("http://a.test/1"))
STRANGE = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.55555.1"), b"\x05\0")
KEY = x509.AuthorityKeyIdentifier.from_issuer_public_key
CASES: dict[str, tuple[Made, Made, list[CRL], str]] = {
    "nobody is on it": (LEAF, ROOT, [crl()], ""),
    "on it": (LEAF, ROOT, [crl(revoked=(LEAF,))], "revoked"),
    "for a reason": (LEAF, ROOT, [crl(revoked=(LEAF,), reason=x509.ReasonFlags.key_compromise)], "revoked"),
    "on the newer one": (LEAF, ROOT, [crl(), crl(revoked=(LEAF,), issued=NEWER)], "revoked"),
    "on the newer one, which comes first": (LEAF, ROOT, [crl(revoked=(LEAF,), issued=NEWER), crl()], "revoked"),
    "no longer on the newer one": (LEAF, ROOT, [crl(revoked=(LEAF,)), crl(issued=NEWER)], ""),
    "on one that has expired, beside a good one": (LEAF, ROOT, [crl(revoked=(LEAF,), days=-1), crl()], ""),
    "expired": (LEAF, ROOT, [crl(days=-1)], "crl-expired"),
    "from the future": (LEAF, ROOT, [crl(issued=NOW + timedelta(days=1))], "crl-not-yet-valid"),
    "of another CA": (LEAF, ROOT, [crl(by=SILENT)], "crl-missing"),
    "of a namesake": (LEAF, ROOT, [crl(by=NAMESAKE)], "crl-signature"),
    "of a namesake whose key is named": (
        LEAF,
        ROOT,
        [crl(KEY(NAMESAKE.key.public_key()), by=NAMESAKE), crl(revoked=(LEAF,))],
        "revoked",
    ),
    "of a CA that may not": (OF_SILENT, SILENT, [crl(by=SILENT)], "crl-signer"),
    "about CAs only": (LEAF, ROOT, [crl(scope(ca=True))], "crl-scope"),
    "about servers": (LEAF, ROOT, [crl(scope(user=True), revoked=(LEAF,))], "revoked"),
    "about another place": (HERE, ROOT, [crl(scope(place="http://a.test/2"))], "crl-scope"),
    "about its place": (HERE, ROOT, [crl(scope(place="http://a.test/1"), revoked=(HERE,))], "revoked"),
    "about other issuers, too": (LEAF, ROOT, [crl(scope(indirect=True))], "crl-scope"),
    "with a critical extension": (LEAF, ROOT, [crl(STRANGE)], "crl-critical-extension"),
    "not about CAs, beside one that is": (LEAF, ROOT, [crl(scope(ca=True)), crl(revoked=(LEAF,))], "revoked"),
}


def found(leaf: Made, root: Made, crls: list[CRL]) -> str:
    parsed = [revocation_lists(one.public_bytes(Encoding.DER), "it")[0] for one in crls]
    problem = wrong(path([leaf.parsed], [root.parsed], NOW), parsed, NOW)
    return problem[0] if problem else ""


@for_each(name=CASES)
def test_a_certificate_is_revoked_or_not_by_the_list_that_counts(name: str) -> None:
    leaf, root, crls, row = CASES[name]
    assert found(leaf, root, crls) == row


@pytest.mark.parametrize("name", CASES)
def test_openssl_agrees(name: str, tmp_path: Path) -> None:
    leaf, root, crls, row = CASES[name]
    for file, content in (
        ("leaf.pem", leaf.pem),
        ("root.pem", root.pem),
        ("crl.pem", b"".join(one.public_bytes(Encoding.PEM) for one in crls)),
    ):
        (tmp_path / file).write_bytes(content)
    command = ["openssl", "verify", "-crl_check", "-CRLfile", "crl.pem", "-no-CApath", "-no-CAstore", "-CAfile"]
    done = subprocess.run(
        [*command, "root.pem", "leaf.pem"], cwd=tmp_path, capture_output=True, timeout=60, check=False
    )
    assert (done.returncode == 0) is (row == "")


def test_changes_of_a_list_count_with_it_and_alone_say_nothing() -> None:
    """OpenSSL takes a list of changes for a complete one, unless it is told to use such lists."""
    delta = crl(x509.DeltaCRLIndicator(1), revoked=(LEAF,), issued=NEWER)
    removed = crl(x509.DeltaCRLIndicator(1), revoked=(LEAF,), issued=NEWER, reason=x509.ReasonFlags.remove_from_crl)
    assert found(LEAF, ROOT, [crl(), delta]) == "revoked"
    assert found(LEAF, ROOT, [crl(revoked=(LEAF,)), removed]) == ""
    assert found(LEAF, ROOT, [delta]) == "crl-missing"


def test_without_the_issuer_a_list_cannot_be_checked() -> None:
    lists = list(revocation_lists(crl(revoked=(LEAF,)).public_bytes(Encoding.PEM), "it"))
    assert wrong(path([LEAF.parsed], [], NOW), lists, NOW) == (
        "crl-missing",
        'the list of "a root" is of an issuer or a key that is not in the chain, and so cannot be checked',
    )
