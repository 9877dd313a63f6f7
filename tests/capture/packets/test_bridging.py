"""Messages of bridges are control messages only if every byte is accounted for."""

from __future__ import annotations

import pytest

from capture.frames import ETHERNET, ethernet, frame, unwrap
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
