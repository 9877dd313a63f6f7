"""What elements of certificates are by their tags."""

from __future__ import annotations

from capture.in_clear import SPELLED, SWAPPED
from capture.protocols.tls.der import LDAP, element, sequence
from capture.talk import noise
from overheard_capture.protocols.tls.certificate_values import is_location, is_nothing, is_text_or_name, is_usual
from overheard_capture.protocols.tls.elements import element_of

USUAL = (
    b"\1\1\xff",
    b"\2\1\5",
    b"\5\0",
    element(3, b"\0" + noise(256)),
    element(4, noise(20)),
    element(4, sequence(b"\2\1\5")),
    element(24, b"20260101000000Z"),
    element(0x81, b"jane.doe@example.com"),
    element(0x82, b"*.example.com"),
    element(0x87, b"\x0a\0\0\1"),
    element(0x0C, b"Paseo de la Bonanova 47 Barcelona 08017"),
)
UNUSUAL = (
    element(1, SWAPPED),
    element(2, SPELLED),
    element(3, b"\0" + SPELLED),
    element(4, SPELLED),
    element(4, noise(65)),
    element(4, SWAPPED.decode().encode("utf-16-be")),
    element(4, bytes(range(0xE0, 0xF0)).decode("cp1251").encode()),
    element(4, sequence(element(0x0C, SPELLED))),
    element(5, SWAPPED),
    element(6, SWAPPED),
    element(23, SWAPPED),
    element(9, SWAPPED),
    element(0x81, SPELLED),
    element(0x86, SWAPPED),
    element(0x87, SPELLED),
    element(0x88, b"\x69" + noise(18)),
)


def test_elements_are_what_their_tags_say() -> None:
    assert [each for each in USUAL if not is_usual(element_of(each), is_text_or_name)] == []
    assert [each for each in UNUSUAL if is_usual(element_of(each), is_text_or_name)] == []


def test_where_no_text_belongs_there_is_none() -> None:
    assert not is_usual(element_of(element(0x0C, b"OK")), is_nothing)


def test_locations() -> None:
    assert all(map(is_location, (b"http://[2001:db8::1]:80/a.crl", b"urn:example", LDAP, b"https://a.example")))
    assert not any(map(is_location, (b"a text", b"https://a.example/" + SPELLED, b"https://" + SPELLED, b"x" * 600)))
