"""What two sides of TLS say: made by hand where a test needs it, and by OpenSSL without a wire."""

from __future__ import annotations

import ssl
from contextlib import suppress
from typing import TYPE_CHECKING

from capture.frames import segment
from lab.certificates import Files
from overheard_capture.packets import SYN
from overheard_capture.streams import Stream, assemble
from overheard_capture.tls.handshake import Handshake, Side, handshake
from overheard_capture.tls.sizes import Sizes, sizes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

UNKNOWN_CA = b"\x15\x03\x03\x00\x02\x02\x30"
SECRET = b"fluffy tail"


def record(kind: int, body: bytes, version: bytes = b"\x03\x03") -> bytes:
    return bytes([kind]) + version + len(body).to_bytes(2, "big") + body


def message(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + len(body).to_bytes(3, "big") + body


def vector(size: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return len(body).to_bytes(size, "big") + body


def extension(kind: int, body: bytes) -> bytes:
    return kind.to_bytes(2, "big") + vector(2, body)


def server(cipher: int, *extensions: bytes, version: int = 0x0303) -> bytes:
    """The body of a ServerHello."""
    head = version.to_bytes(2, "big") + bytes(32) + vector(1, b"session") + cipher.to_bytes(2, "big") + b"\0"
    return head + (vector(2, *extensions) if extensions else b"")


def client(*extensions: bytes) -> bytes:
    """The body of a ClientHello."""
    return b"\3\3" + bytes(32) + vector(1) + vector(2, b"\x13\x01") + vector(1, b"\0") + vector(2, *extensions)


TLS_1_3 = (extension(43, b"\3\4"), extension(51, b"\x11\xec" + vector(2, bytes(1120))))


HELLOS = [(">", record(22, message(1, client()))), ("<", record(22, message(2, server(0x1301, *TLS_1_3))))]


def data(*lengths: int) -> bytes:
    """Records of application data that are so long."""
    return b"".join(record(23, bytes(length)) for length in lengths)


def stream(parts: Sequence[tuple[str, bytes]], *, opened: bool = True) -> Stream:
    """A stream in which the sides say `parts` in turn, a frame each: `>` the client, `<` the server."""
    said = {">": 1, "<": 1}
    segments = [
        segment(flags=SYN, number=1),
        segment(flags=SYN, acknowledged=1, back=True, number=2),
    ]
    for number, (side, part) in enumerate(parts, start=3):
        back = side == "<"
        segments.append(segment(part, sequence=said[side], acknowledged=0, back=back, number=number))
        said[side] += len(part)
    return assemble(segments if opened else segments[2:])[0]


def read(parts: Sequence[tuple[str, bytes]]) -> tuple[Handshake, Sizes]:
    made = stream(parts)
    sent, answered = Side.of(made.client), Side.of(made.server)
    said = handshake(sent, answered)
    return said, sizes(sent, answered, said)


def said_by_openssl(folder: Path, at_most: ssl.TLSVersion) -> list[tuple[str, bytes]]:
    """A real exchange without a wire: who says what, in turn."""
    files = Files.make(folder)
    accepting = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    accepting.load_cert_chain(files.certificate, files.key)
    asking = ssl.create_default_context(cafile=files.root)
    asking.maximum_version = at_most
    asking.set_alpn_protocols(["h2", "http/1.1"])
    to_client, from_client, to_server, from_server = (ssl.MemoryBIO() for _ in range(4))
    ends = {
        ">": (asking.wrap_bio(to_client, from_client, server_hostname="localhost"), from_client, to_server),
        "<": (accepting.wrap_bio(to_server, from_server, server_side=True), from_server, to_client),
    }
    parts: list[tuple[str, bytes]] = []
    for _ in range(4):
        for side, (end, said, heard) in ends.items():
            with suppress(ssl.SSLWantReadError):
                end.do_handshake()
                end.write(SECRET)
            if said.pending:
                parts.append((side, said.read()))
                heard.write(parts[-1][1])
    return parts
