"""The structure of records and options of DNS: what has another one may say anything."""

from __future__ import annotations

import hashlib

import pytest

from overheard_capture.protocols.dns.structures import has_structure, is_usual_option, random_at

RANDOM = hashlib.shake_128(b"random").digest(512)
NAME = b"\7example\3com\0"
MODULUS = b"\xc3" + RANDOM[:126] + b"\x01"
NUMBERS = b"\0\1\x0d\2\0\0\1\x2c\x66\0\0\0\x65\0\0\0\x12\x34"
TEXT = b"the badger is behind the old mill since the third of may, says the owl"
SALT, HASH, TYPES = b"\x04\xaa\xbb\xcc\xdd", b"\x14" + RANDOM[:20], b"\0\6\x40\1\0\0\0\3"
ECH_KEY = b"\x2a\0\x20\0\x20" + RANDOM[:32] + b"\0\4\0\1\0\1\0"
ECH = b"\0\x45\xfe\x0d\0\x41" + ECH_KEY + b"\x12cloudflare-ech.com\0\0"

ORDINARY = {
    "an address": (1, b"\xc0\0\2\1"),
    "an address of version 6": (28, RANDOM[:16]),
    "a location": (29, b"\0\x12\x16\x13" + RANDOM[:12]),
    "a digest": (43, b"\x12\x34\x08\2" + RANDOM[:32]),
    "no digest": (59, bytes(5)),
    "a fingerprint": (44, b"\4\2" + RANDOM[:32]),
    "a certificate": (52, b"\3\1\1" + RANDOM[:32]),
    "an elliptic key": (48, b"\1\1\3\x0d" + RANDOM[:64]),
    "an RSA key": (48, b"\1\0\3\x08\3\1\0\1" + MODULUS),
    "no key": (60, b"\0\0\3\0\0"),
    "a signature": (46, NUMBERS + NAME + RANDOM[:64]),
    "a pointer": (46, NUMBERS + b"\xc0\x0c" + RANDOM[:64]),
    "the next name": (47, NAME + TYPES),
    "an authority": (47, NAME + b"\0\1\x40\1\1\x40"),
    "the next hash": (50, b"\1\0\0\x0a" + SALT + HASH + TYPES),
    "parameters of hashes": (51, b"\1\0\0\0\0"),
    "a code": (250, b"\x0bhmac-sha256\0" + bytes(6) + b"\1\x2c\0\x20" + RANDOM[:32] + b"\x12\x34\0\0\0\0"),
    "a service": (65, b"\0\1\0\0\1\0\6\2h3\2h2\0\4\0\4\xc0\0\2\1\0\5\0\x47" + ECH),
}
OTHERS = {
    "a longer address": (1, b"\xc0\0\2\1lf"),
    "a type that nobody knows": (65280, b"lf"),
    "a shorter digest": (43, b"\x12\x34\x08\2" + RANDOM[:31]),
    "a text as digest": (43, b"\x12\x34\x08\2" + TEXT[:32]),
    "a type of fingerprints": (44, b"\4\7" + RANDOM[:32]),
    "nothing": (48, b""),
    "a flag of keys": (48, b"\1\2\3\x0d" + RANDOM[:64]),
    "an even modulus": (48, b"\1\0\3\x08\3\1\0\1" + MODULUS[:-1] + b"\2"),
    "an exponent": (48, b"\1\0\3\x08\x20" + RANDOM[:32] + MODULUS),
    "more behind a signature": (46, NUMBERS + NAME + RANDOM[:66]),
    "a text as signature": (46, NUMBERS + NAME + TEXT[:64]),
    "types that are not assigned": (47, NAME + b"\0\x10" + bytes(9) + b"badger!"),
    "many types": (47, NAME + b"\1\x03abc"),
    "a salt that is text": (51, b"\1\0\0\x0a\x08the mill"),
    "a long salt": (51, b"\1\0\0\x0a\x11" + RANDOM[:17]),
    "a longer code": (250, b"\x0bhmac-sha256\0" + bytes(6) + b"\1\x2c\0\x20" + RANDOM[:32] + b"\x12\x34\0\0\0\6abc"),
    "a protocol": (65, b"\0\1\0\0\1\0\7\6badger"),
    "a parameter": (65, b"\0\1\0\xff\0\0\2lf"),
    "a key of ECH": (65, b"\0\1\0\0\5\0\x47" + ECH[:8] + b"\0\x21" + ECH[10:]),
    "extensions of ECH": (65, b"\0\1\0\0\5\0\x47" + ECH[:-2] + b"\0\1"),
}


@pytest.mark.parametrize("what", ORDINARY)
def test_ordinary_records_have_their_structure(what: str) -> None:
    assert has_structure(*ORDINARY[what])


@pytest.mark.parametrize("what", OTHERS)
def test_others_have_none(what: str) -> None:
    assert not has_structure(*OTHERS[what])


def test_options_have_the_length_of_their_meaning() -> None:
    usual = [
        (4, b"\0\x63" + RANDOM[:12]),
        (5, b"\x08\x0d\x0e"),
        (8, b"\0\1\x18\0\xc0\0\2"),
        (9, b""),
        (10, RANDOM[:24]),
        (11, b"\0\x64"),
        (14, RANDOM[:4]),
    ]
    assert [each for each in usual if not is_usual_option(*each)] == []
    others = [
        (5, b"abc"),
        (8, b"\0\1\x18\0\xc0\0"),
        (8, b"\0"),
        (9, b"lf"),
        (10, RANDOM[:9]),
        (10, TEXT[:8]),
        (4, b"lf"),
    ]
    assert [each for each in others if is_usual_option(*each)] == []


def test_where_what_is_random_begins() -> None:
    assert [random_at(kind, NUMBERS + NAME) for kind in (46, 44, 1)] == [31, 2, -1]
