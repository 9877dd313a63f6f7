"""Numbers of DNS messages: a text in those of several messages is in clear."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from capture.in_clear import datagram, in_clear

if TYPE_CHECKING:
    from collections.abc import Callable

TEXT = b"lfffuyt iala, ehs ias dotth  eqsiurrle"
NAME = b"\7example\0"


def query(name: bytes = NAME, number: bytes = b"\0\1", kind: bytes = b"\0\1", klass: bytes = b"\0\1") -> bytes:
    return datagram(number + b"\1\0\0\1" + bytes(6) + name + kind + klass)


def answer(kind: int, data: bytes, ttl: bytes = b"\0\0\1\0", klass: bytes = b"\0\1") -> bytes:
    record = NAME + kind.to_bytes(2) + klass + ttl + len(data).to_bytes(2) + data
    return datagram(b"\0\0\x84\0\0\0\0\1" + bytes(4) + record)


def reverse(address: bytes) -> bytes:
    labels = [*(b"%d" % byte for byte in address[::-1]), b"in-addr", b"arpa"]
    return query(b"".join(bytes([len(each)]) + each for each in labels) + b"\0", kind=b"\0\x0c")


def reverse_of_ipv6(address: bytes) -> bytes:
    digits = (bytes(8) + address).hex()[::-1].encode()
    return query(b"".join(b"\1%c" % digit for digit in digits) + b"\3ip6\4arpa\0", kind=b"\0\x0c")


FIELDS: dict[str, tuple[int, Callable[[bytes], bytes]]] = {
    "DNS identifiers": (2, lambda each: query(number=each)),
    "DNS addresses": (4, lambda each: answer(1, each)),
    "DNS times to live": (4, lambda each: answer(1, b"\x0a\0\0\1", each)),
    "DNS records of type 6": (4, lambda each: answer(6, b"\2ns\0\4host\0" + each + bytes(16))),
    "DNS records of type 33": (2, lambda each: answer(33, bytes(4) + each + b"\3sip\0")),
    "DNS records of type 15": (2, lambda each: answer(15, each + b"\2mx\0")),
    "DNS reversed addresses": (4, reverse),
    "DNS written addresses": (4, lambda each: reverse(each[::-1])),
    "DNS reversed addresses of IPv6": (8, reverse_of_ipv6),
}


def test_a_text_in_the_numbers_of_several_messages_is_in_clear() -> None:
    for field, (size, make) in FIELDS.items():
        pieces = [TEXT[at : at + size].ljust(size) for at in range(0, len(TEXT), size)]
        assert f"data in {field.removesuffix(' of IPv6')}" in in_clear([make(each) for each in pieces]), field
        random = [hashlib.shake_128(b"%d" % at).digest(size) for at in range(20)]
        assert in_clear([make(each) for each in random]) == {}, field


def test_a_hash_of_a_key_under_a_key_of_one_byte_is_in_clear() -> None:
    keyed = bytes(byte ^ 0x80 for byte in TEXT)
    assert "data in DNS keys and hashes" in in_clear([answer(43, b"\x12\x34\x0d\2" + keyed)])
    assert in_clear([answer(43, b"\x12\x34\x0d\2" + hashlib.sha256(TEXT).digest())]) == {}


def test_what_nothing_has_given_a_meaning_is_in_clear() -> None:
    assert in_clear([query(klass=b"lf")]) == {"data in DNS class": 2}
    assert in_clear([query(klass=b"\x80\1"), query(klass=b"\0\xff")]) == {}
    assert in_clear([answer(41, b"", b"\0\0lf", b"\x04\xd0")]) == {"data in DNS flags of EDNS": 4}
    assert in_clear([answer(41, b"", b"\0\0\x80\0", b"\x04\xd0")]) == {}


def answers(*times: bytes, kind: int = 1, flags: bytes = b"\x84\0") -> bytes:
    """A message with as many records of one name and type."""
    records = b"".join(
        NAME + kind.to_bytes(2) + b"\0\1" + each + b"\0\4\x0a\0\0" + bytes([at]) for at, each in enumerate(times)
    )
    return datagram(b"\0\0" + flags + b"\0\0" + len(times).to_bytes(2) + bytes(4) + records)


def test_different_times_to_live_of_one_name_and_type_are_in_clear() -> None:
    letters = [b"\0\0\0" + bytes([each]) for each in b"lfff uyt"]
    assert in_clear([answers(*letters)]) == {"data in DNS times to live": 4 * 6}
    assert in_clear([answers(*[b"\0\0\1\0"] * 8)]) == {}
    # In a query, mDNS has what is left of those that it knows.
    assert in_clear([answers(*letters, flags=b"\0\0")]) == {}
