"""Options of IPv4, IPv6 and TCP: what is not known is content."""

from __future__ import annotations

import base64
import gzip
import hashlib
import struct
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.frames import ethernet, exchange, frame, ipv4, ipv6, rewritten, tcp, udp
from overheard.words.options import Options
from overheard_capture.judge.api import judge
from overheard_capture.packets import ACK, SYN, Dissector, HeaderOption

if TYPE_CHECKING:
    from pathlib import Path

    from overheard.words.report import Report

SECRET = b"correct horse battery staple"
TEXT = b"a harmless line of plain text"
RIDDLE = hashlib.shake_128(b"riddle").digest(30)
MACS = bytes.fromhex("02000000000a 02000000000b")


def padded(options: bytes, to: int = 4) -> bytes:
    return options + bytes(-len(options) % to)


def in_ipv4(kind: int, value: bytes) -> bytes:
    return ethernet(ipv4(udp(TEXT), 17, options=padded(bytes([kind, 2 + len(value)]) + value)))


def in_tcp(kind: int, value: bytes, flags: int = ACK) -> bytes:
    return ethernet(ipv4(tcp(flags=flags, options=padded(bytes([kind, 2 + len(value)]) + value), source=9)))


def in_ipv6(kind: int, value: bytes, header: int = 0) -> bytes:
    options = bytes([kind, len(value)]) + value
    options += bytes(-(len(options) + 2) % 8)
    return ethernet(ipv6(bytes([17, (len(options) + 2) // 8 - 1]) + options + udp(TEXT), header), 0x86DD)


def contents(data: bytes) -> list[bytes]:
    return [each.payload for each in Dissector().packets(frame(data)) if isinstance(each, HeaderOption)]


@pytest.mark.parametrize(
    "data",
    [
        in_ipv4(148, b"\0\0"),
        in_tcp(2, b"\5\xb4", SYN),
        ethernet(ipv4(tcp(TEXT, options=bytes.fromhex("0101080a") + RIDDLE[:8]))),
        ethernet(
            ipv4(tcp(flags=SYN, options=bytes.fromhex("020405b40402080a") + RIDDLE[:8] + bytes.fromhex("01030307")))
        ),
        in_tcp(5, RIDDLE[:24]),
        in_tcp(34, RIDDLE[:16], SYN),
        in_tcp(30, b"\x20\x05" + RIDDLE[:16]),
        in_tcp(30, b"\x00\x81" + RIDDLE[:8]),
        in_tcp(29, RIDDLE[:14]),
        in_tcp(29, RIDDLE[:18]),
        in_ipv6(5, b"\0\0"),
        in_ipv6(1, bytes(10)),
        in_ipv6(0xC9, RIDDLE[:16], 60),
        ethernet(ipv6(tcp(TEXT)), 0x86DD),
    ],
)
def test_what_is_known_is_no_content(data: bytes) -> None:
    assert not contents(data)


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (in_ipv4(94, RIDDLE), RIDDLE),  # an experiment (RFC 4727)
        (in_ipv4(7, RIDDLE), RIDDLE),  # record route
        (in_ipv4(68, RIDDLE), RIDDLE),  # timestamps
        (in_ipv4(148, RIDDLE), RIDDLE),
        (in_tcp(253, RIDDLE), RIDDLE),  # an experiment (RFC 4727)
        (in_tcp(8, RIDDLE), RIDDLE),
        (ethernet(ipv4(tcp(options=b"\0" + RIDDLE + b"\0"))), b"\0" + RIDDLE + b"\0"),
        (ethernet(ipv4(tcp(options=b"\2\x3c" + RIDDLE))), b"\2\x3c" + RIDDLE),
        (in_tcp(29, RIDDLE[:20]), RIDDLE[:20]),
        (in_tcp(29, b"\1\2lfffuyt iala"), b"\1\2lfffuyt iala"),
        (in_tcp(30, RIDDLE[:18]), RIDDLE[:18]),
        (in_tcp(30, b"\x20\x05lfffuyt iala...."), b"\x20\x05lfffuyt iala...."),
        (in_tcp(34, b"lfffuyt iala", SYN), b"lfffuyt iala"),
        (in_ipv6(0x1E, RIDDLE), RIDDLE),
        (in_ipv6(0x3E, RIDDLE, 60), RIDDLE),
        (in_ipv6(1, RIDDLE), RIDDLE),
        (in_ipv6(5, RIDDLE), RIDDLE),
    ],
)
def test_everything_else_is_content_in_its_place(data: bytes, value: bytes) -> None:
    (option,) = (each for each in Dissector().packets(frame(data)) if isinstance(each, HeaderOption))
    place = option.origin.place(0, len(option.payload))
    assert option.payload == value
    assert data[place.offset :][: place.length] == value


def judged(folder: Path, *frames: bytes, without: tuple[str, ...] = ()) -> Report:
    harmless = exchange([b"GET / HTTP/1.1\r\nHost: server\r\n\r\n"], [b"HTTP/1.1 204 No Content\r\n\r\n"])
    file = rewritten(folder / "x.pcapng", [MACS + each[12:] for each in (*harmless, *frames)])
    return judge(file, {"secret": SECRET}, Options(vouched=("whole", "sent"), without=without))


def test_what_is_packed_in_options_is_overheard(tmp_path: Path) -> None:
    packed = gzip.compress(SECRET, mtime=0)
    for value in (SECRET, packed, base64.b64encode(packed)):
        assert judged(tmp_path, in_ipv6(0x3E, value, 60)).outcome == "OVERHEARD"
        assert judged(tmp_path, in_ipv6(1, value)).outcome == "OVERHEARD"
    assert judged(tmp_path, in_ipv4(94, base64.b64encode(SECRET)[:38])).outcome == "OVERHEARD"
    assert judged(tmp_path, in_tcp(253, SECRET)).outcome == "OVERHEARD"


def test_what_nobody_can_read_in_options_is_a_reason_that_names_its_hosts(tmp_path: Path) -> None:
    for data in (in_ipv4(94, RIDDLE), in_ipv6(0x3E, RIDDLE, 60), in_tcp(253, RIDDLE, SYN)):
        says = {each.code: each.says for each in judged(tmp_path, data).verdicts["secret"].reasons}
        assert "--without" in says["readable"]
    report = judged(tmp_path, in_ipv6(0x3E, RIDDLE, 60), without=("::1",))
    assert report.outcome == "PROTECTED"


def test_a_short_option_of_unknown_kind_is_no_reason(tmp_path: Path) -> None:
    assert judged(tmp_path, in_ipv4(94, RIDDLE[:16]), in_ipv6(0x3E, RIDDLE[:16], 60)).outcome == "PROTECTED"


@pytest.mark.parametrize("compiled", ["yes", "no"])
@pytest.mark.parametrize("header", ["ip", "tcp"])
def test_options_in_the_middle_of_a_connection_are_content(
    tmp_path: Path, header: str, compiled: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OVERHEARD_COMPILED", compiled)
    frames = exchange([b"x" * 10] * 8, [b"y" * 10] * 8)
    at = next(number for number in range(9, len(frames)) if len(frames[number]) > 60)
    packet = frames[at][14:]
    option = b"\xfd\x1e" + SECRET
    if header == "ip":
        total = struct.pack(">H", len(packet) + 32)
        packet = (
            b"\x4d" + packet[1:2] + total + packet[4:20] + padded(b"\x5e" + option[1:]).ljust(32, b"\0") + packet[20:]
        )
    else:
        total = struct.pack(">H", len(packet) + 32)
        offset = bytes([(packet[32] >> 4) + 8 << 4])
        packet = (
            packet[:2] + total + packet[4:32] + offset + packet[33:40] + padded(option).ljust(32, b"\0") + packet[40:]
        )
    frames[at] = frames[at][:14] + packet
    path = rewritten(tmp_path / "middle.pcapng", frames)
    report = judge(path, {"secret": SECRET}, Options(vouched=("whole", "sent")))
    assert report.outcome == "OVERHEARD"


@given(st.binary(max_size=40), st.binary(max_size=64))
def test_arbitrary_options_raise_nothing(short: bytes, long: bytes) -> None:
    contents(ethernet(ipv4(udp(TEXT), 17, options=padded(short))))
    contents(ethernet(ipv4(tcp(options=padded(short)))))
    size = -(len(long) + 2) % 8
    header = bytes([17, (len(long) + 2 + size) // 8 - 1]) + long + bytes(size)
    contents(ethernet(ipv6(header + udp(TEXT), 60), 0x86DD))
