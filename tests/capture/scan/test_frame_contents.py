"""Content outside flows: nothing that nobody can read is excused, and what everybody knows is no reason."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
import struct
import zlib
from typing import TYPE_CHECKING

import dns.message
import pytest

from capture.frames import ethernet, exchange, ipv4, ipv6, rewritten, tcp, udp
from overheard.words.options import Options
from overheard_capture.judge.api import judge
from overheard_capture.packets import SYN

if TYPE_CHECKING:
    from pathlib import Path

    from overheard.words.report import Report

SECRET = b"correct horse battery staple"
PACKED = gzip.compress(b"{'password': '" + SECRET + b"'}")
RIDDLE = hashlib.shake_128(b"riddle").digest(150)
MACS = bytes.fromhex("02000000000a 02000000000b")
HARMLESS = exchange([b"GET / HTTP/1.1\r\nHost: server\r\n\r\n"], [b"HTTP/1.1 204 No Content\r\n\r\n"])
TEXT = b"a harmless line of plain text"


def judged(folder: Path, *frames: bytes, only: tuple[str, ...] = (), without: tuple[str, ...] = ()) -> Report:
    """The verdict on these frames, beside a harmless connection."""
    file = rewritten(folder / "x.pcapng", [MACS + frame[12:] for frame in (*HARMLESS, *frames)])
    return judge(file, {"secret": SECRET}, Options(vouched=("whole", "sent"), only=only, without=without))


def over_ip(payload: bytes, protocol: int) -> bytes:
    return ethernet(ipv4(payload, protocol, source="10.0.0.3", target="10.0.0.4"))


def icmp(kind: int, data: bytes, code: int = 0) -> bytes:
    return bytes([kind, code, *bytes(6)]) + data


def trailed(data: bytes) -> bytes:
    return ethernet(ipv4(udp(TEXT), 17)) + data


UNREACHABLE = icmp(3, ipv4(udp(PACKED), 17), 3)


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(over_ip(UNREACHABLE, 1), id="quoted by an ICMP error"),
        pytest.param(over_ip(icmp(11, ipv4(tcp(PACKED))), 1), id="a segment quoted by an ICMP error"),
        pytest.param(ethernet(ipv6(icmp(1, ipv6(udp(PACKED), 17)), 58), 0x86DD), id="quoted by an ICMPv6 error"),
        pytest.param(over_ip(icmp(8, base64.b64encode(PACKED)), 1), id="base64 in an echo"),
        pytest.param(over_ip(icmp(3, PACKED), 1), id="an ICMP error that quotes no packet"),
        pytest.param(trailed(PACKED), id="behind the packet"),
        pytest.param(trailed(b"::" + base64.b64encode(zlib.compress(SECRET))), id="in base64 behind the packet"),
        pytest.param(
            ethernet(ipv6(bytes([17, 10, 1, 84]) + PACKED.ljust(84, b"\0") + udp(TEXT), 0), 0x86DD), id="IPv6"
        ),
        pytest.param(ethernet(bytes(28) + PACKED, 0x0806), id="behind ARP"),
        pytest.param(ethernet(b"\x11\x09\0\0\0\x60" + PACKED, 0x8863), id="in PPPoE discovery"),
        pytest.param(ethernet(bytes(28) + base64.b64encode(PACKED), 0x0806), id="base64 behind ARP"),
        pytest.param(ethernet(b"\x11\x09\0\0\0\x60" + PACKED.hex().encode(), 0x8863), id="in hexadecimal"),
        pytest.param(over_ip(icmp(13, base64.b32encode(PACKED)), 1), id="base32 in an ICMP timestamp"),
        pytest.param(over_ip(b"\x22" + bytes(7) + base64.b64encode(PACKED), 2), id="base64 in IGMP"),
    ],
)
def test_what_is_packed_outside_flows_is_overheard(frame: bytes, tmp_path: Path) -> None:
    assert judged(tmp_path, frame).outcome == "OVERHEARD"


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(over_ip(udp(RIDDLE), 17), id="datagram"),
        pytest.param(over_ip(RIDDLE, 50), id="ESP"),
        pytest.param(over_ip(icmp(8, RIDDLE), 1), id="echo"),
        pytest.param(over_ip(icmp(3, ipv4(udp(RIDDLE), 17)), 1), id="quotation"),
        pytest.param(trailed(RIDDLE), id="trailer"),
        pytest.param(ethernet(RIDDLE, 0x88B5), id="ethertype"),
        pytest.param(ethernet(b"\x02\x07\4" + bytes(6) + RIDDLE, 0x88CC), id="LLDP"),
        pytest.param(ethernet(b"\x42\x42\x03\0\0\0\0" + bytes(31) + RIDDLE, 38 + 150), id="spanning tree"),
        pytest.param(ethernet(b"\1\1" + RIDDLE, 0x8809), id="LACP"),
        pytest.param(ethernet(bytes.fromhex("0001080006040001") + bytes(20) + RIDDLE, 0x0806), id="behind ARP"),
        pytest.param(ethernet(b"\x11\x09\0\0\0\x9a\1\3\0\x96" + RIDDLE, 0x8863), id="PPPoE discovery"),
        pytest.param(over_ip(icmp(13, RIDDLE), 1), id="ICMP timestamp"),
        pytest.param(over_ip(icmp(42, RIDDLE), 1), id="ICMP of unknown type"),
        pytest.param(ethernet(ipv6(icmp(136, bytes(16) + b"\xc8\x13" + RIDDLE), 58), 0x86DD), id="NDP option"),
        pytest.param(over_ip(b"\x22" + bytes(7) + RIDDLE, 2), id="IGMP report"),
        pytest.param(over_ip(b"\x11" + bytes(7) + RIDDLE, 2), id="IGMP query"),
        pytest.param(ethernet(b"\2\3" + RIDDLE, 0x888E), id="EAPOL"),
        pytest.param(ethernet(b"\xaa\xaa\3\0\0\x0c\x20\0" + RIDDLE, 158), id="CDP"),
        pytest.param(ethernet(ipv4(RIDDLE, 89, source="10.0.0.3", target="224.0.0.5")), id="OSPF"),
    ],
)
def test_what_nobody_can_read_counts_whoever_sent_it_and_the_option_leaves_it_out(frame: bytes, tmp_path: Path) -> None:
    report = judged(tmp_path, frame)
    assert report.outcome == "INCONCLUSIVE"
    (term,) = re.findall(r"the most between [^,]*, --without ([^ )]+)\)", report.verdicts["secret"].reasons[0].says)
    assert judged(tmp_path, frame, without=(term,)).outcome == "PROTECTED"


def test_a_mac_address_is_for_frames_without_ip_addresses(tmp_path: Path) -> None:
    bridge, mac = ethernet(RIDDLE, 0x88B5), MACS[:6].hex(":")
    assert judged(tmp_path, bridge, without=(mac.upper(),)).outcome == "PROTECTED"
    assert judged(tmp_path, bridge, without=("02:00:00:00:00:99",)).outcome == "INCONCLUSIVE"
    assert judged(tmp_path, bridge, only=("127.0.0.1", "02:00:00:00:00:99")).outcome == "PROTECTED"
    # The connection has these addresses, too.
    report = judged(tmp_path, without=(mac,))
    assert (report.outcome, report.account.left_out) == ("PROTECTED", 0)


def test_the_three_largest_are_named(tmp_path: Path) -> None:
    frames = [
        ethernet(ipv4(udp(RIDDLE[: 20 + number], target=6000 + number), 17, source="10.0.0.3", target="10.0.0.4"))
        for number in range(5)
    ]
    says = judged(tmp_path, *frames).verdicts["secret"].reasons[0].says
    assert re.findall(r"--without ([^ )]+)", says) == [f"10.0.0.4:{6000 + number}" for number in (4, 3, 2)]


# With a number of its own, as the workers of a test run must agree on the names of tests.
QUERY = dns.message.make_query("squirrels.test", "A", id=5683).to_wire()
NTP = bytes.fromhex("230006ec 00000000 00000000 00000000") + bytes(24) + hashlib.sha256(b"now").digest()[:8]
DHCP = (
    b"\1\1\6\0" + RIDDLE[:4] + bytes(20) + MACS[:6] + bytes(202) + b"\x63\x82\x53\x63"
    b"\x35\1\1\x3d\7\1" + MACS[:6] + b"\x0c\6laptop\x37\4\1\3\6\x0f\xff" + bytes(20)
)
DHCP_6 = b"\1" + RIDDLE[:3] + b"\0\1\0\x0e\0\1\0\1" + RIDDLE[:10] + b"\0\6\0\4\0\x17\0\x18"
LLDP = b"\x02\7\4" + MACS[:6] + b"\4\5\5eth0\x06\2\0\x78\x0a\6switch\xfe\6\0\x12\x0f\1\3\1\0\0"
ADVERTISEMENT = (
    b"\x86\0\0\0\x40\0\7\x08"
    + bytes(8)
    + b"\1\1"
    + MACS[:6]
    + b"\5\1\0\0\0\0\5\xdc"
    + b"\3\4\x40\xc0"
    + RIDDLE[:28]
    + b"\x19\5"
    + RIDDLE[:38]
    + b"\x1f\3"
    + bytes(6)
    + b"\4home\4test".ljust(16, b"\0")
)
CLOCK = struct.pack("<QQ", 1_700_000_000, 123_456)


@pytest.mark.parametrize(
    "frames",
    [
        pytest.param([over_ip(icmp(13, bytes(12)), 1), over_ip(icmp(14, RIDDLE[:12]), 1)], id="ICMP timestamps"),
        pytest.param([over_ip(b"\x11\x64\0\0\xe0\0\0\5\0\0\0\2" + RIDDLE[:8], 2)], id="an IGMP query with sources"),
        pytest.param([over_ip(b"\x22\0\0\0\0\0\0\1\4\0\0\2\xe0\0\0\5" + RIDDLE[:8], 2)], id="an IGMP report"),
        pytest.param(
            [ethernet(ipv6(b"\x8f\0\0\0\0\0\0\1\4\0\0\1" + RIDDLE[:32], 58), 0x86DD)], id="a report of listeners"
        ),
        pytest.param([ethernet(ipv6(ADVERTISEMENT, 58), 0x86DD)], id="an advertisement of routers"),
        pytest.param([ethernet(bytes.fromhex("0001080006040001") + RIDDLE[:20] + bytes(18), 0x0806)], id="ARP"),
        pytest.param([ethernet(b"\x11\x65\0\0\0\x18\1\1\0\0\1\3\0\x10" + RIDDLE[:16], 0x8863)], id="PPPoE"),
        pytest.param(
            [over_ip(udp(QUERY), 17), over_ip(icmp(3, ipv4(udp(QUERY), 17), 3), 1)], id="DNS, alone in a quote"
        ),
        pytest.param([over_ip(udp(NTP, source=123, target=123), 17)], id="NTP"),
        pytest.param([over_ip(udp(DHCP, source=68, target=67), 17)], id="DHCP"),
        pytest.param([ethernet(ipv6(udp(DHCP_6), 17), 0x86DD)], id="DHCPv6"),
        pytest.param([over_ip(icmp(8, CLOCK + bytes(range(16, 56))), 1)], id="ping of Linux"),
        pytest.param([over_ip(icmp(8, b"abcdefghijklmnopqrstuvwabcdefghi"), 1)], id="ping of Windows"),
        pytest.param([over_ip(icmp(8, RIDDLE[:4] + bytes(52)), 1)], id="ping of busybox"),
        pytest.param([over_ip(icmp(3, ipv4(tcp())[:28], 3), 1)], id="ICMP error of eight bytes"),
        pytest.param([ethernet(bytes.fromhex("424203 0000 00 00") + bytes(31) + bytes(8), 38)], id="spanning tree"),
        pytest.param([ethernet(LLDP, 0x88CC)], id="LLDP"),
        pytest.param([ethernet(bytes.fromhex("0001080006040001") + MACS + bytes(26), 0x0806)], id="ARP"),
        pytest.param([trailed(b"\xde\xad\xbe\xef")], id="a frame check sequence"),
        pytest.param([trailed(bytes(18))], id="padding"),
        pytest.param([over_ip(udp(b'M-SEARCH * HTTP/1.1\r\nMAN: "ssdp:discover"\r\n\r\n'), 17)], id="SSDP"),
        pytest.param([ethernet(ipv4(icmp(12, b"")[:8], 2))], id="IGMP"),
    ],
)
def test_ordinary_traffic_of_a_network_is_no_reason(frames: list[bytes], tmp_path: Path) -> None:
    report = judged(tmp_path, *frames)
    assert report.outcome == "PROTECTED", report


def test_a_quoted_segment_that_was_read_is_not_read_again(tmp_path: Path) -> None:
    """A router says that a segment is too long, and quotes it."""
    body = gzip.compress(base64.b85encode(hashlib.shake_128(b"body").digest(3000)))
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body)
    frames = exchange([b"GET / HTTP/1.1\r\n\r\n"], [head + body[:1000], body[1000:]], port=45009)
    segment = next(each for each in frames if each.endswith(body[-100:]))[14:]
    assert judged(tmp_path, *frames, over_ip(icmp(3, segment, 4), 1)).outcome == "PROTECTED"
    assert judged(tmp_path, *frames, over_ip(icmp(3, segment[:576], 4), 1)).outcome == "PROTECTED"
    assert judged(tmp_path, *frames, over_ip(icmp(3, segment[:-1] + b"\xff", 4), 1)).outcome == "INCONCLUSIVE"


def test_an_icmp_error_refuses_a_connection(tmp_path: Path) -> None:
    """As a firewall does it."""
    opening = ethernet(ipv4(tcp(sequence=9, flags=SYN, source=45077), source="10.0.0.3", target="10.0.0.4"))
    refusal = ethernet(ipv4(icmp(3, opening[14:], 3), 1, source="10.0.0.4", target="10.0.0.3"))
    assert judged(tmp_path, opening).outcome == "INCONCLUSIVE"
    assert judged(tmp_path, opening, refusal).outcome == "PROTECTED"
    established = [MACS + each[12:] for each in exchange([b"hello"], [], port=45078)[:-3]]
    late = ethernet(ipv4(icmp(3, established[0][14:], 3), 1))
    assert judged(tmp_path, *established, late).outcome == "INCONCLUSIVE"


@pytest.mark.parametrize("frame", [over_ip(udp(RIDDLE), 17), over_ip(RIDDLE, 50), over_ip(icmp(8, RIDDLE), 1)])
def test_hosts_can_be_left_out(frame: bytes, tmp_path: Path) -> None:
    assert judged(tmp_path, frame, without=("10.0.0.3",)).outcome == "PROTECTED"
    assert judged(tmp_path, frame, only=("127.0.0.1",)).outcome == "PROTECTED"
    assert judged(tmp_path, frame, only=("10.0.0.0/24", "127.0.0.1")).outcome == "INCONCLUSIVE"
    assert judged(tmp_path, frame, without=(":443",)).outcome == "INCONCLUSIVE"


def required(folder: Path, *frames: bytes) -> list[str]:
    """What is reported of these frames if application data must have been sealed."""
    file = rewritten(folder / "x.pcapng", [MACS + frame[12:] for frame in frames])
    report = judge(file, {"secret": SECRET}, Options(vouched=("whole", "sent"), required={"sealed"}))
    return [f"{reason.code}: {reason.says}" for reason in report.verdicts["secret"].reasons]


CLEAR = (
    icmp(8, TEXT),
    icmp(42, TEXT),
    icmp(13, bytes(12) + TEXT),
    icmp(3, ipv4(udp(TEXT), 17)),
    icmp(3, ipv4(tcp(TEXT))),
    icmp(3, ipv4(icmp(8, TEXT), 1)),
)


@pytest.mark.parametrize("message", CLEAR)
def test_text_in_icmp_is_in_clear(message: bytes, tmp_path: Path) -> None:
    (reason,) = required(tmp_path, over_ip(message, 1))
    assert "29 bytes of data in ICMP in clear, in 10.0.0.3 → 10.0.0.4" in reason
    # The hosts are named once.
    (twice,) = required(tmp_path, over_ip(message, 1), over_ip(message, 1))
    assert twice.count("10.0.0.3") == 1


@pytest.mark.parametrize(
    "message",
    [
        icmp(8, bytes(range(56))),
        icmp(8, CLOCK + b"\xff" * 40),
        icmp(3, ipv4(icmp(8, bytes(range(56))), 1)),
        icmp(3, ipv4(udp(QUERY, target=53), 17)),
        icmp(13, bytes(12)),
    ],
)
def test_usual_messages_of_icmp_are_not(message: bytes, tmp_path: Path) -> None:
    assert "in-clear" not in "".join(required(tmp_path, over_ip(message, 1)))
