"""What its owner makes: a private key, a root that signs itself, and a request that somebody else is to sign."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Unpack

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from overheard.pki.errors import PkiError
from overheard.pki.files import keep_private, publish
from overheard.pki.keys import PrivateKey, digest_for, encrypted, public_part
from overheard.pki.subjects import NamedSubject, Subject, alternative_names, distinguished_name, read_names
from overheard.role.profiles import SLOWEST_CLOCK, as_ca, begun

# It is visible wherever the root turns up: in a browser's list, in an error message, in a capture.
MARK = "Test CA (not for production)"
# A common name cannot be longer (RFC 5280, A.1: ub-common-name).
_LONGEST = 64

_ROOT_LIFE = timedelta(days=365)


def generate_private_key(filename: str | Path, passphrase: str) -> rsa.RSAPrivateKey:
    """A new RSA key of 2048 bits, also in a file: PKCS #8 in PEM, encrypted with the pass phrase, for its owner alone.

    Raises PkiError.
    """
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    keep_private(filename, encrypted(key, passphrase))
    return key


def generate_public_key(private_key: PrivateKey, filename: str | Path, **subject: Unpack[Subject]) -> x509.Certificate:
    """The certificate of a CA, signed by itself and valid for a year, also in a file (PEM).

    `hostname` is its common name, to which MARK is added. It may sign certificates of servers, but of no other CA.
    Raises PkiError.
    """
    public_key = public_part(private_key, "private_key")
    name = distinguished_name({**subject, "hostname": _marked(subject.get("hostname"))})
    now = datetime.now(UTC)
    builder = begun(name, name, public_key, now - SLOWEST_CLOCK, now + _ROOT_LIFE)
    certificate = as_ca(builder, path_length=0).sign(private_key, digest_for(private_key))
    publish(filename, certificate)
    return certificate


def _marked(hostname: object) -> str:
    most = _LONGEST - len(MARK) - 1
    if not isinstance(hostname, str) or not 0 < len(hostname.encode()) <= most:
        raise PkiError(f"the hostname of the CA is {hostname!r}", hint=f"give it a name of 1 to {most} characters")
    return f"{hostname} {MARK}"


def generate_csr(
    private_key: PrivateKey, filename: str | Path, **subject: Unpack[NamedSubject]
) -> x509.CertificateSigningRequest:
    """A request for the certificate of a server (PKCS #10, RFC 2986), signed with its own key; also in a file (PEM).

    It is for `hostname` and all `alt_names`, DNS names and IP addresses. Raises PkiError.
    """
    public_part(private_key, "private_key")
    names = subject.pop("alt_names", ())
    name = distinguished_name(subject)
    # Clients ignore the common name (RFC 9525, 2), so it has to be here as well.
    asked = (*read_names([subject["hostname"]], "hostname"), *read_names(names, "alt_names"))
    builder = x509.CertificateSigningRequestBuilder(name).add_extension(
        alternative_names(dict.fromkeys(asked)), critical=False
    )
    csr = builder.sign(private_key, digest_for(private_key))
    publish(filename, csr)
    return csr
