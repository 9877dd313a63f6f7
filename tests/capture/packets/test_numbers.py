"""Numbers of headers: a text in those of several packets is in clear, and so is what must be zero."""

from __future__ import annotations

import hashlib
import ipaddress
import struct
from typing import TYPE_CHECKING

from capture.frames import SLL, SLL2, ethernet, frame, ipv4, ipv6, tcp, udp
from capture.in_clear import in_clear
from overheard_capture.packets import ACK, RST, SYN, Dissector

if TYPE_CHECKING:
    from collections.abc import Callable

# The secret of the tests is nowhere in it.
TEXT = b"lfffuyt iala, ehs ias dotth  eqsiurrle"
ECHO = bytes([8, 0, 0, 0, 0, 1, 0, 1]) + bytes(48)
MAC = bytes.fromhex("02000000000a")


def pieces(text: bytes, size: int) -> list[bytes]:
    return [text[at : at + size].ljust(size) for at in range(0, len(text), size)]


def random(size: int, count: int = 20) -> list[bytes]:
    data = hashlib.shake_128(b"%d" % size).digest(size * count)
    return pieces(data, size)


def number(value: bytes) -> int:
    return int.from_bytes(value)


def arp(sender: bytes, target: bytes) -> bytes:
    head = bytes.fromhex("0001080006040001")
    return ethernet(head + MAC + sender + bytes(6) + target, 0x0806)


def around(header: bytes, protocol: int) -> bytes:
    return ethernet(ipv4(header + ipv4(ECHO, 1), protocol, source="192.0.2.1", target="192.0.2.2"))


def vxlan(network: bytes) -> bytes:
    return ethernet(ipv4(udp(b"\x08\0\0\0" + network + b"\0" + ethernet(ipv4(ECHO, 1)), target=4789), 17))


def initiation(tag: bytes) -> bytes:
    return ethernet(ipv4(struct.pack(">HHII", 1, 2, 0, 0) + b"\1\0\0\x14" + tag + b"\0\1\0\0\0\1\0\1" + bytes(4), 132))


def with_class(value: int) -> bytes:
    return (6 << 12 | value << 4).to_bytes(2) + ipv6(b"", 59)[2:]


# By the name of the field: the size of its number, and a frame with it.
FIELDS: dict[str, tuple[int, Callable[[bytes], bytes]]] = {
    "IP identifications": (2, lambda each: ethernet(ipv4(ECHO, 1, identification=number(each)))),
    "IP time to live": (1, lambda each: ethernet(ipv4(ECHO, 1)[:8] + each + ipv4(ECHO, 1)[9:])),
    "IPv6 flow labels": (2, lambda each: ethernet(ipv6(b"", 59)[:2] + each + ipv6(b"", 59)[4:], 0x86DD)),
    "IPv6 traffic class": (1, lambda each: ethernet(with_class(number(each)), 0x86DD)),
    "TCP sequence numbers": (4, lambda each: ethernet(ipv4(tcp(sequence=number(each), flags=SYN)))),
    "TCP acknowledgement numbers": (4, lambda each: ethernet(ipv4(tcp(acknowledged=number(each), flags=RST)))),
    "TCP windows": (2, lambda each: ethernet(ipv4(tcp(flags=SYN)[:14] + each + tcp()[16:]))),
    "UDP ports": (2, lambda each: ethernet(ipv4(udp(b"", source=number(each)), 17))),
    "ICMP echo identifiers": (4, lambda each: ethernet(ipv4(ECHO[:4] + each + bytes(48), 1))),
    "ICMP gateways and the like": (4, lambda each: ethernet(ipv4(b"\5\0\0\0" + each + ipv4(udp(b""), 17), 1))),
    "ARP sender protocol addresses": (4, lambda each: arp(each, bytes(4))),
    "ARP target protocol addresses": (4, lambda each: arp(b"\x0a\0\0\1", each)),
    "IGMP groups": (4, lambda each: ethernet(ipv4(b"\x16\0\0\0" + each, 2))),
    "VLAN tags": (2, lambda each: bytes(12) + b"\x81\0" + each + b"\x08\0" + ipv4(ECHO, 1)),
    "MPLS labels": (4, lambda each: ethernet(each[:2] + b"\1" + each[3:] + ipv4(ECHO, 1), 0x8847)),
    "PPPoE sessions": (2, lambda each: ethernet(b"\x11\xa7" + each + b"\0\0", 0x8863)),
    "GRE headers": (4, lambda each: around(b"\x20\0\x08\0" + each, 47)),
    "headers of tunnels": (3, vxlan),
    "security parameters": (4, lambda each: ethernet(ipv4(b"\1\4\0\0" + each + bytes(16) + ECHO, 51))),
    "SCTP initiate tags": (4, initiation),
}
# Of these, one byte of each is another one.
_LONGER = {"MPLS labels"}


def test_a_text_in_the_numbers_of_several_packets_is_in_clear() -> None:
    found = {
        name: f"data in {name}" in in_clear([make(piece) for piece in pieces(TEXT * 2, size)])
        for name, (size, make) in FIELDS.items()
    }
    assert [name for name, is_found in found.items() if not is_found and name not in _LONGER] == []


def test_other_numbers_are_infrastructure() -> None:
    found = {name: in_clear([make(each) for each in random(size)]) for name, (size, make) in FIELDS.items()}
    assert {name for name, fields in found.items() if f"data in {name}" in fields} == set()


def datagrams(change: Callable[[int, bytes], bytes]) -> list[bytes]:
    """Datagrams to other ports each, whose checksums are changed."""
    ports = [number(each) for each in random(2, 40)]
    return [
        ethernet(ipv4(each[:6] + change(at, checksum(each)) + each[8:], 17))
        for at, port in enumerate(ports)
        for each in [udp(b"\0" * 8, target=port)]
    ]


def checksum(datagram: bytes) -> bytes:
    """The right checksum of a datagram between the usual hosts."""
    source, target = ipv4(b"", 17)[12:16], ipv4(b"", 17)[16:20]
    data = source + target + b"\0\x11" + len(datagram).to_bytes(2) + datagram[:6] + b"\0\0" + datagram[8:]
    return (0xFFFF - number(data) % 0xFFFF).to_bytes(2)


def test_a_checksum_says_something_only_if_it_is_wrong() -> None:
    assert in_clear(datagrams(lambda _, right: right)).keys() & {"data in UDP checksums"} == set()
    text = pieces(TEXT * 3, 2)
    assert "data in UDP checksums" in in_clear(datagrams(lambda at, _: text[at]))
    dissector = Dissector()
    noted = set[str]()
    for at, each in enumerate(datagrams(lambda _, right: right)):
        dissector.packets(frame(each, number=at))
        noted |= {piece[0].field for one in dissector.noted for piece in one.pieces}  # type: ignore[union-attr]
    assert "UDP ports" in noted
    assert "UDP checksums" not in noted


def test_a_counter_says_nothing() -> None:
    frames = [ethernet(ipv4(ECHO, 1, identification=0x6161 + 3 * at)) for at in range(200)]
    assert in_clear(frames) == {}
    assert len(Dissector().noted) == 0


def test_numbers_are_kept_for_each_pair_of_hosts_and_only_some() -> None:
    dissector, noted = Dissector(), 0
    for at, each in enumerate(random(2, 600)):
        source = str(ipaddress.IPv4Address(0x0A000000 + at % 2))
        dissector.packets(frame(ethernet(ipv4(ECHO, 1, identification=number(each), source=source)), number=at))
        noted += sum(piece[0].field == "IP identifications" for one in dissector.noted for piece in one.pieces)  # type: ignore[union-attr]
    assert 500 < noted <= 512


UNUSED = {
    "IP reserved bit": ethernet(ipv4(ECHO, 1, fragment=0x8000)),
    "TCP urgent pointer": ethernet(ipv4(tcp(flags=SYN, urgent=0x6C66))),
    "TCP reserved bits": ethernet(ipv4(tcp(flags=SYN)[:12] + b"\x5e" + tcp(flags=SYN)[13:])),
    "unused byte of IGMP": ethernet(ipv4(b"\x16l\0\0\xe0\0\0\xfb", 2)),
    "unused bytes of IGMP": ethernet(ipv4(b"\x22\0\0\0lf\0\1\1\0\0\0\xe0\0\0\xfb", 2)),
    "unused bytes of ICMP": ethernet(ipv6(b"\x87\0\0\0lfff" + bytes(16), 58), 0x86DD),
    "reserved bytes of AH": ethernet(ipv4(b"\1\4lf" + bytes(8) + bytes(12) + ECHO, 51)),
}
COOKED = {
    SLL: (struct.pack(">HHH8sH", 0, 1, 6, MAC + b"lf", 0x0800), struct.pack(">HHH8sH", 4, 1, 6, MAC, 0x0800)),
    SLL2: (
        struct.pack(">H2sIHBB8s", 0x0800, b"lf", 1, 1, 0, 6, MAC),
        struct.pack(">H2sIHBB8s", 0x0800, b"", 1, 1, 4, 6, MAC),
    ),
}


def test_what_must_be_zero_is_in_clear_if_it_is_not() -> None:
    assert {name: set(in_clear([each])) for name, each in UNUSED.items()} == {
        name: {f"data in {name}"} for name in UNUSED
    }
    assert in_clear([ethernet(ipv4(tcp(flags=SYN | ACK)))]) == {}


def test_unused_bytes_of_cooked_headers_are_in_clear() -> None:
    for link_type, (hidden, usual) in COOKED.items():
        dissector = Dissector()
        dissector.packets(frame(hidden + ipv4(ECHO, 1), link_type))
        assert [field for each in dissector.noted for field, _ in each.in_clear] == [
            "unused bytes of the cooked header"
        ]
        dissector.packets(frame(usual + ipv4(ECHO, 1), link_type))
        assert [each.in_clear for each in dissector.noted if each.in_clear] == []
