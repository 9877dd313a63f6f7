"""What a fault of a certificate is, and the programs with which faults were tried."""

from __future__ import annotations

from dataclasses import dataclass

# All were tried with real programs (docs/certificates.md says how). `requests` is that of Python 3.11 with OpenSSL 3.0.
OPENSSL = "OpenSSL 1.1.1 to 4.0"
GNUTLS, GO, JAVA, CHROMIUM = "GnuTLS 3.7", "Go 1.27", "Java 17", "Chromium 156"
REQUESTS = f"{OPENSSL}, and so `requests`"
STRICT = "Python 3.13 and later (`requests`, urllib3), `openssl verify -x509_strict`"


@dataclass(frozen=True, kw_only=True)
class CertificateFault:
    """One fault: `wrong` says what is wrong, as a phrase; cause and cure are sentences.

    `refused` are the programs that were seen to refuse such a certificate, `accepted` those that take it. Either is
    empty where that depends on more than the fault.
    """

    name: str
    wrong: str
    cause: str
    cure: str
    refused: str = ""
    accepted: str = ""
