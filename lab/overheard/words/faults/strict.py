"""Faults for which Python 3.13 and later refuses a certificate, and earlier ones do not (VERIFY_X509_STRICT)."""

from __future__ import annotations

from overheard.words.faults.fault import CHROMIUM, GNUTLS, GO, JAVA, OPENSSL, STRICT, CertificateFault

_OTHERS = f"{OPENSSL} without -x509_strict, and so Python up to 3.12; {GNUTLS}, {GO}, {JAVA}, {CHROMIUM}"


def _strict(  # noqa: PLR0913  (the fields of a fault)
    name: str, wrong: str, cause: str, cure: str, error: str, *, accepted: str = _OTHERS
) -> CertificateFault:
    return CertificateFault(
        name=f"strict-{name}",
        wrong=wrong,
        cause=cause,
        cure=cure,
        refused=f"{STRICT}: `{error}`",
        accepted=accepted,
    )


_AGAIN = "Issue the CA again with `basicConstraints = critical,CA:TRUE` and `keyUsage = "
"critical,keyCertSign,cRLSign`; "
_KEEP = "with the same name and key, what it has issued stays valid."

FAULTS = (
    _strict(
        "ca-without-basic-constraints",
        "an authority does not say that it is one",
        "It has no basicConstraints with CA:TRUE (RFC 5280, 4.2.1.9), as roots of the nineties.",
        _AGAIN + _KEEP,
        "invalid CA certificate",
        accepted=f"{OPENSSL} without -x509_strict, if it is of version 1 or has keyUsage; {GNUTLS}; {GO}, {JAVA} and "
        f"{CHROMIUM} if it is of version 1",
    ),
    _strict(
        "path-length-of-no-ca",
        "a certificate that is no CA has a path length",
        "A path length says how many CAs may be below a CA, and so has no meaning here (RFC 5280, 4.2.1.9).",
        "Issue it again with `basicConstraints = critical,CA:FALSE` alone.",
        "Path length invalid for non-CA cert",
    ),
    _strict(
        "path-length-without-usage",
        "a CA has a path length, and may not sign certificates",
        "A path length needs keyCertSign in the keyUsage (RFC 5280, 4.2.1.9).",
        "Issue it again with `keyUsage = critical,keyCertSign,cRLSign`, or as no CA if it is a server's.",
        "Path length given without key usage keyCertSign",
    ),
    _strict(
        "basic-constraints-not-critical",
        "the basicConstraints of a CA are not critical",
        "They must be in a CA that certifies others (RFC 5280, 4.2.1.9).",
        _AGAIN + _KEEP,
        "Basic Constraints of CA cert not marked critical",
    ),
    _strict(
        "ca-without-key-usage",
        "a CA has no keyUsage",
        "A CA must say that it signs certificates (RFC 5280, 4.2.1.3).",
        _AGAIN + _KEEP,
        "CA cert does not include key usage extension",
    ),
    _strict(
        "key-usage-of-no-ca",
        "a certificate that is no CA may sign certificates",
        "The keyUsage has keyCertSign, and basicConstraints do not say CA:TRUE (RFC 5280, 4.2.1.3).",
        "Issue it again with `keyUsage = critical,digitalSignature`.",
        "Key usage keyCertSign invalid for non-CA cert",
    ),
    _strict(
        "issuer-empty",
        "a certificate does not name its issuer",
        "The issuer must have a name (RFC 5280, 4.1.2.4).",
        "Issue the CA, and everything below it, again with a subject.",
        "Issuer name empty",
        accepted=f"{OPENSSL} without -x509_strict, and so Python up to 3.12; {GO}, {CHROMIUM}",
    ),
    _strict(
        "subject-empty",
        "a certificate has neither a subject nor another name",
        "A CA must have a subject, and any other certificate a subject or a subjectAltName (RFC 5280, 4.1.2.6).",
        "Issue it again with a subject.",
        "Subject name empty",
        accepted=f"{OPENSSL} without -x509_strict, and so Python up to 3.12; {GO}",
    ),
    _strict(
        "alternative-name-not-critical",
        "the subject is empty, and the subjectAltName not critical",
        "Without a subject, the subjectAltName is the only name, and must be critical (RFC 5280, 4.1.2.6).",
        "Issue it again with a subject, or with `subjectAltName = critical,DNS:HOST`.",
        "Subject empty and Subject Alt Name extension not critical",
        accepted=f"{OPENSSL} without -x509_strict, and so Python up to 3.12; {GO}, {GNUTLS}; {JAVA} and {CHROMIUM} "
        "refuse it, too",
    ),
    _strict(
        "alternative-name-empty",
        "the subjectAltName has no names",
        "It must have at least one (RFC 5280, 4.2.1.6).",
        "Issue it again with the names of the server.",
        "Empty Subject Alternative Name extension",
        accepted=f"{GNUTLS} and {JAVA}, which then look at the common name",
    ),
    _strict(
        "key-identifier-critical",
        "a key identifier is critical",
        "Key identifiers are a help to find the issuer, and must not be critical (RFC 5280, 4.2.1.1 and 4.2.1.2).",
        "Issue it again with the extension not critical.",
        "Authority Key Identifier marked critical",
        accepted=f"{GNUTLS}; all others that were tried refuse it as an unknown critical extension, or as this",
    ),
    _strict(
        "no-authority-key-identifier",
        "the certificate does not say which key signed it",
        "Every certificate but a root must have an authorityKeyIdentifier with a key identifier (RFC 5280, 4.2.1.1); "
        "`openssl x509 -req` before 3.2, and many small CAs, write none.",
        "Issue it again with `authorityKeyIdentifier = keyid`; until then, Python 3.13 takes it with "
        "`context.verify_flags &= ~ssl.VERIFY_X509_STRICT`, which leaves all other checks on.",
        "Missing Authority Key Identifier",
    ),
    _strict(
        "no-subject-key-identifier",
        "a CA does not identify its key",
        "Every CA must have a subjectKeyIdentifier (RFC 5280, 4.2.1.2).",
        "Issue the CA again with `subjectKeyIdentifier = hash`; " + _KEEP,
        "Missing Subject Key Identifier",
    ),
    _strict(
        "extensions-of-old-version",
        "the certificate has extensions, and is of a version that has none",
        "Extensions are part of version 3 (RFC 5280, 4.1.2.1).",
        "Have it issued as version 3: `openssl x509 -req` with `-extfile` does so.",
        "Using cert extension requires at least X509v3",
        accepted=f"{OPENSSL} without -x509_strict, and so Python up to 3.12",
    ),
)
