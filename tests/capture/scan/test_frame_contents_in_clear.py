"""What bridges, routers and servers ordinarily say outside flows, and what an application may hide in it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from capture.frames import ethernet, ipv4, ipv6, rewritten, tcp, udp
from capture.in_clear import SPELLED, SWAPPED, in_clear
from overheard import Options, judge

if TYPE_CHECKING:
    from pathlib import Path

RANDOM = hashlib.shake_128(b"random").digest(64)
MAC = bytes.fromhex("02000000000a")


def element(kind: int, value: bytes) -> bytes:
    return (kind << 9 | len(value)).to_bytes(2) + value


def lldp(*elements: bytes, chassis: bytes = b"\4" + MAC, port: bytes = b"\5eth0") -> bytes:
    """A frame with a data unit that has these elements, too."""
    return ethernet(
        element(1, chassis) + element(2, port) + element(3, b"\0\x78") + b"".join(elements) + bytes(2), 0x88CC
    )


def pppoe(*tags: tuple[int, bytes]) -> bytes:
    body = b"".join(kind.to_bytes(2) + len(value).to_bytes(2) + value for kind, value in tags)
    return ethernet(b"\x11\x09\0\0" + len(body).to_bytes(2) + body, 0x8863)


def advertisement(*options: bytes) -> bytes:
    return ethernet(ipv6(b"\x86\0\0\0\x40\0\7\x08" + bytes(8) + b"".join(options), 58), 0x86DD)


def option(kind: int, value: bytes) -> bytes:
    size = (len(value) + 9) // 8
    return bytes([kind, size]) + value.ljust(size * 8 - 2, b"\0")


def spanning_tree(region: bytes) -> bytes:
    message = b"\x42\x42\x03\0\0\3\2" + bytes(32) + b"\0\x40\0" + region.ljust(32, b"\0") + RANDOM[:31]
    return ethernet(message, len(message))


DEBIAN = (
    b"Debian GNU/Linux 12 (bookworm) Linux 6.1.0-13-amd64 #1 SMP PREEMPT_DYNAMIC Debian 6.1.55-1 (2023-09-29) x86_64"
)
CISCO = (
    b"Cisco IOS Software, C3750E Software (C3750E-UNIVERSALK9-M), Version 15.2(4)E8, RELEASE SOFTWARE (fc3)\n"
    b"Technical Support: http://www.cisco.com/techsupport\nCopyright (c) 1986-2019 by Cisco Systems, Inc.\n"
    b"Compiled Fri 15-Mar-19 08:15 by prod_rel_team"
)
ORDINARY = {
    "lldpd": lldp(
        element(4, b"eth0"),
        element(5, b"web-01.example.com"),
        element(6, DEBIAN),
        element(7, b"\0\x9c\0\x80"),
        element(8, b"\5\1\x0a\0\0\1\2\0\0\0\2\0"),
        element(127, b"\0\x12\x0f\1\3\x6c\x01\0\x1e"),
        element(127, b"\0\x12\xbb\6" + b"6.1.0-13-amd64"),
    ),
    "Cisco": lldp(
        element(4, b"GigabitEthernet1/0/1"),
        element(6, CISCO),
        element(127, b"\0\x80\xc2\3\0\x0a\7default"),
        port=b"\5Gi1/0/1",
    ),
    "PPPoE": pppoe((0x0101, b""), (0x0103, RANDOM[:8]), (0x0102, b"bras01.example"), (0x0104, RANDOM[:20])),
    "a refusal of PPPoE": pppoe((0x0101, b"internet"), (0x0203, b"session limit exceeded")),
    "a router": advertisement(
        b"\1\1" + MAC,
        option(3, b"\x40\xc0" + RANDOM[:8] + bytes(4) + RANDOM[:8] + bytes(8)),
        option(25, b"\0\0" + RANDOM[:20]),
        option(31, bytes(6) + b"\3lab\7example\0"),
        option(37, b"https://portal.example.com/api"),
    ),
    "a region by its address": spanning_tree(b"00:1a:2b:3c:4d:5e"),
    "a region by its name": spanning_tree(b"region1"),
    "IGMP": ethernet(ipv4(b"\x16" + bytes(3) + b"\xe0\0\0\xfb" + bytes(8), 2)),
}
HIDDEN = {
    "data in LLDP element 6": lldp(element(6, b"Linux 6.1.0 " + SWAPPED)),
    "data in LLDP element 4": lldp(element(4, SPELLED)),
    "data in LLDP element 5": lldp(element(5, SWAPPED)),
    "data in LLDP element 1": lldp(chassis=b"\7" + SWAPPED),
    "data in LLDP element 2": lldp(port=b"\7" + SWAPPED),
    "data in LLDP element 127": lldp(element(127, b"\0\1\2\1" + SWAPPED)),
    "data in LLDP element 8": lldp(element(8, SWAPPED)),
    "data in PPPoE tag 0x0101": pppoe((0x0101, SWAPPED)),
    "data in PPPoE tag 0x0103": pppoe((0x0103, SWAPPED)),
    "data in PPPoE tag 0x0203": pppoe((0x0203, SWAPPED)),
    "data in NDP option 31": advertisement(option(31, bytes(6) + bytes([len(SWAPPED)]) + SWAPPED + b"\0")),
    "data in NDP option 37": advertisement(option(37, SWAPPED)),
    "data in spanning tree region": spanning_tree(SWAPPED),
    "data in padding": ethernet(ipv4(b"\x16" + bytes(3) + b"\xe0\0\0\xfb" + SWAPPED, 2)),
    "data in ICMP": ethernet(ipv6(b"\x85" + bytes(7) + SWAPPED, 58), 0x86DD),
}


def test_what_bridges_and_routers_say_is_infrastructure() -> None:
    assert {name: found for name, each in ORDINARY.items() if (found := in_clear([each]))} == {}


def test_what_an_application_says_outside_flows_is_in_clear() -> None:
    assert {name: set(in_clear([each])) for name, each in HIDDEN.items()} == {name: {name} for name in HIDDEN}


@pytest.mark.parametrize(("kind", "value"), [(253, SWAPPED), (29, b"\1\2" + SWAPPED), (30, b"\x20\5" + SWAPPED)])
def test_text_in_a_short_option_of_tcp_is_in_clear(kind: int, value: bytes) -> None:
    options = bytes([kind, len(value) + 2]) + value
    frame = ethernet(ipv4(tcp(options=options + bytes(-len(options) % 4))))
    assert in_clear([frame]) == {"data outside flows": len(value)}


def test_an_option_that_nobody_knows_is_in_clear_however_short_it_is() -> None:
    for size in (1, 2, 16):
        option = b"\xfd" + bytes([2 + size]) + RANDOM[:size]
        assert in_clear([ethernet(ipv4(tcp(options=option + bytes(-len(option) % 4))))]) == {"data outside flows": size}
    cookie = b"\xfe\x0c\xf9\x89" + RANDOM[:8]
    assert in_clear([ethernet(ipv4(tcp(options=cookie, flags=2)))]) == {}
    assert in_clear([ethernet(ipv4(tcp(options=cookie)))]) == {"data outside flows": 10}


TRAILED = {
    "a ping": ethernet(ipv4(b"\x08" + bytes(7) + bytes(range(56)), 1)),
    "ARP": ethernet(bytes.fromhex("0001080006040001") + bytes(38), 0x0806),
    "a datagram": ethernet(ipv4(udp(b"\0\1\1\0\0\1" + bytes(6) + b"\7example\0\0\1\0\1"), 17)),
    "IGMP": ethernet(ipv4(b"\x16" + bytes(3) + b"\xe0\0\0\xfb", 2)),
    "a fragment": ethernet(ipv4(bytes(16), 17, fragment=0x2000)),
    "a segment with options": ethernet(ipv4(tcp(options=b"\x1c\x04\x80\1"))),
}


def test_text_behind_any_packet_is_in_clear() -> None:
    found = {name: bool(in_clear([each + SWAPPED])) for name, each in TRAILED.items()}
    assert found == dict.fromkeys(TRAILED, True)
    assert [name for name, each in TRAILED.items() if in_clear([each + bytes(12)])] == []


def test_short_text_behind_several_packets_is_in_clear() -> None:
    datagram = TRAILED["a datagram"]
    assert in_clear([datagram + SWAPPED[:6], datagram + SWAPPED[6:]])


def test_options_and_trailers_of_an_endpoint_are_in_clear_there(tmp_path: Path) -> None:
    """Of the endpoint that must be sealed, and of no other."""
    option = b"\xfd\x0e" + SWAPPED + b"\0\0"
    frames = [
        ethernet(ipv4(tcp(options=option, target=443))),
        ethernet(ipv4(tcp(target=443))) + SWAPPED,
        ethernet(ipv4(tcp(options=option, target=8443))),
    ]
    options = Options(required={"sealed"}, sealed_endpoints=(":443",))
    report = judge(rewritten(tmp_path / "x.pcapng", frames), {"message": b"fluffy tail"}, options)
    says = {check.code: check.says for check in report.verdicts["message"].reasons}
    assert ":443: 24 bytes of data outside flows in clear" in says["in-clear"]


def authenticated(value: bytes) -> bytes:
    """A segment behind an authentication header with this integrity check value."""
    return ethernet(ipv4(bytes([6, 1 + len(value) // 4]) + bytes(10) + value + tcp(), 51))


def routed(kind: int, data: bytes, last: int = 0) -> bytes:
    """A segment behind a routing header with this data from its fourth byte on, or with a last entry."""
    header = bytes([6, (len(data) + 4) // 8 - 1, kind, 0]) + data
    return ethernet(ipv6(header[:4] + bytes([last]) + header[5:] + tcp(), 43), 0x86DD)


CODES = [RANDOM[:size] for size in (12, 16, 24, 32)]
ADDRESS = bytes.fromhex("20010db8000000000000000000000001")
ROUTES = {
    "type 0": routed(0, bytes(4) + ADDRESS * 2),
    "mobility": routed(2, bytes(4) + ADDRESS),
    "segments": routed(4, bytes(4) + ADDRESS * 2 + b"\4\2\0\0\0\0\0\0", last=1),
    "authenticated segments": routed(4, bytes(4) + ADDRESS * 2 + b"\5\x26" + bytes(6) + RANDOM[:32], last=1),
}
HIDDEN_ROUTES = {
    "an unknown type": routed(253, bytes(4) + RANDOM[:32]),
    "text as addresses": routed(4, bytes(4) + ADDRESS + SPELLED[:16], last=1),
    "text behind addresses": routed(4, bytes(4) + ADDRESS + b"\7\x0e" + SWAPPED + b"\0\0", last=0),
    "text in padding": routed(4, bytes(4) + ADDRESS + b"\4\x0e" + SWAPPED + b"\0\0", last=0),
    "text behind a home address": routed(2, bytes(4) + ADDRESS * 2 + SPELLED[:16]),
}


def test_a_check_value_is_a_code_of_usual_length() -> None:
    assert [value for value in CODES if "data outside flows" in in_clear([authenticated(value)])] == []
    hidden = [SWAPPED, SPELLED[:32], RANDOM[:44]]
    assert [value for value in hidden if "data outside flows" not in in_clear([authenticated(value)])] == []


def test_a_route_has_addresses() -> None:
    assert [what for what, each in ROUTES.items() if in_clear([each])] == []
    assert [what for what, each in HIDDEN_ROUTES.items() if not in_clear([each])] == []


@pytest.mark.parametrize("size", [1, 13, 14])
def test_a_frame_too_short_for_a_packet_is_in_clear(size: int) -> None:
    assert in_clear([SPELLED[:size]]) == {"data outside flows": size}
    assert in_clear([bytes(size)]) == {}


def link(code: int, data: bytes, behind: bytes = b"") -> bytes:
    """A packet that configures a link of PPP over Ethernet."""
    body = b"\xc0\x21" + bytes([code, 1]) + (len(data) + 4).to_bytes(2) + data + behind
    return ethernet(b"\x11\0\0\1" + len(body).to_bytes(2) + body, 0x8864)


LINKS = {
    "a request": link(1, b"\1\4\5\xd4\5\6" + RANDOM[:4]),
    "an echo": link(9, RANDOM[:4]),
    "an identification": link(12, RANDOM[:4] + b"MSRASV5.20"),
    "a long identification": link(12, RANDOM[:4] + b"MSRAS-0-DESKTOP-7A2B9"),
    "the end": link(5, b"Peer not responding"),
    "padding": link(9, RANDOM[:4], bytes(30)),
}
HIDDEN_LINKS = {
    "an echo": link(9, RANDOM[:4] + SWAPPED),
    "discarded": link(11, RANDOM[:4] + SPELLED),
    "an identification": link(12, RANDOM[:4] + SPELLED),
    "of a vendor": link(0, RANDOM[:4] + SPELLED),
    "a request": link(1, b"\x63\x40" + SPELLED),
    "behind": link(9, RANDOM[:4], SWAPPED),
}


def test_what_configures_a_link_says_nothing_else() -> None:
    assert [what for what, each in LINKS.items() if in_clear([each])] == []
    assert [what for what, each in HIDDEN_LINKS.items() if not in_clear([each])] == []


def geneve(options: bytes) -> bytes:
    header = bytes([len(options) // 4, 0]) + b"\x65\x58\0\0\1\0" + options
    inside = ethernet(ipv4(b"\x16" + bytes(3) + b"\xe0\0\0\xfb", 2))
    return ethernet(ipv4(udp(header + inside, target=6081), 17))


def test_text_in_the_header_of_a_tunnel_is_in_clear() -> None:
    assert in_clear([geneve(b"\1\2\x80\7" + RANDOM[:28])]) == {}
    assert "data outside flows" in in_clear([geneve(b"\1\2\x80\x0a" + SPELLED[:40])])
