"""What `requests` takes, and other programs refuse; and what could not be checked."""

from __future__ import annotations

from overheard.words.faults.fault import CHROMIUM, GNUTLS, GO, JAVA, REQUESTS, CertificateFault

FAULTS = (
    CertificateFault(
        name="not-der",
        wrong="the certificate is not in strict DER",
        cause="Certificates are DER, which allows one way to write a value (RFC 5280, 4.1; X.690, 10 and 11); here "
        "something is written otherwise, as BER allows.",
        cure="Have it issued by a program that writes DER: `openssl x509` or `openssl ca` do.",
        refused=f"{CHROMIUM}; {GO} in most cases, {GNUTLS} and {JAVA} in some; pyca/cryptography, and so many "
        "programs in Python",
        accepted=REQUESTS,
    ),
    CertificateFault(
        name="document-malformed",
        wrong="a document beside the certificates is malformed",
        cause="A value in it is not written as its standard demands (RFC 5280, 5, of revocation lists; RFC 2986 of "
        "requests; RFC 5652 and RFC 7292 of bundles), or cannot be read at all: what it would say was not checked.",
        cure="Get it again from where it was made; if it is as it was made, have it made by another program.",
        refused=f"pyca/cryptography, and so many programs in Python; {GO} and {JAVA} in most cases",
        accepted="OpenSSL in many cases",
    ),
    CertificateFault(
        name="name-odd",
        wrong="a name in the certificate is not as names must be",
        cause="The sets that a name consists of must have attributes, each type once, and each value must fit its "
        "type of string (RFC 5280, 4.1.2.4; X.520).",
        cure="Have it issued again with each attribute once, and in UTF8String (`string_mask = utf8only` in "
        "OpenSSL's configuration).",
        refused=f"pyca/cryptography, and so many programs in Python; {GO} and {CHROMIUM} if characters do not fit; "
        f"{JAVA} and {CHROMIUM} if a set has no attributes",
        accepted=f"{REQUESTS}, if the bytes are text at all",
    ),
    CertificateFault(
        name="name-never-matches",
        wrong="a name in the certificate matches no host",
        cause="Clients compare the host in the URL with each name (RFC 9525, 6), and no host is equal to this one.",
        cure="Have it issued with names as they are in URLs: no dot at the end, no port, xn-- for other scripts, "
        "addresses as IP, and * as the whole first label.",
        refused=f"{REQUESTS}, {GNUTLS}",
        accepted=f"{CHROMIUM} a dot at the end; {GO} and {JAVA} a wildcard for a top-level domain; {JAVA} a * for "
        "part of a label",
    ),
    CertificateFault(
        name="issuer-spelled-otherwise",
        wrong="the name of the issuer is written in another way than the issuer writes it",
        cause="OpenSSL compares names without regard to case, spaces and type of string (RFC 5280, 7.1), and others "
        "compare the bytes.",
        cure="Have it issued again by a CA that copies its own subject.",
        refused=f"{GO}, {GNUTLS} and {CHROMIUM} (unknown authority)",
        accepted=f"{REQUESTS}, {JAVA}",
    ),
    CertificateFault(
        name="serial-negative",
        wrong="the serial number is negative",
        cause="Serial numbers are positive (RFC 5280, 4.1.2.2): most often a zero octet at the start was forgotten.",
        cure="Have it issued again.",
        refused=f"{GO}",
        accepted=f"{REQUESTS}, {GNUTLS}, {JAVA}, {CHROMIUM}",
    ),
    CertificateFault(
        name="version-unknown",
        wrong="the certificate is of a version that does not exist",
        cause="There are the versions 1 to 3 (RFC 5280, 4.1.2.1), and the number in the certificate is one less.",
        cure="Have it issued again as version 3.",
        refused=f"{GO}, {JAVA}, {CHROMIUM}",
        accepted=f"{REQUESTS}, {GNUTLS}",
    ),
    CertificateFault(
        name="signature-unchecked",
        wrong="a signature could not be checked here",
        cause="The algorithm or the key is of a kind that this program does not know: whether the signature holds is "
        "unknown.",
        cure="Check it with `openssl verify -CAfile ROOT -untrusted CHAIN CERTIFICATE`.",
    ),
    CertificateFault(
        name="resources-unchecked",
        wrong="the addresses or AS numbers that a certificate is for were not checked",
        cause="They must be among those of its issuer (RFC 3779, 2.3 and 3.3). OpenSSL checks that (`RFC 3779 resource "
        "not subset of parent's resources`), and this program does not.",
        cure="Check it with `openssl verify -CAfile ROOT -untrusted CHAIN CERTIFICATE`. No server needs such an "
        "extension: have its certificate issued again without it.",
    ),
)
