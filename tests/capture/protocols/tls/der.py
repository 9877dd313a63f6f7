"""Certificates element by element, which no library makes (RFC 5280, 4.1)."""

from __future__ import annotations

from capture.talk import noise

SERIAL, TIMES = noise(16, 7), (b"260101000000Z", b"20991231235959Z")
COMPANY, SERVER = b"Example Trust Services", b"www.example.com"
_ECDSA, _P256 = bytes.fromhex("2a8648ce3d040302"), bytes.fromhex("2a8648ce3d0201")

# Where an authority of Active Directory has its list.
LDAP = (
    b"ldap:///CN=Example%20CA,CN=ca01,CN=CDP,CN=Public%20Key%20Services,CN=Services,CN=Configuration,DC=corp,"
    b"DC=example?certificateRevocationList?base?objectClass=cRLDistributionPoint"
)


def element(tag: int, *content: bytes) -> bytes:
    """An element of DER."""
    body = b"".join(content)
    size = len(body)
    length = bytes([size]) if size < 128 else bytes([0x82]) + size.to_bytes(2)
    return bytes([tag]) + length + body


def sequence(*content: bytes) -> bytes:
    """A sequence."""
    return element(0x30, *content)


def named(value: bytes, tag: int = 0x0C) -> bytes:
    """A name with a common name alone."""
    return sequence(element(0x31, sequence(element(6, b"\x55\4\3"), element(tag, value))))


def extension(oid: str, value: bytes, *, is_critical: bool = False) -> bytes:
    """An extension, by its identifier in hexadecimal."""
    return sequence(element(6, bytes.fromhex(oid)), b"\1\1\xff" if is_critical else b"", element(4, value))


def certificate(
    *extensions: bytes,
    serial: bytes = SERIAL,
    subject: bytes = SERVER,
    begins: bytes = TIMES[0],
    parameters: bytes = b"",
    key: bytes = noise(64),
    signature: bytes = noise(72),
    more: bytes = b"",
) -> bytes:
    """A certificate of a server."""
    algorithm = sequence(element(6, _ECDSA), parameters)
    signed = sequence(
        element(0xA0, b"\2\1\2"),
        element(2, b"\x11" + serial),
        algorithm,
        named(COMPANY),
        sequence(element(23, begins), element(24, TIMES[1])),
        named(subject),
        sequence(sequence(element(6, _P256)), element(3, b"\0\4" + key)),
        more,
        element(0xA3, sequence(*extensions)) if extensions else b"",
    )
    return sequence(signed, algorithm, element(3, b"\0" + signature))
