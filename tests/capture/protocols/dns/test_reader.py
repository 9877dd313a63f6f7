"""DNS messages written by dnspython."""

from __future__ import annotations

import base64
import gzip
import zlib

import dns.flags
import dns.message
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.played import VALUE, origin_of, outcome, played, seen, sightings, some_findings
from overheard_capture.content.findings import Reason
from overheard_capture.identify.datagrams import DatagramIdentifier
from overheard_capture.protocols.dns.message import parse_message
from overheard_capture.protocols.dns.reader import dns as dns_stream
from overheard_capture.protocols.dns.reader import is_dns, read_dns

HEX = VALUE.hex()


def question(name: str, kind: str = "A") -> bytes:
    return dns.message.make_query(name, kind).to_wire()


def answer(name: str, kind: str, *records: str, edns: bool = True) -> bytes:
    reply = dns.message.make_response(dns.message.make_query(name, kind, use_edns=edns))
    reply.answer.append(dns.rrset.from_text(f"{name}.", 300, "IN", kind, *records))
    return reply.to_wire()


def test_a_secret_split_over_several_labels() -> None:
    """Tunnels split data into labels, which have 63 bytes at most."""
    data = question(f"{HEX[:20]}.{HEX[20:]}.t.squirrels.test")
    findings = some_findings()
    assert read_dns(findings, (), data, origin_of(len(data)))
    assert "hexadecimal" in {found.match.spelling for found in findings.sightings}
    assert seen(findings) == {("DNS",), ("DNS", "hexadecimal")}
    assert {(found.place.frame, found.place.offset) for found in findings.sightings} == {(1, 54 + 13)}


def test_a_secret_with_dots() -> None:
    """The place of a dot is that of the next label's length."""
    findings = some_findings(value=b"fluffy.tail.example")
    data = question("www.fluffy.tail.example")
    assert read_dns(findings, (), data, origin_of(len(data)))
    (found,) = findings.sightings
    assert (found.place.offset, found.place.length) == (54 + 12 + 5, len("fluffy.tail.example"))


def test_letters_in_either_case_at_random() -> None:
    findings = some_findings(value=b"fluffy.tail.example")
    data = question("flUffY.tAil.eXample")
    assert read_dns(findings, (), data, origin_of(len(data)))
    assert seen(findings) == {("DNS",)}


def test_text_in_several_strings_and_records() -> None:
    text = VALUE.decode()
    for records in ([f'"{text[:4]}" "{text[4:]}"'], [f'"{text[:4]}"', f'"{text[4:]}"']):
        data = answer("t.squirrels.test", "TXT", *records)
        findings = some_findings()
        assert read_dns(findings, (), data, origin_of(len(data)))
        # dnspython determines the order of records.
        if data.index(text[:4].encode()) < data.index(text[4:].encode()):
            assert ("DNS",) in seen(findings)


def test_addresses_that_spell_text() -> None:
    message = dns.message.make_response(dns.message.make_query("t.squirrels.test", "A"))
    for at in range(0, len(VALUE), 4):
        address = ".".join(map(str, VALUE[at : at + 4]))
        message.answer.append(dns.rrset.from_text("t.squirrels.test.", 300, "IN", "A", address))
    data = message.to_wire()
    findings = some_findings()
    assert read_dns(findings, (), data, origin_of(len(data)))
    assert seen(findings) == {("DNS",)}


def test_a_netbios_name() -> None:
    """Each byte as two letters."""
    letters = b"".join(bytes([65 + (byte >> 4), 65 + (byte & 15)]) for byte in VALUE[:15].ljust(15) + b"\0")
    data = bytes.fromhex("123401100001000000000000") + bytes([32]) + letters + b"\0\0\x20\0\1"
    findings = some_findings(value=VALUE[:15])
    assert read_dns(findings, (), data, origin_of(len(data)))
    assert seen(findings) == {("DNS",)}


@pytest.mark.parametrize(
    ("kind", "record"),
    [
        ("A", "192.0.2.1"),
        ("AAAA", "2001:db8::1"),
        ("CNAME", "other.squirrels.test."),
        ("NS", "ns.squirrels.test."),
        ("MX", "10 mail.squirrels.test."),
        ("SOA", "ns.squirrels.test. fluffy.squirrels.test. 1 2 3 4 5"),
        ("SRV", "1 2 3 host.squirrels.test."),
        ("PTR", "host.squirrels.test."),
        ("TXT", '"v=spf1 -all" "more"'),
        ("HINFO", '"PDP-11" "UNIX"'),
        ("CAA", '0 issue "squirrels.test"'),
        ("HTTPS", "1 . alpn=h2"),
        ("NAPTR", '100 50 "s" "z3950" "" foo.squirrels.test.'),
        ("TYPE65280", r"\# 4 01020304"),
        ("DS", "60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118"),
    ],
)
def test_every_record_type(kind: str, record: str) -> None:
    for edns in (True, False):
        data = answer("a.squirrels.test", kind, record, edns=edns)
        findings = some_findings()
        assert read_dns(findings, (), data, origin_of(len(data)))
        assert not read_dns(findings, (), data + b"!", origin_of(len(data) + 1))
        assert not read_dns(findings, (), data[:-1], origin_of(len(data) - 1))


def test_circular_name_pointers_end() -> None:
    head = bytes.fromhex("123481800001000000000000")
    assert parse_message(head + b"\xc0\x0c\0\1\0\1") is None
    assert parse_message(head + b"\x01a\xc0\x0c\0\1\0\1") is None
    assert parse_message(head + b"\xc0\x20\0\1\0\1") is None


def test_other_content_is_not_dns() -> None:
    assert parse_message(b"") is None
    assert parse_message(bytes(12)) is None
    assert parse_message(bytes(40)) is None
    assert parse_message(b"GET / HTTP/1.1\r\nHost: squirrels.test\r\n\r\n") is None


def test_over_tcp() -> None:
    messages = [question(f"{HEX[:20]}.{HEX[20:]}.t.squirrels.test"), question("squirrels.test")]
    data = b"".join(len(message).to_bytes(2, "big") + message for message in messages)
    findings = played(dns_stream, data)
    assert seen(findings) == {("DNS",), ("DNS", "hexadecimal")}
    assert findings.read == {"DNS": len(data)}
    assert list(findings.kinds) == ["DNS"]
    assert not findings.unread
    assert is_dns(data)
    assert not is_dns(b"GET / HTTP/1.1\r\n\r\n")


def test_invalid_messages_over_tcp_are_reported() -> None:
    message = question("squirrels.test")
    data = len(message).to_bytes(2, "big") + message + b"\x00\x05hello" + VALUE
    findings = played(dns_stream, data)
    assert Reason.DAMAGED in {each.why for each in findings.unread}
    assert sum(findings.read.values()) == len(data)


SENT = b"".join(
    len(message).to_bytes(2, "big") + message
    for message in [
        question(f"{HEX[:20]}.{HEX[20:]}.t.squirrels.test"),
        answer("a.squirrels.test", "TXT", f'"{VALUE[:4].decode()}" "{VALUE[4:].decode()}"'),
        question(base64.b32encode(VALUE).decode().rstrip("=") + ".test", "TXT"),
    ]
)


@given(st.lists(st.integers(0, len(SENT))))
def test_it_does_not_matter_how_it_is_split(cuts: list[int]) -> None:
    assert outcome(played(dns_stream, SENT, cuts)) == outcome(played(dns_stream, SENT))


@given(st.lists(st.integers(0, len(SENT))), st.integers(0, len(SENT)), st.integers(1, 200))
def test_a_gap_is_reported(cuts: list[int], lost: int, length: int) -> None:
    gap = (lost, min(lost + length, len(SENT)))
    findings = played(dns_stream, SENT, cuts, gap=gap)
    assert sum(findings.read.values()) == len(SENT) - (gap[1] - gap[0])
    assert sightings(findings) == sightings(played(dns_stream, SENT, gap=gap))
    assert findings.unread or lost == len(SENT)


@given(st.binary(max_size=600))
def test_arbitrary_bytes_raise_nothing(data: bytes) -> None:
    read_dns(some_findings(), (), data, origin_of(len(data)))
    played(dns_stream, data)


@given(st.integers(0, len(SENT)), st.binary(max_size=5))
def test_damage_raises_nothing(at: int, instead: bytes) -> None:
    data = SENT[:at] + instead + SENT[at + len(instead) :]
    assert sum(played(dns_stream, data).read.values()) == len(data)
    reader = DatagramIdentifier(some_findings())
    reader.datagram(data, origin_of(len(data)))


LABELS = {
    "zlib": b"0" + zlib.compress(VALUE),
    "gzip": b"paaq" + gzip.compress(VALUE),
    "deflate": zlib.compress(b"<a>" + VALUE + b"</a>" + VALUE)[2:-4],
    "gzip in base32": base64.b32encode(gzip.compress(VALUE)).lower().rstrip(b"="),
    "deflate in base32": base64.b32encode(zlib.compress(b"a=" + VALUE + b"&b=" + VALUE)[2:-4]).lower().rstrip(b"="),
    "gzip in hexadecimal": gzip.compress(VALUE).hex().encode(),
    "gzip in base64url": base64.urlsafe_b64encode(gzip.compress(VALUE)).rstrip(b"="),
}


@pytest.mark.parametrize("name", LABELS)
def test_what_a_tunnel_has_in_labels_is_unwrapped(name: str) -> None:
    pieces = [LABELS[name][at : at + 50] for at in range(0, len(LABELS[name]), 50)]
    labels = b"".join(bytes([len(piece)]) + piece for piece in [*pieces, b"t", b"example"]) + b"\0"
    data = b"\0\7\1\0\0\1\0\0\0\0\0\0" + labels + b"\0\x0a\0\1"
    findings = some_findings()
    assert read_dns(findings, (), data, origin_of(len(data)))
    assert any(layers[-1:] == (name.split(maxsplit=1)[0],) for layers in seen(findings))


@pytest.mark.parametrize("name", ["b\xc3\xbccher.example", "a" * 60 + ".example", "_ldap._tcp.dc._msdcs.example"])
def test_ordinary_names_are_no_finding(name: str) -> None:
    labels = b"".join(bytes([len(piece)]) + piece for piece in name.encode("latin-1").split(b".")) + b"\0"
    data = b"\0\7\1\0\0\1\0\0\0\0\0\0" + labels + b"\0\1\0\1"
    findings = some_findings()
    assert read_dns(findings, (), data, origin_of(len(data)))
    assert not findings.sightings
    assert not findings.unread
