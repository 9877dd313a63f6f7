"""The flow graph of a recording."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from overheard_capture.wireshark.flow_graph import Arrow, ArrowKind, FlowConversation, flow_graph
from overheard_capture.wireshark.keys import TlsKeys

if TYPE_CHECKING:
    from capture.recordings import Recordings

NO_KEYS = TlsKeys()


def graph(recordings: Recordings, name: str, keys: TlsKeys = NO_KEYS) -> tuple[FlowConversation, ...]:
    return flow_graph(recordings.capture(name, 5443, 5446), keys)


def labels(conversation: FlowConversation) -> list[tuple[bool, str]]:
    """Who sent what, without acknowledgements."""
    arrows = (arrow for arrow in conversation.arrows if arrow.kind is not ArrowKind.ACKNOWLEDGEMENT)
    return [(arrow.from_client, arrow.label) for arrow in arrows]


def test_http_is_a_request_and_a_response_between_the_signs_of_tcp(recordings: Recordings) -> None:
    (conversation,) = graph(recordings, "http")
    shown = labels(conversation)
    assert shown[:3] == [(True, "SYN"), (False, "SYN, ACK"), (True, "GET /")]
    assert (False, "200 OK") in shown
    assert conversation.server.endswith(":5683")
    assert all(
        arrow.length == 0 for arrow in conversation.arrows if arrow.kind in {ArrowKind.TCP, ArrowKind.ACKNOWLEDGEMENT}
    )


def test_without_keys_only_the_hellos_of_tls_show(recordings: Recordings) -> None:
    (conversation,) = graph(recordings, "https")
    shown = [label for _, label in labels(conversation)]
    assert shown[2:4] == ["ClientHello", "ServerHello, ChangeCipherSpec"]
    assert "Application Data" in shown
    assert not any("GET" in label or "Certificate" in label for label in shown)


def test_with_keys_the_whole_handshake_shows_in_its_order(recordings: Recordings) -> None:
    (conversation,) = graph(recordings, "https", recordings.tls_keys)
    shown = labels(conversation)
    flight = "ServerHello, ChangeCipherSpec, EncryptedExtensions, Certificate, CertificateVerify, Finished"
    assert (False, flight) in shown
    assert (True, "ChangeCipherSpec, Finished") in shown
    assert (True, "GET /") in shown


def test_an_alert_has_its_name(recordings: Recordings) -> None:
    shown = labels(graph(recordings, "untrusted")[0])
    assert (True, "Alert: unknown_ca") in shown


@pytest.mark.parametrize("begins", [1.0, 2.5])
def test_a_conversation_surrounds_those_that_begin_while_it_lasts(begins: float) -> None:
    def lasting(*times: float) -> FlowConversation:
        arrows = tuple(Arrow(1, time, from_client=True, kind=ArrowKind.TCP, label="", length=0) for time in times)
        return FlowConversation(0, "a:1", "b:2", arrows)

    outer, inner = lasting(0.5, 2.0), lasting(begins, begins + 0.1)
    assert outer.surrounds(inner) == (begins < 2)
    assert not inner.surrounds(outer)
