"""Record types and labels of DNS: what is encoded in them is unwrapped; what nobody can read is doubted."""

from __future__ import annotations

import binascii
import gzip
import random
import zlib

import dns.message
import dns.rrset
import pytest

from capture.played import VALUE, origin_of, some_findings
from overheard_capture.protocols.dns.reader import read_dns
from rows import for_each

RANDOM = random.Random(9)  # noqa: S311 - the same in each run
HIDDEN = gzip.compress(VALUE, mtime=0)
UUENCODED = b"begin 644 note\n" + binascii.b2a_uu(HIDDEN) + b"`\nend\n"
LONG = RANDOM.randbytes(40)


def name(*labels: bytes) -> bytes:
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def question(*labels: bytes) -> bytes:
    return b"\x12\x34\1\0\0\1\0\0\0\0\0\0" + name(*labels) + b"\0\1\0\1"


def answer(kind: int, *fields: bytes, owner: bytes = b"\xc0\x0c") -> bytes:
    head = b"\x12\x34\x81\x80\0\1" + len(fields).to_bytes(2, "big") + bytes(4) + name(b"t", b"test") + b"\0\1\0\1"
    records = (owner + kind.to_bytes(2, "big") + b"\0\1\0\0\1\0" + len(f).to_bytes(2, "big") + f for f in fields)
    return head + b"".join(records)


def option(code: int, content: bytes) -> bytes:
    return answer(41, code.to_bytes(2, "big") + len(content).to_bytes(2, "big") + content)


@for_each(
    message=[
        question(b"0" + zlib.compress(VALUE), b"t", b"test"),
        question(HIDDEN[:20], HIDDEN[20:], b"test"),
        answer(16, bytes([len(HIDDEN)]) + HIDDEN),
        answer(16, bytes([len(UUENCODED[:30])]) + UUENCODED[:30] + bytes([len(UUENCODED[30:])]) + UUENCODED[30:]),
        answer(10, HIDDEN),
        answer(48, b"\1\1\3\x08" + HIDDEN),
        answer(7777, zlib.compress(VALUE)),
        answer(64, b"\0\1\0" + b"\0\7" + len(HIDDEN).to_bytes(2, "big") + HIDDEN),
        answer(28, *(HIDDEN.ljust(64, b"\0")[at : at + 16] for at in range(0, 64, 16))),
        option(10, HIDDEN),
        option(12, zlib.compress(VALUE)),
        option(65001, HIDDEN),
    ]
)
def test_what_is_encoded_is_found(message: bytes) -> None:
    findings = some_findings()
    assert read_dns(findings, (), message, origin_of(len(message)))
    assert findings.sightings


@pytest.mark.parametrize(
    "message",
    [
        question(LONG, b"t", b"test"),
        answer(16, bytes([40]) + LONG),
        answer(7777, LONG),
        answer(10, LONG),
        option(999, LONG),
    ],
)
def test_what_nobody_can_read_is_doubted(message: bytes) -> None:
    findings = some_findings()
    assert read_dns(findings, (), message, origin_of(len(message)))
    assert findings.unread


@pytest.mark.parametrize(
    ("owner", "kind", "records"),
    [
        ("a-name-of-more-than-twenty-four-letters.service.example", "A", ["192.0.2.200", "203.0.113.7"]),
        ("abcdefghijklmnopqrstuvwxyz012345.example", "AAAA", ["2001:db8::ffee", "2001:db8:a0a0::1"]),
        ("www.example", "HTTPS", ["1 . alpn=h2,h3 ipv4hint=192.0.2.1"]),
        ("example", "DNSKEY", ["257 3 13 mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+KkxLbxIL"]),
        ("example", "DS", ["370 13 2 BE74359954660069D5C63D200C39F5603827D7DD02B56F120EE9F3A86764247C"]),
        ("example", "TXT", ['"v=spf1 include:_spf.example.com ~all"', '"Grüße"']),
    ],
)
def test_ordinary_answers_are_no_reason(owner: str, kind: str, records: list[str]) -> None:
    reply = dns.message.make_response(dns.message.make_query(owner, kind, use_edns=True))
    reply.answer.append(dns.rrset.from_text(f"{owner}.", 300, "IN", kind, *records))
    message = reply.to_wire()
    findings = some_findings()
    assert read_dns(findings, (), message, origin_of(len(message)))
    assert (findings.sightings, findings.unread) == ([], {})


def test_short_options_and_padding_are_no_reason() -> None:
    for message in (option(10, RANDOM.randbytes(24)), option(12, bytes(300)), option(65001, RANDOM.randbytes(6))):
        findings = some_findings()
        assert read_dns(findings, (), message, origin_of(len(message)))
        assert not findings.unread
