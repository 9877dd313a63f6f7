"""Control chunks of SCTP say what their type has, and no text."""

from __future__ import annotations

from capture.frames import ethernet, ipv4
from capture.in_clear import SPELLED, SWAPPED, in_clear
from capture.talk import noise
from overheard_capture.packets.sctp_control import is_ordinary


def parameter(kind: int, value: bytes) -> bytes:
    return kind.to_bytes(2) + (len(value) + 4).to_bytes(2) + value + bytes(-len(value) % 4)


OPENED = noise(4) + b"\0\1\xa0\0\0\x0a\xff\xff" + noise(4, 1)
CODES = parameter(0x8002, noise(32)) + parameter(0x8004, b"\0\3\0\1") + parameter(0x8003, b"\xc1\x80")
LINUX = OPENED + parameter(12, b"\0\5\0\6") + parameter(0x8008, b"\xc0\x82\x0f") + parameter(0xC000, b"") + CODES
HEARTBEAT = parameter(1, b"\2\0\x13\x88\xc0\0\2\1" + bytes(20) + noise(16, 2))
ORDINARY = {
    1: [LINUX, OPENED, OPENED + parameter(5, b"\xc0\0\2\1") + parameter(0xC006, bytes(4))],
    2: [LINUX + parameter(7, noise(340)), OPENED + parameter(7, b"KAME-BSD 1.1\0" + noise(300))],
    3: [noise(4) + b"\0\1\0\0\0\0\0\0", noise(8) + b"\0\1\0\1" + noise(8, 3)],
    4: [HEARTBEAT],
    6: [b"", parameter(12, b""), parameter(9, noise(4))],
    9: [parameter(1, noise(4)), parameter(6, noise(40)), parameter(13, b"Invalid length in chunk")],
    10: [noise(340)],
    11: [b""],
    15: [b"\0\0\0\1" + noise(20), b"\0\0\0\3" + noise(32)],
    130: [parameter(13, noise(12) + b"\0\1")],
    132: [bytes(1000)],
    192: [noise(4), noise(4) + b"\0\1\0\2"],
    193: [noise(4) + parameter(5, b"\xc0\0\2\1") + parameter(0xC001, bytes(4) + parameter(5, b"\xc0\0\2\2"))],
}
HIDDEN = {
    1: [OPENED + parameter(0x8008, SWAPPED), OPENED + parameter(0xC0DE, noise(9)), LINUX + SWAPPED],
    2: [OPENED + parameter(7, SPELLED), OPENED + parameter(0x8005, SWAPPED)],
    3: [noise(4) + bytes(8) + SWAPPED],
    4: [parameter(1, SWAPPED), parameter(1, noise(600))],
    6: [parameter(12, SPELLED)],
    9: [parameter(13, SPELLED), parameter(6, SPELLED), parameter(99, noise(4))],
    7: [noise(4) + SWAPPED],
    8: [SWAPPED],
    10: [SPELLED],
    11: [SWAPPED],
    15: [b"\0\0\0\1" + SWAPPED, b"\0\0\0\1" + SPELLED[:20]],
    130: [parameter(0x99, SWAPPED)],
    132: [bytes(99) + SWAPPED],
    192: [noise(4) + SPELLED[:64]],
    193: [noise(4) + parameter(5, SWAPPED)],
}


def test_chunks_of_usual_stacks_are_ordinary() -> None:
    assert [(kind, each) for kind, several in ORDINARY.items() for each in several if not is_ordinary(kind, each)] == []


def test_text_and_surplus_bytes_are_not() -> None:
    assert [(kind, each) for kind, several in HIDDEN.items() for each in several if is_ordinary(kind, each)] == []


def test_such_a_chunk_is_in_clear() -> None:
    def packet(value: bytes) -> bytes:
        return ethernet(ipv4(b"\x13\x88\x13\x89" + noise(8) + b"\4\0" + (len(value) + 4).to_bytes(2) + value, 132))

    assert in_clear([packet(HEARTBEAT)]) == {}
    hidden = parameter(1, SWAPPED)
    assert in_clear([packet(hidden)]) == {"data in SCTP chunk of type 4": len(hidden)}
