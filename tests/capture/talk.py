"""TLS conversations: handmade, or by OpenSSL without a network."""

from __future__ import annotations

import hashlib
import ssl
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from lab.pki import Files
from overheard.words.secret import Secret
from overheard_capture.content.content import Content
from overheard_capture.content.findings import Conversation, Findings
from overheard_capture.identify.byte_streams import READERS, stream
from overheard_capture.protocols.tls.direction_state import TlsDirection, tls_of
from overheard_capture.protocols.tls.handshake import Handshake, handshake_of
from overheard_capture.protocols.tls.sizes import Sizes, sizes
from overheard_capture.provenance.origin import Origin, joined
from overheard_capture.search import Search

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from overheard_capture.content.readers import DatagramReader

    Parts = Sequence[tuple[str, bytes]]

UNKNOWN_CA = b"\x15\x03\x03\x00\x02\x02\x30"
CHANGE_CIPHER_SPEC = b"\x14\x03\x03\x00\x01\x01"
SECRET = b"fluffy tail"
SEARCH = Search([Secret("message", SECRET)], large_input=False)
# The offset of TCP payload in a frame.
OFFSET = 54


def record(kind: int, body: bytes, version: bytes = b"\x03\x03") -> bytes:
    return bytes([kind]) + version + len(body).to_bytes(2, "big") + body


def message(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + len(body).to_bytes(3, "big") + body


def vector(size: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return len(body).to_bytes(size, "big") + body


def extension(kind: int, body: bytes) -> bytes:
    return kind.to_bytes(2, "big") + vector(2, body)


def noise(length: int, number: int = 0) -> bytes:
    """Bytes as even as ciphertext, the same in each run; others for each number."""
    return hashlib.shake_128(b"%d %d" % (length, number)).digest(length)


def server(cipher: int, *extensions: bytes, version: int = 0x0303) -> bytes:
    """The body of a ServerHello."""
    head = version.to_bytes(2, "big") + bytes(32) + vector(1, noise(32)) + cipher.to_bytes(2, "big") + b"\0"
    return head + (vector(2, *extensions) if extensions else b"")


def client(*extensions: bytes, suites: bytes = b"\x13\x01") -> bytes:
    """The body of a ClientHello."""
    return b"\3\3" + bytes(32) + vector(1) + vector(2, suites) + vector(1, b"\0") + vector(2, *extensions)


TLS_1_3 = (extension(43, b"\3\4"), extension(51, b"\x11\xec" + vector(2, bytes(1120))))


HELLOS = [(">", record(22, message(1, client()))), ("<", record(22, message(2, server(0x1301, *TLS_1_3))))]


def data(*lengths: int) -> bytes:
    """Records of application data that are so long."""
    return b"".join(record(23, noise(length, number)) for number, length in enumerate(lengths, 1))


@dataclass
class ReplayResult:
    """The results of a conversation: the findings of both sides."""

    client: Findings
    server: Findings

    @property
    def flow_findings(self) -> tuple[Findings, Findings]:
        return self.client, self.server

    @property
    def protected(self) -> bool:
        """Whether all directions are protected."""
        transcript = [findings for findings in self.flow_findings if findings.read.total()]
        return bool(transcript) and all(
            findings.encryption is not None and findings.encryption.protected for findings in transcript
        )

    @property
    def unread(self) -> set[str]:
        return {each.what for findings in self.flow_findings for each in findings.unread}

    @property
    def problems(self) -> list[str]:
        return [
            problem
            for findings in self.flow_findings
            if findings.encryption
            for problem in findings.encryption.problems
        ]

    @property
    def kinds(self) -> str:
        return ", ".join(dict.fromkeys(kind for findings in self.flow_findings for kind in findings.kinds))

    @property
    def outcome(self) -> tuple[object, ...]:
        """All results, to be compared."""
        return tuple(
            (
                sorted((each.place, each.layers, each.position) for each in findings.sightings),
                sorted(findings.unread.items()),
                sorted(findings.read.items()),
                findings.negotiation,
                list(findings.kinds),
                (side.problems, side.protected, side.data, side.alerts) if (side := tls_of(findings)) else None,
            )
            for findings in self.flow_findings
        )


def replay(parts: Parts, *, cuts: Iterable[int] = (), lost: Sequence[int] = (), in_turn: bool = False) -> ReplayResult:
    """The results if the sides send `parts` in turn, each in a frame from 3 on: `>` is the client, `<` the server.

    The client's side is read as a whole, then the server's, split at the offsets `cuts`; or both `in_turn`, part by
    part. The parts whose numbers are in `lost` are missing.
    """
    talk = Conversation()
    result = ReplayResult(Findings(SEARCH, READERS, conversation=talk), Findings(SEARCH, READERS, conversation=talk))
    readers = {">": Content(result.client, (), stream), "<": Content(result.server, (), stream)}
    numbered = [(side, part, number) for number, (side, part) in enumerate(parts)]
    if not in_turn:
        numbered.sort(key=lambda each: each[0], reverse=True)
    waiting: dict[str, list[tuple[Origin, bytes]]] = {">": [], "<": []}

    def deliver(side: str) -> None:
        held = b"".join(part for _, part in waiting[side])
        origin = joined([(origin, 0, len(part)) for origin, part in waiting[side]])
        waiting[side].clear()
        places = sorted({0, len(held), *(cut for cut in cuts if cut < len(held))})
        for begins, ends in pairwise(places):
            readers[side].feed(bytearray(held[begins:ends]), origin.after(begins))

    for side, part, number in numbered:
        if number in lost:
            deliver(side)
            readers[side].gap(len(part))
        else:
            waiting[side].append((Origin.of_frame(3 + number, OFFSET, len(part)), part))
            if in_turn:
                deliver(side)
    for side, reader in readers.items():
        deliver(side)
        reader.close()
    for side, findings in zip("><", result.flow_findings, strict=True):
        handshake = sum(len(part) for number, (who, part) in enumerate(parts) if who == side and number not in lost)
        assert findings.read.total() == handshake, (findings.read, handshake)
    return result


def read_datagrams(
    reader: Callable[[Findings], DatagramReader], datagrams: Parts
) -> tuple[tuple[Findings, Findings], list[bool]]:
    """The findings of both sides, and which datagrams the reader took. Each is in a frame of its own, from 1 on."""
    shared = Conversation()
    flow_findings = Findings(SEARCH, READERS, conversation=shared), Findings(SEARCH, READERS, conversation=shared)
    readers = [reader(findings) for findings in flow_findings]
    known = [
        readers[side == "<"].datagram(data, Origin.of_frame(number, 42, len(data)))
        for number, (side, data) in enumerate(datagrams, start=1)
    ]
    for each in readers:
        each.close()
    return flow_findings, known


def read(parts: Parts) -> tuple[Handshake, Sizes]:
    result = replay(parts)
    sent, answered = (tls_of(findings) or TlsDirection() for findings in result.flow_findings)
    handshake = handshake_of(sent, answered)
    return handshake, sizes(sent, answered, handshake)


def handshake_transcript(accepting: ssl.SSLContext, asking: ssl.SSLContext, **more: object) -> list[tuple[str, bytes]]:
    """A real exchange without a network: sender and bytes, in order."""
    to_client, from_client, to_server, from_server = (ssl.MemoryBIO() for _ in range(4))
    ends = {
        ">": (
            asking.wrap_bio(to_client, from_client, server_hostname="localhost", **more),  # type: ignore[arg-type]
            from_client,
            to_server,
        ),
        "<": (accepting.wrap_bio(to_server, from_server, server_side=True), from_server, to_client),
    }
    parts: list[tuple[str, bytes]] = []
    for _ in range(4):
        for side, (end, transcript, result) in ends.items():
            with suppress(ssl.SSLWantReadError):
                end.do_handshake()
                end.write(SECRET)
            if transcript.pending:
                parts.append((side, transcript.read()))
                result.write(parts[-1][1])
    return parts


def openssl_transcript(folder: Path, at_most: ssl.TLSVersion) -> list[tuple[str, bytes]]:
    """A real exchange with a trusted certificate, and the newest allowed version."""
    files = Files.make(folder)
    accepting = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    accepting.load_cert_chain(files.certificate, files.key)
    asking = ssl.create_default_context(cafile=files.root)
    asking.maximum_version = at_most
    asking.set_alpn_protocols(["h2", "http/1.1"])
    return handshake_transcript(accepting, asking)
