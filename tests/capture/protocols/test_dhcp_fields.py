"""What clients and servers of DHCP ordinarily send, and what an application may hide in it."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

import pytest

from capture.in_clear import SPELLED, SWAPPED, datagram, in_clear, unread
from capture.played import VALUE, origin_of, some_findings
from overheard_capture.decoders.values import read_values
from overheard_capture.protocols import dhcp
from overheard_capture.protocols.dhcp_fields import is_usual, is_usual_6, suboptions

if TYPE_CHECKING:
    from overheard.words.layer import Layers
    from overheard_capture.content.findings import Findings
    from overheard_capture.provenance.origin import Origin

RANDOM = hashlib.shake_128(b"random").digest(64)
MAC = bytes.fromhex("02000000000a")


def option(code: int, value: bytes) -> bytes:
    return bytes([code, len(value)]) + value


def message(*options: bytes, file: bytes = b"", end: bytes = b"\xff") -> bytes:
    """A message with these options."""
    head = b"\1\1\6\0" + RANDOM[:4] + bytes(20) + MAC + bytes(74)
    return datagram(head + file.ljust(128, b"\0") + b"\x63\x82\x53\x63" + b"".join(options) + end, 68)


def message_6(*options: bytes) -> bytes:
    """A message of DHCPv6 with these options, each with its code and length."""
    identity = option_6(1, b"\0\1\0\1" + RANDOM[:4] + MAC)
    return datagram(b"\1" + RANDOM[:3] + identity + b"".join(options), 546)


def option_6(code: int, value: bytes) -> bytes:
    return code.to_bytes(2) + len(value).to_bytes(2) + value


IDENTIFIER = option(61, b"\1" + MAC)
ORDINARY = {
    "dhclient": message(
        option(53, b"\1"), option(12, b"debian"), option(55, bytes.fromhex("011c02030f06770c2c2f1a792a"))
    ),
    "dhcpcd": message(
        option(53, b"\1"),
        option(61, b"\xff" + RANDOM[:4] + b"\0\1\0\1" + RANDOM[4:8] + MAC),
        option(80, b""),
        option(60, b"dhcpcd-9.4.1:Linux-6.1.0-13-amd64:x86_64:GenuineIntel"),
        option(12, b"laptop"),
        option(145, b"\1"),
        option(55, bytes.fromhex("0179032106 0f 1a 1c 2a 33 36 3a 3b 77")),
    ),
    "systemd-networkd": message(
        option(53, b"\1"),
        option(61, b"\xff" + RANDOM[:4] + b"\0\2\0\0\xab\x11" + RANDOM[4:12]),
        option(55, bytes.fromhex("0103060c0f1a2a7821")),
        option(57, b"\2\x40"),
        option(12, b"web-01"),
    ),
    "udhcpc": message(
        option(53, b"\1"), IDENTIFIER, option(57, b"\2\x40"), option(60, b"udhcp 1.35.0"), end=b"\xff" + bytes(60)
    ),
    "Windows": message(
        option(53, b"\3"),
        IDENTIFIER,
        option(81, b"\0\0\0DESKTOP-1ABC234.corp.example"),
        option(12, b"DESKTOP-1ABC234"),
        option(60, b"MSFT 5.0"),
        option(55, bytes.fromhex("0103060f1f212b2c2e2f7779f9fc")),
    ),
    "Android": message(
        option(60, b"android-dhcp-13"), option(12, b"Pixel-7"), option(55, b"\1\3\6\x0f\x1a\x1c\x33\x3a\x3b\x2b\x72")
    ),
    "PXE": message(
        option(60, b"PXEClient:Arch:00007:UNDI:003016"),
        option(97, b"\0" + RANDOM[:16]),
        option(93, b"\0\7"),
        option(94, b"\1\3\x10"),
        option(77, b"iPXE"),
        option(175, bytes.fromhex("b105018086100e eb03010000 170101")),
        file=b"pxelinux.0",
    ),
    "a server": message(
        option(53, b"\2"),
        option(54, b"\x0a\0\0\1"),
        option(15, b"lab.example"),
        option(119, b"\3lab\7example\0"),
        option(252, b"http://wpad.lab.example/wpad.dat"),
        option(114, b"https://portal.lab.example/api"),
        option(43, bytes.fromhex("0104000000020204000000010304 00000001ff")),
        option(82, option(1, b"eth0/1/1:100") + option(2, MAC)),
        option(66, b"boot.lab.example"),
        option(67, b"EFI/debian/shimx64.efi"),
        option(101, b"Europe/Berlin"),
    ),
    "a refusal": message(option(53, b"\6"), option(56, b"requested address not available")),
    "DHCPv6": message_6(
        option_6(3, RANDOM[:12] + option_6(5, RANDOM[:24])),
        option_6(6, b"\0\x17\0\x18\0\x27"),
        option_6(8, b"\0\0"),
        option_6(16, b"\0\0\1\x37\0\x08MSFT 5.0"),
        option_6(39, b"\0\6laptop\0"),
        option_6(13, b"\0\2no addresses available"),
        option_6(24, b"\3lab\7example\0"),
    ),
}
HIDDEN = {
    "DHCP option 56": message(option(56, SWAPPED)),
    "DHCP option 12": message(option(12, SPELLED)),
    "DHCP option 60": message(option(60, b"MSFT 5.0 " + SWAPPED)),
    "DHCP option 77": message(option(77, bytes([len(SWAPPED)]) + SWAPPED)),
    "DHCP option 81": message(option(81, b"\0\0\0" + SWAPPED)),
    "DHCP option 119": message(option(119, bytes([len(SWAPPED)]) + SWAPPED + b"\0")),
    "DHCP option 43": message(option(43, option(1, SWAPPED))),
    "DHCP option 55": message(option(55, SWAPPED)),
    "DHCP option 61": message(option(61, b"\1" + SWAPPED)),
    "DHCP option 224": message(option(224, SWAPPED)),
    "DHCP option 3": message(option(3, SWAPPED)),
    "DHCP option 64": message(option(52, b"\1"), file=option(64, SWAPPED)),
    "DHCP file name": message(option(53, b"\1"), file=SWAPPED),
    "DHCP padding": message(option(53, b"\1"), end=b"\xff" + SWAPPED),
    "DHCP option 13 of version 6": message_6(option_6(13, b"\0\2" + SWAPPED)),
    "DHCP option 3 of version 6": message_6(option_6(3, bytes(12) + option_6(13, b"\0\2" + SWAPPED))),
    "DHCP option 16 of version 6": message_6(option_6(16, b"\0\0\1\x37\0\x0c" + SWAPPED)),
}


def test_what_clients_and_servers_send_is_infrastructure() -> None:
    assert {name: found for name, each in ORDINARY.items() if (found := in_clear([each]))} == {}


def test_what_an_application_says_in_an_option_is_in_clear() -> None:
    found = {name: set(in_clear([each])) for name, each in HIDDEN.items()}
    assert found == {name: {f"data in {name}"} for name in HIDDEN}


def test_what_clients_and_servers_send_is_no_reason() -> None:
    """Neither a name that is padded with zeros nor a description beside an address is opaque."""
    assert [name for name, each in ORDINARY.items() if unread([each])] == []


def test_what_nobody_can_read_in_several_options_is_one() -> None:
    assert unread([message(*(option(224 + number, RANDOM[:40]) for number in range(3)))])


def test_what_several_options_say_is_read_once_unless_something_is_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[bytes] = []

    def read_and_count(findings: Findings, layers: Layers, data: bytes, origin: Origin, starts: range) -> None:
        read.append(data)
        read_values(findings, layers, data, origin, starts)

    monkeypatch.setattr(dhcp, "read_values", read_and_count)
    memory: set[tuple[Layers, bytes]] = set()
    coded = base64.b64encode(b"the message is " + VALUE)
    empty, full = (b"an ordinary", b" sentence of words"), (coded[:20], coded[20:])
    for _ in range(3):
        findings = some_findings()
        findings.empty_texts = memory
        for parts in (empty, full):
            data = message(*(option(224, part) for part in parts))[42:]
            assert dhcp.DhcpReader(findings).datagram(data, origin_of(len(data)))
        assert findings.sightings
    assert read.count(b"".join(empty)) < 3 <= read.count(b"".join(full))


OF_VENDOR = b"\0\0\x0d\xe9"
WITH_SUBOPTIONS = [
    (43, b"\1\2lf\2\2fu", False, [(1, b"lf"), (2, b"fu")]),
    (82, b"\1\2lf\2\7fu", False, [(1, b"lf"), (2, b"fu")]),
    (77, b"\2lf\2fu", False, [(0, b"lf"), (0, b"fu")]),
    (125, OF_VENDOR + b"\4\1\2lf", False, [(1, b"lf")]),
    (124, OF_VENDOR + b"\2lf", False, [(0, b"lf")]),
    (16, OF_VENDOR + b"\0\2lf", True, [(0, b"lf")]),
    (17, OF_VENDOR + b"\0\1\0\2lf", True, [(1, b"lf")]),
    (12, b"\1\2lf", False, []),
    (43, b"\1\2lf", True, []),
]


@pytest.mark.parametrize(("code", "value", "is_6", "found"), WITH_SUBOPTIONS)
def test_suboptions(code: int, value: bytes, is_6: bool, found: list[tuple[int, bytes]]) -> None:
    assert [(inner, value[start:end]) for inner, start, end in suboptions(code, value, is_6=is_6)] == found


USUAL = {
    3: b"\xc0\0\2\1",
    33: b"\xc0\0\2\1\xc0\0\2\2",
    61: b"\xff" + RANDOM[:4] + b"\0\4" + RANDOM[:16],
    121: b"\x18\xc0\0\2\xc0\0\2\1\0\xc0\0\2\1",
    125: OF_VENDOR + b"\4\1\2\0\1",
    145: b"\1",
}
UNUSUAL = {
    3: b"lf",
    33: b"lfff",
    61: b"\xff" + RANDOM[:4] + b"\0\4lfff",
    121: b"\x18lf",
    125: b"\0\0lf\2\1",
    145: b"l",
    224: b"l",
}
USUAL_6 = {
    9: b"\1" + RANDOM[:3] + option_6(8, b"\0\1"),
    11: b"\3\1\0" + RANDOM[:8],
    17: OF_VENDOR + b"\0\1\0\2\0\1",
    23: RANDOM[:16],
    79: b"\0\1" + MAC,
}
UNUSUAL_6 = {9: b"\1lffl", 11: b"\3\1\0" + RANDOM[:9], 17: OF_VENDOR + b"\0\1\0\3\0\1", 23: b"lf", 79: b"lf", 200: b"l"}


def test_an_option_that_is_longer_or_not_known_is_unusual_however_short_it_is() -> None:
    assert [[is_usual(code, value) for code, value in each.items()] for each in (USUAL, UNUSUAL)] == [
        [True] * len(USUAL),
        [False] * len(UNUSUAL),
    ]
    assert [[is_usual_6(code, value) for code, value in each.items()] for each in (USUAL_6, UNUSUAL_6)] == [
        [True] * len(USUAL_6),
        [False] * len(UNUSUAL_6),
    ]
