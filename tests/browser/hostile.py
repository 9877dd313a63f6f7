"""Recordings that want to be more than text: their texts are HTML, scripts and escapes of a terminal."""

from __future__ import annotations

import ssl
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from pathlib import Path

# It would set a flag, open a dialog, request something; and change the title of a terminal, or what is on its screen.
IMAGE = "<img src=x onerror=window.ran=1>"
SCRIPT = "</script></pre></li><script>window.ran=1;alert(1)</script>"
LINK = "<a href='javascript:window.ran=1'>choose me</a><style>*{display:none}</style>"
ESCAPES = "\x1b]0;gone\x07\x1b[2J\x9b31m\u202egone"
HOSTILE = f"{SCRIPT}{IMAGE}{LINK}{ESCAPES}"
_FRAME = "<iframe src=http://squirrel.test/></iframe>"

REQUEST = (
    f"GET /{IMAGE.replace(' ', '/')}?{SCRIPT.replace(' ', '/')} HTTP/1.1\r\nHost: {_FRAME}\r\n"
    f"X-{IMAGE}: {HOSTILE}\r\nCookie: a={SCRIPT}\r\nUser-Agent: {ESCAPES}{IMAGE}\r\n\r\n"
).encode()
_PAGE = f"<html><body onload=window.ran=1>{HOSTILE}{_FRAME}</body></html>".encode()
RESPONSE = (
    f"HTTP/1.1 200 {IMAGE}{ESCAPES}\r\nServer: {SCRIPT}\r\nContent-Type: text/html\r\n"
    f"Content-Length: {len(_PAGE)}\r\n\r\n"
).encode() + _PAGE


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for hostile names, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, SCRIPT),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, f"{IMAGE}{ESCAPES}"),
            x509.NameAttribute(NameOID.LOCALITY_NAME, LINK),
        ]
    )
    names = [x509.DNSName(IMAGE), x509.UniformResourceIdentifier("javascript:window.ran=1")]
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    files = folder / "hostile.pem", folder / "hostile.key"
    files[0].write_bytes(made.public_bytes(Encoding.PEM))
    files[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return files


def handshake(folder: Path) -> list[tuple[str, bytes]]:
    """A handshake of TLS 1.2, which shows the certificate to everybody, flight by flight (`>` is the client's)."""
    ours, theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours.check_hostname, ours.verify_mode = False, ssl.CERT_NONE
    theirs.maximum_version = ssl.TLSVersion.TLSv1_2
    theirs.load_cert_chain(*certificate(folder))
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = ours.wrap_bio(to_client, to_server, server_hostname=IMAGE)
    server = theirs.wrap_bio(to_server, to_client, server_side=True)
    said: list[tuple[str, bytes]] = []
    for _ in range(3):
        for side, talks, to in ((">", client, to_server), ("<", server, to_client)):
            with suppress(ssl.SSLWantReadError):
                talks.do_handshake()
            if data := to.read():
                said.append((side, data))
                to.write(data)
    assert client.version() == "TLSv1.2"
    return said
