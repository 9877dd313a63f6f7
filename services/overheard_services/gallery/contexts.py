"""Misconfigured server contexts, each with one fault."""

from __future__ import annotations

import ssl
import tempfile
import warnings
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import serialization

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from overheard_services.gallery.authority import Holder

    Prepare = Callable[[ssl.SSLContext], None]

# For keys and digests that were once strong enough: OpenSSL accepts them only at this security level
# (SSL_CTX_set_security_level).
_ANYTHING_GOES = "@SECLEVEL=0"
# The widely shared 1024-bit prime (RFC 2409, 6.2), with 2 as its generator.
_OAKLEY_GROUP_2 = b"""-----BEGIN DH PARAMETERS-----
MIGHAoGBAP//////////yQ/aoiFowjTExmKLgNwc0SkCTgiKZ8x0Agu+pjsTmyJR
Sgh5jjQE3e+VGbPNOkMbMCsKbfJfFDdP4TVtbVHCReSFtXZiXn7G9ExC6aY37WsL
/1y29Aa37e44a/taiZ+lrp8kEXxLH+ZJKGZR7OZTgf//////////AgEC
-----END DH PARAMETERS-----
"""


def context(sent: Sequence[Holder], prepare: Prepare) -> ssl.SSLContext:
    """A server's context that sends these certificates, the server's own first, with its key."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    prepare(made)
    key = sent[0].key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    certificates = (holder.certificate.public_bytes(serialization.Encoding.PEM) for holder in sent)
    _from_file(b"".join([key, *certificates]), made.load_cert_chain)
    return made


def _from_file(content: bytes, load: Callable[[str], None]) -> None:
    """`ssl` reads only from files: this one is private (0600), and deleted after it has been read."""
    with tempfile.NamedTemporaryFile(prefix="overheard-gallery-") as file:
        file.write(content)
        file.flush()
        load(file.name)


def good(_context: ssl.SSLContext) -> None:
    """A correct server."""


def weak(context: ssl.SSLContext) -> None:
    """Accepts short keys and old digests."""
    context.set_ciphers(f"DEFAULT:{_ANYTHING_GOES}")


def only_tls_1_0(context: ssl.SSLContext) -> None:
    """From before 2008 (RFC 5246), and forbidden since 2021 (RFC 8996)."""
    weak(context)
    with warnings.catch_warnings():
        # Python warns of exactly what this row is about.
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1


def only_tls_1_2(context: ssl.SSLContext) -> None:
    """TLS 1.2 only, so that the whole handshake, including alerts, is readable."""
    context.maximum_version = ssl.TLSVersion.TLSv1_2


def only_short_tags(context: ssl.SSLContext) -> None:
    """Only a cipher suite for constrained devices (RFC 7251), which no client offers by default."""
    only_tls_1_2(context)
    context.set_ciphers(f"ECDHE-ECDSA-AES128-CCM8:{_ANYTHING_GOES}")


def short_diffie_hellman(context: ssl.SSLContext) -> None:
    """Only DHE with a 1024-bit prime (the attack: Logjam, 2015)."""
    only_tls_1_2(context)
    context.set_ciphers(f"DHE-RSA-AES128-GCM-SHA256:{_ANYTHING_GOES}")
    _from_file(_OAKLEY_GROUP_2, context.load_dh_params)


def refusing_the_name(context: ssl.SSLContext) -> None:
    """Rejects every server name (RFC 6066, 3)."""
    context.sni_callback = lambda _socket, name, _context: ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME if name else None


def failing(context: ssl.SSLContext) -> None:
    """Fails in itself, before it has chosen a certificate."""
    context.sni_callback = lambda _socket, _name, _context: ssl.ALERT_DESCRIPTION_INTERNAL_ERROR


def demanding_a_certificate(context: ssl.SSLContext) -> None:
    """Requires a client certificate."""
    only_tls_1_2(context)
    context.verify_mode = ssl.CERT_REQUIRED
