"""Datagrams are identified by content."""

from __future__ import annotations

import gzip
import json
import zlib
from typing import TYPE_CHECKING

import dns.message
from hypothesis import given
from hypothesis import strategies as st

from capture.played import VALUE, seen, some_findings
from overheard_capture.content.findings import Reason
from overheard_capture.identify.datagrams import DatagramIdentifier
from overheard_capture.provenance.origin import Origin

if TYPE_CHECKING:
    from collections.abc import Iterable

    from overheard_capture.content.findings import Findings

FILE = b"x" * 505 + VALUE + b"y" * 600


def findings_of(*datagrams: bytes) -> Findings:
    """The findings after these datagrams, each in a frame of its own."""
    findings = some_findings()
    reader = DatagramIdentifier(findings)
    for number, datagram in enumerate(datagrams, 1):
        reader.datagram(datagram, Origin.of_frame(number, 42, len(datagram)))
    reader.close()
    assert sum(findings.read.values()) == sum(map(len, datagrams))
    return findings


def blocks(size: int = 512, first: int = 1) -> list[bytes]:
    return [
        b"\0\3" + (number % 65536).to_bytes(2, "big") + FILE[at : at + size]
        for number, at in enumerate(range(0, len(FILE), size), first)
    ]


def pieces(data: bytes, size: int, name: bytes = b"12345678") -> list[bytes]:
    """A GELF message in chunks."""
    parts = [data[at : at + size] for at in range(0, len(data), size)]
    return [b"\x1e\x0f" + name + bytes([number, len(parts)]) + part for number, part in enumerate(parts)]


def test_text() -> None:
    findings = findings_of(b"<34>Oct 11 22:14:15 tree su: " + VALUE, b"requests:1|c")
    assert [found.place.frame for found in findings.sightings] == [1]
    assert seen(findings) == {()}
    assert set(findings.read) == {"text"}


def test_dns_is_dns_on_any_port() -> None:
    findings = findings_of(dns.message.make_query("squirrels.test", "A").to_wire())
    assert set(findings.read) == {"DNS"}
    assert list(findings.kinds) == ["DNS"]
    assert not findings.unread


def test_unreadable_datagrams_are_reported() -> None:
    noise = bytes((number * 167 + 13) % 256 for number in range(300))
    findings = findings_of(noise, noise[::-1])
    assert set(findings.read) == {"opaque"}
    assert {each.why for each in findings.unread} == {Reason.OPAQUE}


def test_two_datagrams_are_not_one() -> None:
    assert not findings_of(VALUE[:6], VALUE[6:]).sightings


# ---- TFTP


def test_a_tftp_transfer_is_reassembled() -> None:
    for size in (512, 1024, 1428):
        at = FILE.index(VALUE)
        findings = findings_of(*blocks(size))
        (found,) = findings.sightings
        assert found.layers == (("TFTP",) if at // size < (at + len(VALUE)) // size else ())
        assert set(findings.read) == {"TFTP"}
        assert not findings.unread
    assert findings_of(*blocks()).sightings[0].place.frames == (1, 2)


def test_a_retransmitted_block_counts_once() -> None:
    first, second, *rest = blocks()
    assert seen(findings_of(first, first, second, first, second, *rest)) == {("TFTP",)}


def test_a_transfer_is_reassembled_midstream_and_across_the_wrap_of_block_numbers() -> None:
    assert seen(findings_of(*blocks(first=65535))) == {("TFTP",)}


def test_the_neighbours_of_a_missing_block_are_not_joined() -> None:
    first, _, third = blocks()
    assert not findings_of(first, third).sightings


def test_requests_and_acknowledgements() -> None:
    findings = findings_of(
        b"\0\1squirrel.txt\0octet\0blksize\x001428\0", b"\0\4\0\0", b"\0\4\0\1", b"\0\6blksize\x001428\0"
    )
    assert set(findings.read) == {"TFTP"}
    assert set(findings_of(b"\0\5\0\1File not found\0").read) == {"TFTP"}


# ---- GELF


def test_chunked_gelf_is_reassembled() -> None:
    text = json.dumps({"version": "1.1", "short_message": VALUE.decode(), "filler": list(range(200))}).encode()
    at = text.index(VALUE)
    findings = findings_of(*pieces(text, at + 5))
    assert seen(findings) == {("GELF",)}
    assert set(findings.read) == {"GELF"}


def test_compressed_gelf_is_read() -> None:
    text = json.dumps({"short_message": VALUE.decode(), "filler": list(range(200))}).encode()
    assert seen(findings_of(*pieces(gzip.compress(text), 100)[::-1])) == {("GELF", "gzip")}
    assert seen(findings_of(*pieces(zlib.compress(text), 100))) == {("GELF", "zlib")}
    assert seen(findings_of(gzip.compress(text))) == {("gzip",)}
    assert seen(findings_of(zlib.compress(text))) == {("zlib",)}


def test_interleaved_chunks_of_two_messages() -> None:
    one, other = pieces(VALUE, 8, b"message1"), pieces(b"nothing to be seen", 8, b"message2")
    mixed = [piece for both in zip(one, other, strict=False) for piece in both]
    assert seen(findings_of(*mixed, *other[len(one) :])) == {("GELF",)}


def test_a_missing_chunk_is_reported() -> None:
    one, _, three = pieces(VALUE, 6)
    findings = findings_of(one, three)
    assert not findings.sightings
    assert Reason.GAP in {each.why for each in findings.unread}


@given(
    st.lists(
        st.one_of(
            st.binary(max_size=60),
            st.sampled_from([*blocks(), *pieces(VALUE, 5), *pieces(gzip.compress(VALUE), 9, b"87654321")]),
            st.tuples(
                st.sampled_from(
                    [b"\0\3", b"\0\1", b"\0\5\0\1", b"\x1e\x0f", b"\x1f\x8b\x08", b"\x16\xfe\xfd", b"\xc0\0\0\0\1"]
                ),
                st.binary(max_size=40),
            ).map(b"".join),
        )
    )
)
def test_arbitrary_datagrams_raise_nothing(datagrams: Iterable[bytes]) -> None:
    findings_of(*datagrams)


# ---- NTP and DHCP

NOW = bytes.fromhex("e8d4a51012345678")
NTP = bytes.fromhex("240206e9 00000123 00000456 0a000001") + NOW * 4
DHCP = (
    bytes.fromhex("02010600 39c8f7d1") + bytes(20) + bytes.fromhex("02000000000a") + bytes(202)
    + bytes.fromhex("63825363 350105 3604c0a80001 330400015180 0104ffffff00 0304c0a80001")
)  # fmt: skip
DHCP_6 = bytes.fromhex("07a1b2c3 0001000a 0003000102000000000a")


def option(code: int, value: bytes) -> bytes:
    return bytes([code, len(value)]) + value


def test_clocks_and_addresses_are_known() -> None:
    client = b"\x23" + bytes(39) + b"\xf1\x9a\x83\x02\xc4\xff\x80\x99"
    hidden = b"\x23\0\x06\x20" + client[4:]
    findings = findings_of(NTP, client, hidden, NTP + b"\0\0\0\1" + bytes(range(200, 220)), DHCP + b"\xff" + bytes(40))
    assert set(findings.read) == {"NTP", "DHCP"}
    assert not findings.unread


def test_what_may_hide_more_is_not_taken_for_a_clock() -> None:
    for odd in (NTP + bytes(range(150, 250)), b"\xe4\xff" + NTP[2:], NTP[:16] + b"\1\2\3\4" * 8):
        assert set(findings_of(odd).read) == {"opaque"}


def test_the_values_of_dhcp_are_read() -> None:
    packed = gzip.compress(VALUE)
    for code in (12, 43, 67):
        findings = findings_of(DHCP + option(code, packed) + b"\xff")
        assert seen(findings) == {("DHCP", "gzip")}
    assert seen(findings_of(DHCP + b"\xff" + packed)) == {("DHCP", "gzip")}
    assert seen(findings_of(b"\3abc\0\1\0\4abcd\0\x10" + len(packed).to_bytes(2) + packed)) == {("DHCP", "gzip")}


def test_a_long_value_that_cannot_be_read_is_reported() -> None:
    noise = bytes((number * 167 + 13) % 256 for number in range(200))
    for datagram in (DHCP + option(43, noise), DHCP + b"\xff" + noise, b"\3abc\0\1\0\4abcd\0\x11\0\xc8" + noise):
        assert {each.why for each in findings_of(datagram).unread} == {Reason.OPAQUE}


@given(st.binary(max_size=300), st.integers(0, 300))
def test_messages_of_dhcp_may_be_cut_and_changed(data: bytes, cut: int) -> None:
    findings_of((DHCP + data)[:cut] or b"x", b"\1" + data, DHCP_6 + data)


# ---- NetBIOS


def announcement(data: bytes, name: bytes = b"BROWSE") -> bytes:
    """A host announcement as Windows and Samba send it."""
    names = b" " + b"EBCA" * 8 + b"\0 " + b"FHEP" * 8 + b"\0"
    parameters = b"\xffSMB\x25" + bytes(27) + b"\x11" + bytes(34) + len(data).to_bytes(2, "little")
    inside = names + parameters + b"\\MAILSLOT\\" + name + b"\0" + data
    header = b"\x11\x0a" + bytes.fromhex("81b6 0a000001 008a")
    return header + len(inside).to_bytes(2) + b"\0\0" + inside


HOST = b"\1\0\x80\xfc\x0a\0" + b"SQUIRREL".ljust(16, b"\0") + bytes.fromhex("0601039a8100 0f01 55aa")


def test_announcements_of_computers_are_known() -> None:
    findings = findings_of(announcement(HOST + b"Samba server\0"), announcement(HOST + b"\0"))
    assert set(findings.read) == {"NetBIOS"}
    assert not findings.unread
    assert seen(findings_of(announcement(HOST + gzip.compress(VALUE)))) == {("NetBIOS", "gzip")}


def test_other_datagrams_of_netbios_are_not() -> None:
    noise = bytes((number * 167 + 13) % 256 for number in range(200))
    assert findings_of(announcement(HOST + noise)).unread
    for odd in (announcement(HOST)[:-1] + b"xy", announcement(HOST).replace(b"SMB", b"SMA"), b"\x11\x0a" + noise):
        assert findings_of(odd).unread
