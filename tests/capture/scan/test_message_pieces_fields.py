"""A secret in pieces, in fields of handshakes and infrastructure; what has it in any other order is no secret."""

from __future__ import annotations

import base64
import hashlib
import struct
from typing import TYPE_CHECKING

import pytest

from capture.frames import ethernet, ipv4, rewritten, tcp, udp
from capture.protocols.quic.talking import spoken
from capture.scan.joined_fields import hits
from lab.pki import Files
from overheard import judge
from overheard_capture.packets import ACK, SYN
from overheard_capture.protocols.encrypted import EncryptedDirection
from overheard_capture.protocols.ipsec.ike import _Payload
from overheard_capture.protocols.quic.reader import QuicReader
from overheard_capture.protocols.ssh.reader import ssh
from overheard_capture.protocols.wireguard import WireguardReader
from overheard_capture.provenance.origin import Origin
from overheard_capture.scan.piece_variants import respelled

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from capture.scan.joined_fields import Read
    from overheard_capture.content.findings import Findings


TEXT = b"Fluffy tail 4711"
PIECES = [b"Fluf", b"fy t", b"ail ", b"4711"]
HEX = [TEXT.hex().encode()[at : at + 8] for at in range(0, 32, 8)]


def comment(findings: Findings, piece: bytes, origin: Origin) -> None:
    ssh(findings, ()).feed(b"SSH-2.0-OpenSSH_9.2 " + piece + b"\r\n", origin)


def version(findings: Findings, piece: bytes, origin: Origin) -> None:
    ssh(findings, ()).feed(b"SSH-2.0-" + piece + b"\r\n", origin)


def padding(findings: Findings, piece: bytes, origin: Origin) -> None:
    packet = struct.pack(">IBB", 12, len(piece), 2) + struct.pack(">I", 6 - len(piece)) + bytes(6 - len(piece)) + piece
    ssh(findings, ()).feed(b"SSH-2.0-x\r\n" + packet, origin)


def notify(findings: Findings, piece: bytes, origin: Origin) -> None:
    direction = EncryptedDirection(findings, (), "IKEv2")
    _Payload(findings, (), direction, origin).read(41, struct.pack(">BBH", 0, 0, 40960) + piece)


def cookie(findings: Findings, piece: bytes, origin: Origin) -> None:
    initiation = b"\1\0\0\0" + hashlib.shake_128(piece).digest(128) + piece
    WireguardReader(findings).datagram(initiation, origin)


IN_READERS: dict[str, Read] = {
    "comments of SSH": comment,
    "padding of SSH": padding,
    "notifications of IKE": notify,
}
# Where hexadecimal has room, and no blanks are.
HEX_IN: dict[str, Read] = {"comments of SSH": comment, "versions of SSH": version, "notifications of IKE": notify}


@pytest.mark.parametrize("where", IN_READERS)
def test_pieces_in_fields_of_handshakes_are_joined_in_order(where: str) -> None:
    assert hits(IN_READERS[where], PIECES)
    assert not hits(IN_READERS[where], [PIECES[1], PIECES[0], *PIECES[2:]])
    assert not hits(IN_READERS[where], [*PIECES[:2], *PIECES[3:]])


@pytest.mark.parametrize("where", HEX_IN)
def test_what_they_say_in_hexadecimal_is_decoded(where: str) -> None:
    assert hits(HEX_IN[where], HEX)
    assert not hits(HEX_IN[where], [*HEX[1:], HEX[0]])


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files.make(tmp_path)


def test_tokens_of_quic_are_joined(files: Files) -> None:
    def token(findings: Findings, piece: bytes, origin: Origin) -> None:
        QuicReader(findings).datagram(spoken(files, token=piece)[0][1], origin)

    assert hits(token, PIECES)
    assert not hits(token, PIECES[::-1])


def test_a_cookie_that_nobody_sent_is_joined() -> None:
    halves = [TEXT[:7].rjust(16, b"."), TEXT[7:].ljust(16, b".")]
    assert hits(cookie, halves)
    assert not hits(cookie, halves[::-1])


# ---- in frames


def reference(piece: bytes) -> bytes:
    message = bytes([0x23, 0, 6, 0xEC]) + bytes(8) + piece + bytes(32)
    return ethernet(ipv4(udp(message, source=5000, target=123), 17))


def option(piece: bytes, flags: int = ACK) -> bytes:
    return ethernet(ipv4(tcp(flags=flags, source=40000, options=b"\x22\x06" + piece + b"\1\1")))


def is_seen(folder: Path, frames: list[bytes]) -> bool:
    report = judge(rewritten(folder / "pieces.pcapng", frames), {"message": TEXT.decode()})
    return bool(report.verdicts["message"].sightings)


def asked(label: bytes) -> bytes:
    name = bytes([len(label)]) + label + b"\4eViL\7eXaMple\0"
    question = struct.pack(">6H", 0, 0x0100, 1, 0, 0, 0) + name + struct.pack(">2H", 1, 1)
    return ethernet(ipv4(udp(question, source=5000, target=53), 17))


def echo(data: bytes) -> bytes:
    return ethernet(ipv4(struct.pack(">BBHHH", 8, 0, 0, 1, 1) + data, 1))


@pytest.mark.parametrize("make", [reference, option], ids=["references of NTP", "cookies of Fast Open"])
def test_pieces_in_fields_of_infrastructure_are_joined_in_order(make: Callable[[bytes], bytes], tmp_path: Path) -> None:
    assert is_seen(tmp_path, [make(piece) for piece in PIECES])
    assert not is_seen(tmp_path, [make(piece) for piece in PIECES[::-1]])


def test_base32_in_any_case_is_joined(tmp_path: Path) -> None:
    capitals = base64.b32encode(b"it is: " + TEXT).strip(b"=")
    text = bytes(byte ^ 0x20 * (byte > 64 and at % 3 == 0) for at, byte in enumerate(capitals))
    pieces = [text[at : at + 13] for at in range(0, len(text), 13)]
    assert is_seen(tmp_path, [asked(piece) for piece in pieces])
    assert not is_seen(tmp_path, [asked(piece) for piece in pieces[::-1]])


def test_what_fills_each_echo_over_and_over_is_read_once(tmp_path: Path) -> None:
    assert is_seen(tmp_path, [echo((piece * 3)[:11]) for piece in PIECES])
    # A chunk may be something twice itself, and the last one is shorter.
    pieces = [b"Fluf", b"fy t", b"ail ", b"47", b"11"]
    assert is_seen(tmp_path, [echo((piece * 9)[:16]) for piece in (*PIECES[:3], b"4711")])
    assert not is_seen(tmp_path, [echo(piece * 4) for piece in pieces[::-1]])


@pytest.mark.parametrize("flags", [SYN, ACK])
def test_a_fast_open_cookie_is_joined_wherever_it_is(flags: int, tmp_path: Path) -> None:
    assert is_seen(tmp_path, [option(piece, flags) for piece in PIECES])


@pytest.mark.parametrize("texts", [(), (b"",), (b"", b"tail"), (b"a", b"aa")])
def test_nothing_is_over_and_over_in_what_is_empty_or_short(texts: tuple[bytes, ...]) -> None:
    assert list(respelled(texts)) == []
