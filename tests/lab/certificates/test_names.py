"""Names: how they are compared, and that they are safe to show."""

from __future__ import annotations

import pytest

from lab.certificates import der
from overheard.certificates.asn1.element import parse
from overheard.certificates.names import Name, called, listed, plain, read_name


def name(*rdns: bytes) -> Name:
    return read_name(parse(der.seq(*rdns)))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (der.name("A  Root "), der.name("a root"), True),
        (der.name("a root", 0x13), der.name("a root"), True),
        (der.name("É"), der.name("é"), False),
        (der.seq(der.rdn(), der.rdn(der.attribute("x"))), der.name("x"), True),
        (der.seq(der.rdn(der.attribute("x", "2.5.4.10"))), der.name("x"), False),
    ],
)
def test_names_are_compared_as_openssl_does(one: bytes, other: bytes, same: bool) -> None:
    assert (read_name(parse(one)).key == read_name(parse(other)).key) is same


def test_a_name_is_called_by_its_common_name_or_all_of_it() -> None:
    organisation = der.rdn(der.attribute("Lab, Inc.", "2.5.4.10"))
    assert called(name(organisation, der.rdn(der.attribute("x")))) == "x"
    assert called(name(organisation, der.rdn(der.attribute("GB", "2.5.4.6")))) == "C=GB,O=Lab\\, Inc."
    assert called(name()) == "nobody"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain é", "plain é"),
        ("\x1b[0m\x9b\r\n\t\0", "\\x1b[0m\\x9b\\r\\n\\t\\x00"),
        ("\u202e\u2066\u200b\u2028\ufeff", "\\u202e\\u2066\\u200b\\u2028\\ufeff"),
        ("\udc80", "\\udc80"),
        ("##[error]", "#\\x23[error]"),
    ],
)
def test_what_a_terminal_would_obey_is_escaped(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_long_text_and_long_lists_are_cut() -> None:
    assert plain("a" * 400) == "a" * 300 + "… (400 characters)"
    assert listed(["a"] * 201).endswith(", a and 1 more")
    assert listed([]) == "none"
