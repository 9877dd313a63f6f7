"""What packets of OpenVPN have beside their payload must be no text together, however few letters each has."""

from __future__ import annotations

import base64
import ssl
import struct
from typing import TYPE_CHECKING

import pytest

from capture.protocols.openvpn.speaking import CLIENT, RANDOM, SERVER, control_channel, data, encrypted_control
from capture.sealed import SEALED, of_datagrams, verdict
from capture.talk import SECRET, openssl_transcript
from rows import for_each

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from capture.talk import Parts

USUAL = [(side, data(number)) for number in range(1, 20) for side in "><"]
SENTENCE = b"it is said that " + SECRET + b" is theirs"
CODED: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "base64": base64.b64encode,
    "under a key": lambda text: bytes(byte ^ 0x1C for byte in text),
}
TIME = 1_790_000_000


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Parts:
    return openssl_transcript(tmp_path_factory.mktemp("openvpn"), ssl.TLSVersion.TLSv1_3)


def cut(text: bytes, size: int) -> list[bytes]:
    return [text[at : at + size] for at in range(0, len(text), size)]


def acknowledgement(*messages: int, number: int = 0, time: int = TIME, hmac: bytes = b"") -> bytes:
    replay = struct.pack(">II", number, time) if hmac else b""
    listed = bytes([len(messages)]) + struct.pack(f">{len(messages)}I", *messages)
    return b"\x28" + CLIENT + hmac + replay + listed + SERVER


def of_peer(peer: bytes, number: int) -> bytes:
    return b"\x48" + peer + data(number)[4:]


# What wraps the control channel, and a few letters in each packet.
CARRIERS: dict[str, tuple[int | str, Callable[[bytes], list[bytes]]]] = {
    "data packet numbers": (0, lambda text: [data(256 * at + byte) for at, byte in enumerate(text, 1)]),
    "acknowledged messages": (0, lambda text: [acknowledgement(byte) for byte in text]),
    "lists of acknowledged messages": (0, lambda text: [acknowledgement(*part) for part in cut(text, 8)]),
    "codes": (
        20,
        lambda text: [
            acknowledgement(1, number=at, hmac=RANDOM.randbytes(19) + bytes([byte])) for at, byte in enumerate(text, 90)
        ],
    ),
    "session IDs": ("crypt", lambda text: [encrypted_control(7, 0, part.ljust(8, b"\1"), 1) for part in cut(text, 8)]),
    "wrapped keys": (
        "crypt",
        lambda text: [
            encrypted_control(10, 0, CLIENT, 30, part + RANDOM.randbytes(290) + (292 + len(part)).to_bytes(2))
            for part in cut(text, 4)
        ],
    ),
}


@for_each(name=CARRIERS, code=CODED)
def test_letters_in_fields_are_seen(name: str, code: str, tls: Parts, tmp_path: Path) -> None:
    wrapping, made = CARRIERS[name]
    packets = [(">", each) for each in made(CODED[code](SENTENCE))]
    parts = [*control_channel(tls, wrapping), *([] if name.startswith("data") else USUAL), *packets]
    assert verdict(tmp_path, of_datagrams(parts)) in {"OVERHEARD", "INCONCLUSIVE"}


@pytest.mark.parametrize(
    "packets",
    [
        [of_peer(bytes([0, 0, peer]), peer) for peer in range(30, 40)],
        [b"\x4a" + data(30)[1:]],
        [acknowledgement(1, number=0x41000099, hmac=RANDOM.randbytes(20))],
    ],
    ids=["peers", "a key", "the highest byte of a number"],
)
def test_what_no_session_has_is_not_sealed(packets: list[bytes], tls: Parts, tmp_path: Path) -> None:
    for wrapping in (0, 20) if len(packets[0]) != len(acknowledgement(1, hmac=bytes(20))) else (20,):
        parts = [*control_channel(tls, wrapping), *USUAL, *((">", packet) for packet in packets)]
        assert verdict(tmp_path, of_datagrams(parts)) == "INCONCLUSIVE"


def test_what_sessions_have_is_sealed(tls: Parts, tmp_path: Path) -> None:
    """Numbers that count, also with losses; a peer after one without an ID; the last messages in each list."""
    numbers = [at for at in range(1, 600) if RANDOM.random() < 0.9]
    sent = [(">", of_peer(b"\0\0\0" if at < 9 else b"\0\0\7", at)) for at in numbers]
    lists = [(">", acknowledgement(*range(at, max(at - 4, -1), -1))) for at in range(9)]
    again = (">", acknowledgement(1, number=0x0F000001, hmac=RANDOM.randbytes(20)))
    assert verdict(tmp_path, of_datagrams([*control_channel(tls), *lists, *sent])) == SEALED
    assert verdict(tmp_path, of_datagrams([*control_channel(tls, 20), again, *sent])) == SEALED
