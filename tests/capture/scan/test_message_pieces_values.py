"""A secret in values of handshakes that look random, a few letters each; in any other order it is no secret."""

from __future__ import annotations

import hashlib
import struct
import zlib
from typing import TYPE_CHECKING

import pytest

from capture.protocols.quic.talking import spoken
from capture.scan.joined_fields import hits
from capture.talk import vector
from lab.pki import Files
from overheard_capture.identify.preface_content import read_preface
from overheard_capture.protocols.encrypted import EncryptedDirection
from overheard_capture.protocols.ipsec.ike import _Payload
from overheard_capture.protocols.quic.keys import InitialKeys
from overheard_capture.protocols.quic.reader import QuicReader
from overheard_capture.protocols.ssh.clear_messages import ClearMessages
from overheard_capture.protocols.tls.clear_messages import read_message
from overheard_capture.protocols.wireguard import WireguardReader
from overheard_capture.provenance.origin import Origin

if TYPE_CHECKING:
    from pathlib import Path

    from capture.scan.joined_fields import Read
    from overheard_capture.content.findings import Findings
    from overheard_capture.protocols.quic.keys import DecryptedPacket
    from overheard_capture.protocols.quic.packets import QuicPacket


LETTERS = [bytes([letter]) for letter in b"Fluffy tail 4711"]
ROTATED = [*LETTERS[6:], *LETTERS[:6]]


def random(piece: bytes, size: int) -> bytes:
    """A value that begins with a piece, and is as random as any behind it."""
    return piece + hashlib.shake_128(b"%b and the rest" % piece).digest(size - len(piece))


def public_value(findings: Findings, piece: bytes, origin: Origin) -> None:
    messages = ClearMessages(findings, (), EncryptedDirection(findings, (), "SSH"))
    messages.key_exchange(30, vector(4, random(piece, 32)), origin)


def ike(findings: Findings, kind: int, body: bytes, origin: Origin) -> None:
    _Payload(findings, (), EncryptedDirection(findings, (), "IKEv2"), origin).read(kind, body)


def cookie(findings: Findings, piece: bytes, origin: Origin) -> None:
    # The nonce of the same message is another field.
    ike(findings, 40, random(b"", 32) if piece == LETTERS[0] else random(piece[::-1] + b"n", 32)[::-1], origin)
    ike(findings, 41, struct.pack(">BBH", 0, 0, 16390) + random(piece, 32), origin)


def wireguard(at: int) -> Read:
    def read(findings: Findings, piece: bytes, origin: Origin) -> None:
        values = random(b"", at - 4) + random(piece, 132 - at)
        WireguardReader(findings).datagram(b"\1\0\0\0" + values + bytes(16), origin)

    return read


def ticket(findings: Findings, piece: bytes, origin: Origin) -> None:
    read_message(findings, (), 4, bytes([0, 0, 28, 32]) + vector(2, random(piece, 160)), origin)


def element(tag: int, body: bytes) -> bytes:
    return bytes([tag]) + (vector(1, body) if len(body) < 128 else b"\x82" + vector(2, body))


def certificate(findings: Findings, *values: bytes, origin: Origin) -> None:
    whole = element(0x30, element(0x30, b"".join(values)) + element(3, b"\0" + random(b"signed", 160)))
    read_message(findings, (), 11, vector(3, vector(3, whole)), origin)


def serial_number(findings: Findings, piece: bytes, origin: Origin) -> None:
    certificate(findings, element(2, random(b"\x11" + piece, 16)), origin=origin)


def organisation(findings: Findings, piece: bytes, origin: Origin) -> None:
    name = element(0x31, element(0x30, b"\6\3\x55\4\x0a" + element(0x0C, piece)))
    certificate(findings, element(0x30, name), origin=origin)


def unknown_extension(findings: Findings, piece: bytes, origin: Origin) -> None:
    certificate(findings, element(0x30, element(6, b"\x2b\6\1\4\1\x86\x8d\x1f\1") + element(4, piece)), origin=origin)


def greeting(findings: Findings, piece: bytes, origin: Origin) -> None:
    salt = bytes(33 + byte % 90 for byte in random(piece, 20))
    numbers = b"\xff\xff\xff\2\0\xff\xdf\x15" + bytes(10)
    body = b"\x0a8.0.36\0" + piece + bytes(3) + salt[:8] + b"\0" + numbers + salt[8:] + b"\0caching_sha2_password\0"
    read_preface(findings, (), "MySQL", len(body).to_bytes(3, "little") + b"\0" + body, origin)


def server_name(findings: Findings, piece: bytes, origin: Origin) -> None:
    name = b"node%d.example.org" % piece[0]
    extension = struct.pack(">H", 0) + vector(2, vector(2, b"\0" + vector(2, name)))
    hello = b"\3\3" + random(piece * 2, 32) + b"\0" + vector(2, b"\xc0\x2f") + b"\1\0" + vector(2, extension)
    read_message(findings, (), 1, hello, origin)


IN_VALUES: dict[str, Read] = {
    "public values of SSH": public_value,
    "vendor IDs of IKE": lambda findings, piece, origin: ike(findings, 43, random(piece, 16), origin),
    "cookies of IKE": cookie,
    "ephemeral keys of WireGuard": wireguard(8),
    "codes of WireGuard": wireguard(116),
    "tickets of TLS": ticket,
    "serial numbers": serial_number,
    "organisations": organisation,
    "unknown extensions of certificates": unknown_extension,
    "numbers in greetings of MySQL": greeting,
    "numbers in names": server_name,
}


@pytest.mark.parametrize("where", IN_VALUES)
def test_letters_in_values_of_handshakes_are_joined_in_order(where: str) -> None:
    assert hits(IN_VALUES[where], LETTERS)
    assert not hits(IN_VALUES[where], ROTATED)
    assert not hits(IN_VALUES[where], [*LETTERS[:5], *LETTERS[6:]])


def test_halves_of_a_code_are_joined() -> None:
    halves = [b"Fluffy t".ljust(16, b"\0"), b"ail 4711".ljust(16, b"\0")]
    assert hits(wireguard(116), halves)
    assert not hits(wireguard(116), halves[::-1])


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files.make(tmp_path)


def test_the_number_of_the_first_packet_of_quic_is_joined(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    decrypt, datagram = InitialKeys.decrypt, spoken(files)[0][1]
    number = b""

    def with_number(keys: InitialKeys, data: memoryview, packet: QuicPacket) -> DecryptedPacket | None:
        decrypted = decrypt(keys, data, packet)
        return decrypted and decrypted._replace(number=number)

    def numbered(findings: Findings, piece: bytes, origin: Origin) -> None:
        nonlocal number
        number = piece
        QuicReader(findings).datagram(datagram, origin)

    monkeypatch.setattr(InitialKeys, "decrypt", with_number)
    assert hits(numbered, LETTERS)
    assert not hits(numbered, ROTATED)


def test_a_value_that_returns_is_one_row_of_what_is_compressed() -> None:
    """As an SPI of IKEv2, which is in each message."""
    data = zlib.compress(b"They say: " + b"".join(LETTERS)) + bytes(3)
    packed = [data[at : at + 4] for at in range(0, len(data) - 3, 4)]
    twice = [each for each in packed for _ in range(2)]
    assert hits(public_value, twice)
    assert not hits(public_value, twice[::-1])
