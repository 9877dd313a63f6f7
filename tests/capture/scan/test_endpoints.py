"""Endpoints that are asked about, by address and by name."""

from __future__ import annotations

import pytest

from overheard.words.errors import SettingsError
from overheard_capture.packets import Endpoint
from overheard_capture.scan.endpoints import endpoint_facts, terms_of

OTHER = Endpoint("10.0.0.9", 50000)


@pytest.mark.parametrize(
    ("text", "address", "port"),
    [
        ("10.0.0.7:443", "10.0.0.7", 443),
        (":443", "10.0.0.8", 443),
        ("[fe80::1]:443", "fe80::1", 443),
        ("localhost:8443", "127.0.0.1", 8443),
    ],
)
def test_an_endpoint_is_an_address_or_a_name_with_a_port(text: str, address: str, port: int) -> None:
    terms = terms_of(text)
    assert any(term.matches(Endpoint(address, port)) for term in terms)
    assert not any(term.matches(Endpoint(address, port + 1)) for term in terms)


@pytest.mark.parametrize(
    "text", ["", "oak", "10.0.0.7", "10.0.0.7:", ":0", ":99999", "10.0.0.700:443", "no.such.invalid:443"]
)
def test_what_is_none_is_refused(text: str) -> None:
    with pytest.raises(SettingsError):
        terms_of(text)


def test_flows_are_added_to_the_endpoints_that_they_are_of() -> None:
    server = Endpoint("10.0.0.7", 443)
    first, second = (endpoint_facts([":443", ":80"]) for _ in range(2))
    for facts in first.values():
        facts.add((OTHER, server), "stream 0", (0, 0), encrypted=True, in_clear={})
    for facts in second.values():
        facts.add((server, OTHER), "stream 1", (0, 1), encrypted=False, in_clear={"text": 7})
        facts.add((server, OTHER), "stream 2", (0, 2), encrypted=False, in_clear={})
    of_server = first[":443"]
    of_server.add_all(second[":443"])
    assert (of_server.with_data, of_server.in_clear, str(of_server.clear_flows)) == (2, {"text": 7}, "stream 1")
    assert first[":80"].with_data == 0
