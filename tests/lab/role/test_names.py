from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overheard.role.names import folded, read_name
from rows import for_each


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("server", "server"),
        ("SERVER.Example", "server.example"),
        ("a-1.b", "a-1.b"),
        ("1.example", "1.example"),
        ("127.0.0.1", IPv4Address("127.0.0.1")),
        ("::1", IPv6Address("::1")),
        ("0:0::1", IPv6Address("::1")),
        ("x" * 63, "x" * 63),
        ("a." * 33 + "a", "a." * 33 + "a"),
        ("a." * 126 + "a", "a." * 126 + "a"),
    ],
)
def test_it_reads_dns_names_in_lower_case_and_addresses_as_such(text: str, name: object) -> None:
    assert read_name(text) == name


@for_each(
    text=[
        *("", ".", "server.", ".server", "a..b", "*.example", "-a", "a-", "a b", "a_b", "a\0b", "a\n"),
        *("1.2.3", "256.1.1.1", "127.0.0.1/8"),
    ]
)
def test_it_refuses_invalid_names(text: str) -> None:
    with pytest.raises(ValueError, match="neither a DNS name nor an IP address"):
        read_name(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("sörver", "such as xn--bcher-kva"),
        ("x" * 64, "has a label of 64 characters, and a DNS name 63 at most"),
        ("x" * 300, "has 300 characters, and a DNS name has 253 at most"),
        ("a." * 126 + "aa", "has 254 characters, and a DNS name has 253 at most"),
    ],
)
def test_it_says_why_a_name_that_looks_like_one_is_none(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=f"{why}$"):
        read_name(text)


@given(st.text())
def test_a_name_that_was_read_reads_the_same_again(text: str) -> None:
    try:
        name = read_name(text)
    except ValueError:
        return
    assert read_name(str(name)) == name == folded(text)
