"""Terms that name hosts, and the addresses that they stand for."""

from __future__ import annotations

import socket

import pytest

from overheard.words.errors import SettingsError
from overheard_capture.packets.host_filter import numeric


@pytest.mark.parametrize(
    "term",
    ["10.0.0.7", "10.0.0.0/8", "10.0.0.7:443", ":443", "fe80::1", "[fe80::1]:443", "01:80:c2:00:00:00", "a:b", ""],
)
def test_a_term_without_a_name_stays_as_it_is(term: str) -> None:
    assert numeric(term) == (term,)


def test_a_name_stands_for_all_of_its_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "127.0.0.1" in numeric("localhost")
    assert "127.0.0.1:8070" in numeric("localhost:8070")
    found = [(0, 0, 0, "", (address, 0)) for address in ("10.0.0.7", "fe80::1", "10.0.0.7")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    assert numeric("web-1.example") == ("10.0.0.7", "fe80::1")
    assert numeric("web-1.example:443") == ("10.0.0.7:443", "[fe80::1]:443")


def test_a_name_without_an_address_is_an_error() -> None:
    with pytest.raises(SettingsError, match=r"nobody knows the address of 'no\.such\.invalid'"):
        numeric("no.such.invalid:443")
