"""Elements of DER: tags, lengths and strings in their charsets."""

from __future__ import annotations

import pytest

from overheard_capture.protocols.tls.cursor import TruncatedError
from overheard_capture.protocols.tls.elements import DerElement, element_of, elements, is_structure, pair_of, string_of


def test_elements_in_a_row() -> None:
    assert elements(b"\2\1\5\x0c\2ab") == [DerElement(2, b"\5"), DerElement(12, b"ab")]
    assert element_of(b"\x04\x81\x80" + bytes(128)) == DerElement(4, bytes(128))
    assert pair_of(DerElement(0x30, b"\5\0\5\0")) == [DerElement(5, b""), DerElement(5, b"")]


@pytest.mark.parametrize("der", [b"", b"\2", b"\2\2\5", b"\x30\x80\0\0", b"\x1f\1\0", b"\5\0\5\0"])
def test_what_is_not_one_element(der: bytes) -> None:
    with pytest.raises(TruncatedError):
        element_of(der)


def test_an_element_that_is_no_pair() -> None:
    with pytest.raises(TruncatedError):
        pair_of(DerElement(0x30, b"\5\0"))


def test_a_structure_has_nothing_behind() -> None:
    assert is_structure(b"\x30\2\5\0")
    assert is_structure(b"\x30\x81\x02\5\0")
    assert not any(map(is_structure, (b"", b"\x30", b"\x30\2\5\0\0", b"\x31\2\5\0", b"\x30\3\5\0")))


def test_strings_have_a_charset() -> None:
    text = "\xfc\u0142".encode()
    assert string_of(DerElement(12, text)) == text
    assert string_of(DerElement(30, "\xfc\u0142".encode("utf-16-be"))) == text
    assert string_of(DerElement(28, "\xfc\u0142".encode("utf-32-be"))) == text
    assert string_of(DerElement(20, b"\xfc")) == "\xfc".encode()
