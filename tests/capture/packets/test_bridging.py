"""Messages of bridges are control messages only if every byte is accounted for."""

from __future__ import annotations

import pytest

from capture.frames import ETHERNET, ethernet, frame, unwrap
from capture.in_clear import in_clear
from overheard_capture.packets import Control, Other

LLDP = bytes.fromhex("0207040200000000a1 0405 0565746830 0602 0078".replace(" ", ""))
TREE = b"\x42\x42\x03\0\0"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(ethernet(TREE + b"\0\0" + bytes(range(31)), 38), id="configuration"),
        pytest.param(ethernet(TREE + b"\0\x80" + bytes(39), 7), id="topology change"),
        pytest.param(ethernet(TREE + b"\2\2" + bytes(range(32)) + bytes(7), 39), id="rapid"),
        pytest.param(ethernet(TREE + b"\3\2" + bytes(32) + b"\0\x40" + bytes(range(64)), 105), id="multiple"),
        pytest.param(ethernet(LLDP + b"\0\0" + bytes(20), 0x88CC), id="LLDP"),
        pytest.param(ethernet(LLDP + b"\x0a\6switch" + b"\xfe\6\0\x12\x0f\1\3\1\0\0", 0x88CC), id="LLDP of a switch"),
    ],
)
def test_control_messages(data: bytes) -> None:
    assert isinstance(unwrap(frame(data, ETHERNET)), Control)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(ethernet(TREE + b"\0\0" + bytes(31) + b"tail", 42), id="behind a configuration"),
        pytest.param(ethernet(TREE + b"\0\x80tail", 11), id="behind a topology change"),
        pytest.param(ethernet(TREE + b"\0\7" + bytes(40), 45), id="an unknown type"),
        pytest.param(ethernet(TREE, 5), id="cut short"),
        pytest.param(ethernet(LLDP + b"\0\0tail", 0x88CC), id="behind LLDP"),
        pytest.param(ethernet(LLDP + b"\xfe\x80" + b"\xff" * 128 + b"\0\0", 0x88CC), id="a long element"),
        pytest.param(ethernet(LLDP + b"\x40\4tail\0\0", 0x88CC), id="an unknown element"),
        pytest.param(ethernet(LLDP[9:], 0x88CC), id="without the first element"),
    ],
)
def test_what_may_hide_more_is_other(data: bytes) -> None:
    assert isinstance(unwrap(frame(data, ETHERNET)), Other)


def element(kind: int, value: bytes) -> bytes:
    return (kind << 9 | len(value)).to_bytes(2) + value


def neighbour(*elements: bytes) -> bytes:
    return ethernet(LLDP + b"".join(elements) + b"\0\0", 0x88CC)


def test_elements_of_their_length_are_infrastructure() -> None:
    switch = neighbour(
        element(5, b"switch-01"),
        element(6, b"Debian GNU/Linux 12 (bookworm) Linux 6.1.0-13-amd64 x86_64"),
        element(7, b"\0\x14\0\4"),
        element(8, b"\5\1\xc0\0\2\1\2\0\0\0\2\0"),
        element(8, b"\7\6\2\0\0\0\0\xa1\2\0\0\0\2\x0c\x2b\6\1\2\1\x1f\1\1\1\1\2\7"),
        element(127, b"\0\x80\xc2\1\0\1"),
        element(127, b"\0\x80\xc2\3\0\1\7default"),
        element(127, b"\0\x12\x0f\1\3\x6c\1\0\x1e"),
        element(127, b"\0\x12\xbb\5rev. 2"),
    )
    assert in_clear([switch]) == {}


def test_what_is_longer_or_not_known_is_in_clear_however_short_it_is() -> None:
    others = {
        3: (b"lff",),
        7: (b"lff",),
        8: (b"\5\7lfff\2\0\0\0\2\0", b"\5\1\xc0\0\2\1\2\0\0\0\2\3lff", b"\5\1"),
        127: (b"\0\x80\xc2\1lff", b"\0\x80\xc2\x40l", b"\0\0\7\1l", b"\0\x0e\xcf\2lff"),
        1: (b"\4lff", b"\5\1lff"),
    }
    found = [in_clear([neighbour(element(kind, value))]) for kind, values in others.items() for value in values]
    assert found == [
        {f"data in LLDP element {kind}": len(value)} for kind, values in others.items() for value in values
    ]
