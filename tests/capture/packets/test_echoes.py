"""Which echoes of ICMP are usual, so that their data says nothing."""

from __future__ import annotations

import struct
import uuid

import pytest

from overheard_capture.packets.echoes import is_usual_echo

NOW = 1_700_000_000
SECONDS = struct.pack("<QQ", NOW, 999_999)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(bytes(56), id="zeros, as fping, mtr and nmap send them"),
        pytest.param(bytes(range(32)), id="counted"),
        pytest.param(bytes(range(256)) + bytes(range(44)), id="counted beyond a byte"),
        pytest.param(SECONDS + bytes(range(16, 56)), id="iputils"),
        pytest.param(struct.pack(">II", NOW + 60, 5) + bytes(range(8, 56)), id="macOS and FreeBSD"),
        pytest.param(struct.pack("<QQ", NOW, 5) + bytes(40), id="a clock and zeros"),
        pytest.param(SECONDS + b"\xff" * 40, id="iputils with -p ff"),
        pytest.param(b"abcdefghijklmnopqrstuvwabcdefghi", id="Windows"),
        pytest.param(bytes(range(0x40, 0x60)), id="traceroute"),
        pytest.param(b"\xfe\xdc\xba\x98" + bytes(52), id="busybox"),
        pytest.param(b"\xfe\xdc\xba\x98", id="busybox with -s 4"),
        pytest.param(bytes(4) + b"\1\x32\x5a\xbc" + b"\xab\xcd" * 32, id="Cisco IOS"),
        pytest.param(b"X" * 40, id="hping"),
        pytest.param(struct.pack("<d", NOW + 0.5) + b"Q" * 48, id="ping3"),
        pytest.param(struct.pack(">Q", NOW * 10**9) + uuid.UUID(int=7 << 99).bytes + b"\1" * 32, id="pro-bing"),
        pytest.param(SECONDS + b"\7\0\xf0\x7f" + bytes(36), id="check_icmp"),
        pytest.param(b"Prometheus Blackbox Exporter", id="blackbox_exporter"),
        pytest.param(b"liboping -- ICMP ping library <http://octo.it/liboping/>", id="collectd"),
    ],
)
def test_usual_echoes(data: bytes) -> None:
    assert is_usual_echo(data, NOW)


@pytest.mark.parametrize(
    "data",
    [
        b"fluffy tail",
        bytes(range(31)) + b"\xff",
        struct.pack("<QQ", NOW - 10**6, 5) + bytes(range(16, 56)),
        struct.pack("<QQ", NOW, 2**40) + bytes(range(16, 56)),
        b"\xfe\xdc\xba\x98\x76" + bytes(51),
        pytest.param(SECONDS + b"fluf" * 10, id="a pattern of a user"),
        pytest.param(b"fluf" * 14, id="a pattern alone"),
        pytest.param(b"f" * 56, id="a letter"),
        pytest.param(b"fluf", id="four letters"),
        pytest.param(SECONDS + b"tail" + bytes(36), id="text behind a clock"),
        pytest.param(b"fluffy\0\0" + bytes(48), id="text before zeros"),
        pytest.param(b"abcdefghijklmnopqrstuvwabcdefghi tail", id="text behind a pattern"),
        pytest.param(b"Prometheus Blackbox Exporter tail", id="text behind a name"),
        pytest.param(struct.pack(">Q", NOW * 10**9) + b"fluffy tail 4711" + b"\1" * 9 + b"x", id="no end of pro-bing"),
    ],
)
def test_others_carry_data(data: bytes) -> None:
    assert not is_usual_echo(data, NOW)
