from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest

from overheard.role.names import Name
from overheard_ca.permitted import PRIVATE, RESERVED, Permitted, by_default, exactly, read_limit
from rows import for_each


@for_each(
    row=[
        ("test", "test", True),
        ("a.test", "test", True),
        ("a.b.test", "test", True),
        ("*.test", "test", True),
        ("*.a.test", "test", True),
        ("*.test", "a.test", False),
        ("atest", "test", False),
        ("test", "a.test", False),
        ("test.com", "test", False),
        ("10.0.0.1", "10.0.0.1", True),
        ("", "test", False),
    ]
)
def test_a_name_is_within_a_domain_if_it_is_that_or_below_it(row: tuple[str, str, bool]) -> None:
    name, domain, expected = row
    assert Permitted.of([domain]).has(name) is expected


@for_each(
    row=[
        ("10.1.2.3", "10.0.0.0/8", True),
        ("11.1.2.3", "10.0.0.0/8", False),
        ("::1", "::/0", True),
        ("::1", "0.0.0.0/0", False),
        ("10.1.2.3", "::/0", False),
    ]
)
def test_an_address_is_within_a_network_of_its_version(row: tuple[str, str, bool]) -> None:
    address, network, expected = row
    assert Permitted.of([ip_network(network)]).has(ip_address(address)) is expected


def test_an_address_that_is_written_as_a_name_is_within_no_network() -> None:
    assert not Permitted.of([ip_network("10.0.0.0/8")]).has("10.1.2.3")
    assert not Permitted.of(["10.1.2.3"]).has(ip_address("10.1.2.3"))


def test_what_is_within_something_else_is_left_out() -> None:
    limits = ["b.test", "test", "a", "test", ip_network("10.0.0.0/8"), ip_network("10.1.0.0/16"), ip_network("::1")]
    assert Permitted.of(limits) == Permitted(("a", "test"), (ip_network("10.0.0.0/8"), ip_network("::1")))
    assert Permitted.of(reversed(limits)) == Permitted.of(limits)


@for_each(name=["server", "localhost", "a.test", "other.example", "a.home.arpa", "127.0.0.1", "10.0.0.1", "172.31.0.1"])
def test_by_default_the_names_of_a_lab_are_permitted(name: str) -> None:
    limits = by_default(["server", "www.example.org", ip_address("8.8.8.8")])
    assert any(Permitted.of([limit]).has(as_name(name)) for limit in limits)


@for_each(name=["com", "www.example.org", "home", "example.com", "8.8.8.8", "172.32.0.1", "2a00::1", "::ffff:10.0.0.1"])
def test_by_default_nothing_of_the_outside_world_is(name: str) -> None:
    limits = by_default(["server", "www.example.org", ip_address("8.8.8.8")])
    assert not any(Permitted.of([limit]).has(as_name(name)) for limit in limits)


def as_name(name: str) -> Name:
    """The name as such."""
    try:
        return ip_address(name)
    except ValueError:
        return name


def test_no_default_is_within_another() -> None:
    made = Permitted.of((*RESERVED, *PRIVATE))
    assert (set(made.domains), set(made.networks)) == (set(RESERVED), set(PRIVATE))


@for_each(
    row=[
        ("Corp.Example", "corp.example"),
        ("10.0.0.0/8", ip_network("10.0.0.0/8")),
        ("::1", ip_network("::1/128")),
        ("127.0.0.1", ip_network("127.0.0.1/32")),
    ]
)
def test_a_limit_is_a_domain_an_address_or_a_network(row: tuple[str, object]) -> None:
    text, limit = row
    assert read_limit(text) == limit


@pytest.mark.parametrize("text", ["", ".test", "*.test", "10.0.0.1/8", "10.0.0.0/33", "a b"])
def test_anything_else_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_limit(text)


def test_the_narrowest_limit_of_an_address_is_a_network_of_one() -> None:
    assert exactly(ip_address("8.8.8.8")) == ip_network("8.8.8.8/32")
