"""A secret in pieces of a few letters, in the same place of messages of infrastructure."""

from __future__ import annotations

import base64
import struct
from typing import TYPE_CHECKING

import pytest

from capture.frames import ethernet, ipv4, ipv6, rewritten, tcp, udp
from capture.played import SEARCH, some_findings
from capture.talk import client, extension, vector
from overheard import judge
from overheard_capture.decoders.messages import LAYER
from overheard_capture.packets import ACK
from overheard_capture.protocols.encrypted import EncryptedDirection
from overheard_capture.protocols.ipsec.ike import _Payload
from overheard_capture.protocols.ssh.clear_messages import DEBUG, IGNORE, ClearMessages
from overheard_capture.protocols.tls.clear_messages import read_message
from overheard_capture.provenance.origin import Origin
from overheard_capture.scan.message_groups import MessageGroups
from overheard_capture.scan.parties import Parties

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from overheard.words.sighting import Sighting
    from overheard_capture.content.findings import Findings
    from overheard_capture.scan.hits import Hit

    Frames = Callable[[Sequence[bytes]], list[bytes]]
    Read = Callable[[Findings, Sequence[bytes]], None]

TEXT = b"Fluffy tail 4711"
PIECES = [b"Fluf", b"fy ta", b"il 4", b"711"]
HEX = [TEXT.hex().encode()[at : at + 5] for at in range(0, 32, 5)]
BASE32 = [base64.b32encode(b"secret: " + TEXT).strip(b"=").lower()[at : at + 15] for at in range(0, 45, 15)]
IN_WRONG_ORDER = [PIECES[1], PIECES[0], *PIECES[2:]]
HOLLOW_IN_ORDER = [*PIECES[:2], b"x", *PIECES[2:]]


def named(*labels: bytes) -> bytes:
    return b"".join(vector(1, label) for label in labels) + b"\0"


def asked(name: bytes, kind: int = 16, *, number: int = 0) -> bytes:
    return struct.pack(">6H", number, 0x0100, 1, 0, 0, 0) + name + struct.pack(">2H", kind, 1)


def answered(name: bytes, text: bytes, *, number: int = 0) -> bytes:
    record = b"\xc0\x0c" + struct.pack(">HHIH", 16, 1, 60, len(text) + 1) + vector(1, text)
    return struct.pack(">6H", number, 0x8180, 1, 1, 0, 0) + name + struct.pack(">2H", 16, 1) + record


def netbios(name: bytes) -> bytes:
    return bytes(65 + half for byte in name.ljust(15) + b"\0" for half in (byte >> 4, byte & 15))


def datagram(payload: bytes, port: int = 5000) -> bytes:
    return ethernet(ipv4(udp(payload, source=port, target=53), 17))


def dhcp(options: bytes) -> bytes:
    return datagram(bytes([1, 1, 6]) + bytes(233) + b"\x63\x82\x53\x63\x35\1\1" + options + b"\xff", 68)


def stun(attributes: bytes) -> bytes:
    return datagram(struct.pack(">HH", 1, len(attributes)) + bytes.fromhex("2112a442") + bytes(12) + attributes)


def lldp(pieces: Sequence[bytes]) -> bytes:
    found = [(1, b"\4" + bytes(6)), (2, b"\5e0"), (3, b"\0x"), *((127, b"\0\x80\xc2\1" + piece) for piece in pieces)]
    return b"".join(struct.pack(">H", kind << 9 | len(value)) + value for kind, value in found) + bytes(2)


def padded(piece: bytes) -> bytes:
    options = b"\1" + vector(1, piece)
    options += b"\1\0" * (-(len(options) + 2) % 8 // 2) + b"\0" * (len(options) % 2)
    return ethernet(ipv6(bytes([17, (len(options) + 2) // 8 - 1]) + options + udp(b"nuts"), 0), 0x86DD)


def echo(data: bytes, number: int) -> bytes:
    return ethernet(ipv4(struct.pack(">BBHHH", 8, 0, 0, 1, number) + data, 1))


def with_record(kind: int, data: bytes) -> bytes:
    name = named(b"evil", b"example")
    record = b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 60, len(data)) + data
    return struct.pack(">6H", 0, 0x8180, 1, 1, 0, 0) + name + struct.pack(">2H", kind, 1) + record


IN_FRAMES: dict[str, Frames] = {
    "parts of an option of DHCP": lambda pieces: [
        dhcp(b"".join(b"\x0c" + vector(1, piece) for piece in pieces)),
    ],
    "labels": lambda pieces: [datagram(asked(named(piece, b"evil", b"example"))) for piece in pieces],
    "labels with a counter": lambda pieces: [
        datagram(asked(named(b"%d-%b" % (number, piece), b"evil", b"example")), 5000 + number)
        for number, piece in enumerate(pieces)
    ],
    "labels behind one with a counter": lambda pieces: [
        datagram(asked(named(b"s%d" % number, piece, b"evil", b"example"))) for number, piece in enumerate(pieces)
    ],
    "labels asked for twice": lambda pieces: [
        datagram(asked(named(piece, b"evil", b"example"), kind)) for piece in pieces for kind in (1, 28)
    ],
    "texts": lambda pieces: [
        datagram(answered(named(b"%d" % number, b"evil", b"example"), piece)) for number, piece in enumerate(pieces)
    ],
    "keys and values": lambda pieces: [
        datagram(answered(named(b"evil", b"example"), b"k%d=" % number + piece)) for number, piece in enumerate(pieces)
    ],
    "labels of different domains": lambda pieces: [
        datagram(asked(named(piece, domain, b"example")))
        for piece, domain in zip(pieces, (b"a", b"b", b"c", b"d", b"e"), strict=False)
    ],
    "labels behind a word": lambda pieces: [
        datagram(asked(named(word + b"-" + piece, b"example")))
        for piece, word in zip(pieces, (b"apple", b"fig", b"plum", b"pear", b"date"), strict=False)
    ],
    "labels of answers": lambda pieces: [
        datagram(with_record(5, named(piece, b"evil", b"example"))) for piece in pieces
    ],
    "values of CAA": lambda pieces: [datagram(with_record(257, b"\0\5issue" + piece)) for piece in pieces],
    "names of hosts in DHCP": lambda pieces: [dhcp(b"\x0c" + vector(1, piece)) for piece in pieces],
    "several options of DHCP": lambda pieces: [
        dhcp(b"".join(bytes([60 + number]) + vector(1, piece) for number, piece in enumerate(pieces)))
    ],
    "identifiers of DHCP": lambda pieces: [dhcp(b"\x3d" + vector(1, b"\0" + piece)) for piece in pieces],
    "names of NetBIOS": lambda pieces: [datagram(asked(named(netbios(piece)), 32)) for piece in pieces],
    "echoes": lambda pieces: [
        ethernet(ipv4(struct.pack(">BBHHH", 8, 0, 0, 1, number) + piece, 1)) for number, piece in enumerate(pieces)
    ],
    "attributes of STUN": lambda pieces: [
        stun(b"".join(b"\x80\x22" + vector(2, piece) + bytes(-len(piece) % 4) for piece in pieces))
    ],
    "elements of LLDP": lambda pieces: [ethernet(lldp(pieces), 0x88CC)],
    "timestamps of NTP": lambda pieces: [
        datagram(bytes([0x23, 0, 6, 0xEC]) + bytes(36) + piece.ljust(8, b"\0")) for piece in pieces
    ],
    "trailers": lambda pieces: [
        ethernet(ipv4(tcp(flags=ACK, source=40000))) + piece.ljust(6, b"\0") for piece in pieces
    ],
    "options of TCP": lambda pieces: [
        ethernet(ipv4(tcp(options=(b"\xfe" + bytes([2 + len(piece)]) + piece).ljust(8, b"\1")))) for piece in pieces
    ],
    "padding of IPv6": lambda pieces: [padded(piece) for piece in pieces],
}

# Messages of the same length, in which a letter is in the same column.
PATTERN = b"abcdefghijklmnopqrstuvwabcdefghi"
IN_ROWS: dict[str, Frames] = {
    "usual echoes": lambda pieces: [
        echo(PATTERN[:9] + piece + PATTERN[10:], number) for number, piece in enumerate(pieces)
    ],
    "addresses of DNS": lambda pieces: [datagram(with_record(1, b"\x0a\0\0" + piece)) for piece in pieces],
    "cookies of DNS": lambda pieces: [
        datagram(with_record(41, b"\0\x0a\0\x08" + piece + bytes(7))) for piece in pieces
    ],
    "transactions of STUN": lambda pieces: [
        datagram(b"\0\1\0\0" + bytes.fromhex("2112a442") + piece + bytes(11)) for piece in pieces
    ],
    "hardware addresses of DHCP": lambda pieces: [
        datagram(bytes([1, 1, 6]) + bytes(25) + piece + bytes(207) + b"\x63\x82\x53\x63\x35\1\1\xff")
        for piece in pieces
    ],
}


def seen(path: Path, frames: list[bytes]) -> tuple[Sighting, ...]:
    return judge(rewritten(path / "pieces.pcapng", frames), {"message": TEXT.decode()}).verdicts["message"].sightings


@pytest.mark.parametrize("where", IN_FRAMES)
def test_pieces_in_the_same_place_are_joined_in_order(tmp_path: Path, where: str) -> None:
    assert seen(tmp_path, IN_FRAMES[where](PIECES))
    assert not seen(tmp_path, IN_FRAMES[where](IN_WRONG_ORDER))
    assert not seen(tmp_path, IN_FRAMES[where](HOLLOW_IN_ORDER))


@pytest.mark.parametrize("pieces", [HEX, BASE32], ids=["hexadecimal", "base32"])
@pytest.mark.parametrize("where", ["labels", "labels with a counter", "texts", "names of NetBIOS", "echoes"])
def test_what_is_encoded_is_decoded_once_it_is_joined(tmp_path: Path, where: str, pieces: list[bytes]) -> None:
    assert seen(tmp_path, IN_FRAMES[where](pieces))
    assert not seen(tmp_path, IN_FRAMES[where]([*pieces[1:], pieces[0]]))


@pytest.mark.parametrize("where", IN_ROWS)
def test_columns_of_messages_of_the_same_length_are_joined(tmp_path: Path, where: str) -> None:
    letters = [TEXT[at : at + 1] for at in range(len(TEXT))]
    assert seen(tmp_path, IN_ROWS[where](letters))
    assert not seen(tmp_path, IN_ROWS[where](sorted(letters)))
    # A column that is the same in all messages is none of it.
    assert not seen(tmp_path, IN_ROWS[where]([TEXT[:1]] * 16))


def test_pieces_of_different_hosts_are_not_joined(tmp_path: Path) -> None:
    hosts = [
        ethernet(ipv4(udp(asked(named(piece, b"evil", b"example")), target=53), 17, source=f"127.0.0.{number}"))
        for number, piece in enumerate(PIECES, 1)
    ]
    assert not seen(tmp_path, hosts)


def test_the_place_names_all_frames(tmp_path: Path) -> None:
    (found,) = seen(tmp_path, IN_FRAMES["labels"](PIECES))
    assert found.frames == (1, 2, 3, 4)
    assert found.layers[-1] == LAYER


# ---- in readers


def hello(content: bytes) -> bytes:
    return client(content, suites=b"\xc0\x2f")


def certificate(pieces: Sequence[bytes]) -> bytes:
    def element(tag: int, body: bytes) -> bytes:
        return bytes([tag]) + (vector(1, body) if len(body) < 128 else b"\x82" + vector(2, body))

    units = [element(0x31, element(0x30, b"\6\3\x55\4\x0b" + element(0x0C, piece))) for piece in pieces]
    return vector(3, vector(3, element(0x30, element(0x30, b"".join(units)) + element(3, bytes(150)))))


def of_frame(data: bytes, number: int = 1) -> Origin:
    return Origin.of_frame(number, 60, len(data))


def successive_names(findings: Findings, pieces: Sequence[bytes]) -> None:
    for number, piece in enumerate(pieces):
        name = b"%b.%d.evil.example" % (piece.replace(b" ", b"-"), number)
        body = hello(extension(0, vector(2, b"\0" + vector(2, name))))
        read_message(findings, (), 1, body, of_frame(body, number))


def one_hello(findings: Findings, body: bytes) -> None:
    read_message(findings, (), 1, body, of_frame(body))


def ssh_messages(findings: Findings, pieces: Sequence[bytes], kind: int) -> None:
    messages = ClearMessages(findings, (), EncryptedDirection(findings, (), "SSH"))
    for number, piece in enumerate(pieces):
        body = b"\0" * (kind == DEBUG) + vector(4, piece)
        messages.other(kind, body, of_frame(body, number))


def vendors(findings: Findings, pieces: Sequence[bytes]) -> None:
    for number, piece in enumerate(pieces):
        _Payload(findings, (), EncryptedDirection(findings, (), "SSH"), of_frame(piece, number)).read(43, piece)


def certificates(findings: Findings, pieces: Sequence[bytes]) -> None:
    body = certificate(pieces)
    read_message(findings, (), 11, body, of_frame(body))


IN_READERS: dict[str, Read] = {
    "server names": successive_names,
    "protocols": lambda findings, pieces: one_hello(
        findings, hello(extension(16, vector(2, b"".join(vector(1, piece) for piece in pieces))))
    ),
    "unknown extensions": lambda findings, pieces: one_hello(
        findings, hello(b"".join(extension(0x7230 + number, piece) for number, piece in enumerate(pieces)))
    ),
    "IGNORE": lambda findings, pieces: ssh_messages(findings, pieces, IGNORE),
    "DEBUG": lambda findings, pieces: ssh_messages(findings, pieces, DEBUG),
    "vendor IDs": vendors,
    "units of an organisation": certificates,
}


def hits(read: Read, pieces: Sequence[bytes]) -> list[Hit]:
    found: list[Hit] = []
    groups = MessageGroups(SEARCH.secrets, some_findings, found.append, Parties().add_between)
    findings = some_findings()
    findings.messages = groups.of_hosts("client → server")
    read(findings, pieces)
    groups.finish()
    return found


@pytest.mark.parametrize("where", IN_READERS)
def test_pieces_in_clear_parts_of_encrypted_protocols_are_joined_in_order(where: str) -> None:
    assert hits(IN_READERS[where], PIECES)
    assert not hits(IN_READERS[where], IN_WRONG_ORDER)
    assert not hits(IN_READERS[where], HOLLOW_IN_ORDER)
