"""Certificates written byte by byte, which no library would write; each call names only what differs from a valid one.

Shares no code with the reader. The keys are made once: what they are does not matter.
"""

from __future__ import annotations

import base64
import functools
import itertools
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha1
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

NOW = datetime.now(UTC).replace(microsecond=0)
HOST = "localhost"
_SERIALS = itertools.count(1000)


def tlv(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    if len(content) < 128:
        return bytes([tag, len(content)]) + content
    size = len(content).to_bytes((len(content).bit_length() + 7) // 8)
    return bytes([tag, 0x80 | len(size)]) + size + content


def seq(*parts: bytes) -> bytes:
    return tlv(0x30, *parts)


def octets(*parts: bytes) -> bytes:
    return tlv(0x04, *parts)


def bit_string(data: bytes, unused: int = 0) -> bytes:
    return tlv(0x03, bytes([unused]), data)


def boolean(value: bool) -> bytes:
    return tlv(0x01, b"\xff" if value else b"\0")


def integer(number: int) -> bytes:
    return tlv(0x02, number.to_bytes(number.bit_length() // 8 + 1, signed=True))


def oid(dotted: str) -> bytes:
    first, second, *rest = map(int, dotted.split("."))
    content = b""
    for number in (40 * first + second, *rest):
        base128 = [number & 0x7F]
        while number := number >> 7:
            base128.insert(0, 0x80 | number & 0x7F)
        content += bytes(base128)
    return tlv(0x06, content)


def time(moment: datetime) -> bytes:
    if moment.year < 2050:
        return tlv(0x17, f"{moment:%y%m%d%H%M%SZ}".encode())
    return tlv(0x18, f"{moment:%Y%m%d%H%M%SZ}".encode())


def attribute(value: str | bytes, kind: str = "2.5.4.3", tag: int = 0x0C) -> bytes:
    return seq(oid(kind), tlv(tag, value.encode() if isinstance(value, str) else value))


def rdn(*attributes: bytes) -> bytes:
    return tlv(0x31, *attributes)


def name(text: str | bytes, tag: int = 0x0C) -> bytes:
    return seq(rdn(attribute(text, tag=tag)))


def extension(kind: str, value: bytes, critical: bool | None = None) -> bytes:
    """`critical` None leaves it out, as DER demands for FALSE; False writes it all the same."""
    return seq(oid(kind), b"" if critical is None else boolean(critical), octets(value))


def basic(*, ca: bool, length: int | None = None, critical: bool | None = True) -> bytes:
    value = seq(boolean(True) if ca else b"", b"" if length is None else integer(length))
    return extension("2.5.29.19", value, critical)


def usage(*bits: int, critical: bool | None = True) -> bytes:
    last = max(bits)
    value = sum(1 << 15 - bit for bit in bits).to_bytes(2)[: last // 8 + 1]
    return extension("2.5.29.15", bit_string(value, 7 - last % 8), critical)


SERVER, CLIENT = "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"


def purpose(*oids: str, critical: bool | None = None) -> bytes:
    return extension("2.5.29.37", seq(*map(oid, oids)), critical)


def dns(text: str | bytes) -> bytes:
    return tlv(0x82, text.encode("latin-1") if isinstance(text, str) else text)


def alternative(*names: bytes, critical: bool | None = None) -> bytes:
    return extension("2.5.29.17", seq(*names), critical)


def subject_key(key: ec.EllipticCurvePrivateKey, critical: bool | None = None) -> bytes:
    return extension("2.5.29.14", octets(key_id(key)), critical)


def authority_key(key: ec.EllipticCurvePrivateKey, *more: bytes, critical: bool | None = None) -> bytes:
    return extension("2.5.29.35", seq(tlv(0x80, key_id(key)), *more), critical)


def constraints(*, only: tuple[bytes, ...] = (), never: tuple[bytes, ...] = (), critical: bool | None = True) -> bytes:
    trees = [tlv(tag, *map(seq, some)) for tag, some in ((0xA0, only), (0xA1, never)) if some]
    return extension("2.5.29.30", seq(*trees), critical)


@functools.cache
def key(number: int = 0) -> ec.EllipticCurvePrivateKey:
    """Each number has its own key."""
    del number
    return ec.generate_private_key(ec.SECP256R1())


def public(of: object) -> bytes:
    return of.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined, no-any-return]


def key_id(of: ec.EllipticCurvePrivateKey) -> bytes:
    return sha1(public(of)).digest()  # noqa: S324  (RFC 5280, 4.2.1.2, has it so)


@dataclass(frozen=True)
class Written:
    """A certificate in DER, the private key that belongs to it, and its subject."""

    der: bytes
    key: object
    subject: bytes

    @property
    def pem(self) -> bytes:
        return pem(self.der)

    @property
    def key_pem(self) -> bytes:
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())  # type: ignore[attr-defined, no-any-return]


ECDSA = seq(oid("1.2.840.10045.4.3.2"))


def pem(der: bytes, label: str = "CERTIFICATE") -> bytes:
    text = base64.encodebytes(der).decode().replace("\n", "")
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    return "\n".join((f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", "")).encode()


def signed(content: bytes, by: ec.EllipticCurvePrivateKey, algorithm: bytes = ECDSA) -> bytes:
    return seq(content, algorithm, bit_string(by.sign(content, ec.ECDSA(hashes.SHA256()))))


def certificate(
    subject: bytes,
    own: object,
    issuer: bytes,
    by: ec.EllipticCurvePrivateKey,
    extensions: list[bytes],
    *,
    serial: bytes | None = None,
    begins: bytes | None = None,
    ends: bytes | None = None,
    version: bytes | None = None,
    public_key: bytes | None = None,
    algorithm: bytes = ECDSA,
) -> Written:
    content = seq(
        tlv(0xA0, integer(2)) if version is None else version,
        serial or integer(next(_SERIALS)),
        ECDSA,
        issuer,
        seq(begins or time(NOW - timedelta(days=30)), ends or time(NOW + timedelta(days=300))),
        subject,
        public_key or public(own),
        tlv(0xA3, seq(*extensions)) if extensions else b"",
    )
    return Written(signed(content, by, algorithm), own, subject)


ROOT_NAME = name("a root")


def root_extensions(number: int = 1) -> list[bytes]:
    return [basic(ca=True), usage(5, 6), subject_key(key(number))]


def root(
    *, number: int = 1, subject: bytes = ROOT_NAME, extensions: list[bytes] | None = None, **more: bytes
) -> Written:
    own = key(number)
    return certificate(
        subject, own, subject, own, root_extensions(number) if extensions is None else extensions, **more
    )


def leaf_extensions(*instead: bytes, by: int = 1) -> list[bytes]:
    """Those of a good server's certificate; each of `instead` takes the place of the one of its kind."""
    good = [
        basic(ca=False, critical=True),
        usage(0),
        purpose(SERVER),
        alternative(dns(HOST)),
        subject_key(key()),
        authority_key(key(by)),
    ]
    return replaced(good, *instead)


def replaced(good: list[bytes], *instead: bytes) -> list[bytes]:
    kinds = {_kind(one) for one in instead}
    return [one for one in good if _kind(one) not in kinds] + list(instead)


def _kind(encoded: bytes) -> bytes:
    """The OID of an extension: the first element inside, with one or more octets of length before."""
    begin = 2 if encoded[1] < 0x80 else 2 + (encoded[1] & 0x7F)
    return encoded[begin : begin + 2 + encoded[begin + 1]]


def leaf(
    *instead: bytes,
    by: int = 1,
    issuer: bytes = ROOT_NAME,
    extensions: list[bytes] | None = None,
    subject: bytes | None = None,
    own: object | None = None,
    **more: bytes,
) -> Written:
    """A server's certificate by the root (its key has the number 1), or by another key."""
    return certificate(
        name(HOST) if subject is None else subject,
        own or key(),
        issuer,
        key(by),
        leaf_extensions(*instead, by=by) if extensions is None else extensions,
        **more,
    )


def without(kind: str, good: list[bytes]) -> list[bytes]:
    """Extensions without the one of a kind."""
    return [one for one in good if _kind(one) != oid(kind)]


def issuing_extensions(number: int = 2) -> list[bytes]:
    return [basic(ca=True), usage(5, 6), subject_key(key(number)), authority_key(key(1))]


def issuing(*instead: bytes, number: int = 2, extensions: list[bytes] | None = None, **more: bytes) -> Written:
    """An intermediate CA by the root."""
    return certificate(
        name("an issuing CA"),
        key(number),
        ROOT_NAME,
        key(1),
        replaced(issuing_extensions(number), *instead) if extensions is None else extensions,
        **more,
    )


def under(middle: Written, *instead: bytes, number: int = 2, **more: Any) -> Written:  # noqa: ANN401  (as of `leaf`)
    """A server's certificate by an intermediate CA."""
    return leaf(*instead, by=number, issuer=middle.subject, **more)
