"""What is visible of a connection without keys, as it passes from the judge to the report."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import pytest

from overheard.words.visible import Alert, Visible

PLAIN = Visible(
    stream=0,
    client="127.0.0.1:40000",
    server="127.0.0.1:5683",
    began=0.1,
    lasted=0.02,
    sent=54,
    answered=632,
    content="plain text",
)
SECURE = replace(
    PLAIN,
    server="[::1]:5443",
    content="TLS",
    version="TLS 1.2",
    cipher="TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    group="x25519",
    sni="server",
    alpn="http/1.1",
    subject="a server",
    names=("server", "127.0.0.1"),
    client_subject="a squirrel",
    data_sent=54,
    data_answered=632,
    data_guessed=632,
    alerts=(Alert(14, "client", "fatal", "unknown_ca"), Alert(15, "server", "warning", "close_notify")),
    hello_frames=(4, 6),
)


@pytest.mark.parametrize("seen", [PLAIN, SECURE])
def test_it_survives_json(seen: Visible) -> None:
    assert Visible.from_json(json.loads(json.dumps(asdict(seen)))) == seen


def test_the_facts_are_what_the_handshake_shows() -> None:
    assert SECURE.facts == {
        "TLS 1.2",
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        "x25519",
        "server",
        "http/1.1",
        "unknown_ca from the client",
        "close_notify from the server",
    }


def test_an_empty_field_is_no_fact() -> None:
    assert PLAIN.facts == frozenset()


@pytest.mark.parametrize(("seen", "port"), [(PLAIN, 5683), (SECURE, 5443)])
def test_the_port_is_the_servers(seen: Visible, port: int) -> None:
    assert seen.port == port
