"""A few letters in the fields of handshakes, of control messages and of segments that open connections."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from capture.frames import ethernet, exchange, ipv4, rewritten, udp
from capture.in_clear import in_clear
from capture.protocols.tls.conversations import FINISHED, agreed
from capture.talk import CHANGE_CIPHER_SPEC, extension, message, noise, record, vector
from overheard import Options, judge

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Frames = Callable[[int, bytes], list[bytes]]

SECRET = b"correct horse battery staple"
OPTIONS = Options(vouched={"whole", "sent"}, required={"sealed"})
ARP = bytes.fromhex("0001080006040001")


def outcome(folder: Path, frames: list[bytes]) -> str:
    return str(judge(rewritten(folder / "rows.pcapng", frames), {"message": SECRET}, OPTIONS).outcome)


def hello(
    number: int, *, random: bytes = b"", session: bytes = b"", suites: bytes = b"", extensions: bytes = b""
) -> bytes:
    """The body of a ClientHello, in which all that looks random is another for each number."""
    body = b"\3\3" + (random + noise(32, number))[:32] + vector(1, (session + noise(32, 1000 + number))[:32])
    return body + vector(2, b"\xc0\x2f" + suites) + vector(1, b"\0") + vector(2, extensions)


def connection(number: int, body: bytes = b"", records: tuple[bytes, ...] = ()) -> list[bytes]:
    """A connection of TLS 1.2 from a port of its own."""
    asked = record(22, message(1, body or hello(number)), b"\3\1") + CHANGE_CIPHER_SPEC + FINISHED
    sealed = records or (bytes(7) + b"\1" + noise(200, number),)
    answered = agreed()[1][1] + b"".join(record(23, each) for each in sealed)
    return exchange([asked], [answered], port=41000 + number)


def opened(at: int) -> Frames:
    """Letters at an offset of the frame that opens a connection."""

    def frames(number: int, piece: bytes) -> list[bytes]:
        first, *others = connection(number)
        return [first[:at] + piece + first[at + len(piece) :], *others]

    return frames


def icmp(kind: int, rest: bytes) -> bytes:
    return ethernet(ipv4(bytes([kind, 0, 0, 0]) + rest, 1, source="10.0.0.3", target="10.0.0.4"))


FIELDS: dict[str, tuple[int, Frames]] = {
    "random values": (4, lambda number, piece: connection(number, hello(number, random=piece))),
    "session IDs": (4, lambda number, piece: connection(number, hello(number, session=piece))),
    "cipher suites": (4, lambda number, piece: connection(number, hello(number, suites=piece))),
    "tickets": (
        4,
        lambda number, piece: connection(number, hello(number, extensions=extension(35, piece + noise(99, number)))),
    ),
    "numbers of IP": (2, opened(18)),
    "addresses of Ethernet": (6, opened(6)),
    "windows": (2, opened(48)),
    "gateways of ICMP": (4, lambda _, piece: [icmp(5, piece + ipv4(udp(b""), 17))]),
    "numbers of echoes": (4, lambda _, piece: [icmp(8, piece + bytes(56))]),
    "timestamps of ICMP": (12, lambda _, piece: [icmp(13, bytes(4) + piece)]),
    "hardware addresses of ARP": (6, lambda _, piece: [ethernet(ARP + piece + bytes(14), 0x0806)]),
    "what follows ARP": (16, lambda _, piece: [ethernet(ARP + bytes(20) + piece, 0x0806)]),
    "groups of IGMP": (4, lambda _, piece: [ethernet(ipv4(b"\x16\0\0\0" + piece, 2))]),
}
# Text is seen there, whatever it says, and so nothing is sealed; in others, honest numbers are between the letters.
IN_CLEAR = {*FIELDS} - {"random values"}


@pytest.mark.parametrize("where", FIELDS)
def test_letters_in_fields_are_joined(where: str, tmp_path: Path) -> None:
    size, make = FIELDS[where]
    pieces = [SECRET[at : at + size].ljust(size) for at in range(0, len(SECRET), size)]
    # What is read beside it is sealed, and is no reason.
    sealed = connection(9000)
    harmless = "INCONCLUSIVE" if where in IN_CLEAR else "PROTECTED"
    for order, expected in ((pieces, "OVERHEARD"), (pieces[::-1], harmless)):
        frames = [frame for number, piece in enumerate(order) for frame in make(number, piece)]
        assert outcome(tmp_path, [*sealed, *frames]) == expected, order


def test_nonces_and_beginnings_of_records_are_joined(tmp_path: Path) -> None:
    nonces = tuple(SECRET[at : at + 8].ljust(8) + noise(99, at) for at in range(0, len(SECRET), 8))
    assert outcome(tmp_path, connection(1, records=nonces)) == "OVERHEARD"
    begin = tuple(bytes(7) + b"\1" + SECRET[at : at + 4] + noise(99, at) for at in range(0, len(SECRET), 4))
    assert outcome(tmp_path, connection(1, records=begin)) == "OVERHEARD"
    assert outcome(tmp_path, connection(1, records=nonces[::-1])) == "INCONCLUSIVE"
    # Too much of it is no nonce, whatever it says.
    text = tuple(b"line %3d" % number + noise(99, number) for number in range(9))
    assert outcome(tmp_path, connection(1, records=text)) == "INCONCLUSIVE"
    random = tuple(noise(8, 100 + number) + noise(99, number) for number in range(200))
    assert outcome(tmp_path, connection(1, records=random)) == "PROTECTED"


def test_handshakes_alike_are_no_reason(tmp_path: Path) -> None:
    frames = [frame for number in range(40) for frame in connection(number)]
    assert outcome(tmp_path, frames) == "PROTECTED"


def test_extensions_that_are_empty_must_be_or_be_readable(tmp_path: Path) -> None:
    for kind in (21, 22, 23, 49, 0x1A1A):
        is_zero_usual = kind in (21, 0x1A1A)
        zero = "PROTECTED" if is_zero_usual else "INCONCLUSIVE"
        for body, expected in ((b"", "PROTECTED"), (b"\0", zero), (noise(60), "INCONCLUSIVE")):
            frames = connection(1, hello(1, extensions=extension(kind, body)))
            assert outcome(tmp_path, frames) == expected, (kind, body)


def test_a_text_under_a_key_in_random_values_is_in_clear_and_a_secret_is_found(tmp_path: Path) -> None:
    for text, expected in ((SECRET, "OVERHEARD"), (SECRET[::-1], "INCONCLUSIVE")):
        keyed = bytes(byte ^ 0x9C for byte in text)
        for hidden in (
            hello(1, random=keyed),
            hello(1, session=keyed),
            hello(1, extensions=extension(35, keyed + noise(9))),
        ):
            assert outcome(tmp_path, connection(1, hidden)) in (expected, "INCONCLUSIVE")
        nonces = tuple((keyed * 2)[at : at + 8] + noise(99, at) for at in range(0, 2 * len(keyed), 8))
        assert outcome(tmp_path, connection(1, records=nonces)) == expected


def test_an_alert_that_is_not_assigned_is_in_clear() -> None:
    for alert, expected in ((b"\2l", {"data in TLS alert": 2}), (b"\2\x28", {})):
        frames = exchange([record(22, message(1, hello(1)), b"\3\1")], [record(21, alert)])
        assert in_clear(frames) == expected
