"""Whether a certificate covers a host, and if not, which row of the gallery applies."""

from __future__ import annotations

import pytest

from lab.certificates.faults import ISSUING
from lab.certificates.making import server
from overheard.certificates.hosts import matches, wrong_name


@pytest.mark.parametrize(
    ("pattern", "host", "whether"),
    [
        ("server", "server", True),
        ("Server.Lab.Test", "server.lab.test", True),
        ("server.lab.test.", "server.lab.test", False),
        ("server", "servers", False),
        ("*.lab.test", "a.lab.test", True),
        ("*.lab.test", "lab.test", False),
        ("*.lab.test", ".lab.test", False),
        ("*.lab.test", "a.b.lab.test", False),
        ("a*.lab.test", "ab.lab.test", False),
        ("a.*.test", "a.b.test", False),
        ("*.test", "a.test", False),
        ("*", "server", False),
    ],
)
def test_a_wildcard_covers_the_whole_first_label(pattern: str, host: str, whether: bool) -> None:
    assert matches(pattern, host) is whether


@pytest.mark.parametrize("host", ["server", "SERVER", "server.", "a.lab.test", "127.0.0.1", "::1", "[::1]", "0:0::1"])
def test_a_host_that_the_certificate_covers_is_no_finding(host: str) -> None:
    made = server(ISSUING, names=("server", "*.lab.test", "127.0.0.1", "::1"))
    assert wrong_name(made.parsed, host) == ("", "")


@pytest.mark.parametrize(
    ("names", "common_name", "host", "row", "says"),
    [
        (("server",), "a server", "client", "wrong-host", "asked for client, it is for DNS server"),
        (("server",), "client", "client", "wrong-host", "it is for DNS server"),
        ((), "a server", "client", "wrong-host", "it is for no name at all"),
        ((), "client", "client", "name-only-in-cn", "only in the common name"),
        (("*.lab.test",), "x", "a.b.lab.test", "wildcard-too-deep", "* is one label"),
        (("*.lab.test",), "x", "a.lab.example", "wrong-host", "it is for DNS *.lab.test"),
        (("server",), "x", "192.0.2.1", "ip-without-ip-san", "it names no address: DNS server"),
        ((), "192.0.2.1", "192.0.2.1", "ip-without-ip-san", "no name at all"),
        (("192.0.2.2",), "x", "192.0.2.1", "wrong-host", "it is for IP 192.0.2.2"),
    ],
)
def test_a_host_that_it_does_not_cover_is_a_finding_with_a_detail(
    names: tuple[str, ...], common_name: str, host: str, row: str, says: str
) -> None:
    found, detail = wrong_name(server(ISSUING, names=names, common_name=common_name).parsed, host)
    assert found == row
    assert says in detail
