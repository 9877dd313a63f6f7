"""Numbers of TLS are assigned, in lists that have each of them once."""

from __future__ import annotations

from overheard_capture.protocols.tls.assigned import GROUPS, SIGNATURES, SUITES, VERSIONS, are_assigned

USUAL = (
    (SUITES, b"\x2a\x2a\x13\1\x13\2\x13\3\xc0\x2b\xcc\xa9\0\x9c\0\xff\x56\0"),
    (GROUPS, b"\x1a\x1a\x11\xec\0\x1d\0\x17\1\0\x63\x99"),
    (SIGNATURES, b"\4\3\x08\4\2\1\x08\7\x09\4"),
    (VERSIONS, b"\xba\xba\3\4\3\3\xfe\xfd\x7f\x1c"),
    (SUITES, b""),
)
OTHERS = (
    (SUITES, b"fluffy tail!"),
    (SUITES, b"\x13\1\x13\1"),
    (GROUPS, b"\0\x1d\0"),
    (GROUPS, b"\0f\0o\0x"),
    (SIGNATURES, b"\4\x40"),
    (VERSIONS, b"\3\5"),
)


def test_numbers_that_are_assigned_are_usual() -> None:
    assert [each for numbers, each in USUAL if not are_assigned(each, numbers)] == []


def test_others_and_what_is_twice_may_say_anything() -> None:
    assert [each for numbers, each in OTHERS if are_assigned(each, numbers)] == []
