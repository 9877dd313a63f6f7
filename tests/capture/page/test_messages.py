"""The request and the response, as they crossed the wire and as the two sides read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from capture.page.place import MESSAGE
from overheard_capture.page.messages import messages
from overheard_capture.page.wire import keys_of, tshark_input
from overheard_capture.wireshark.keys import TlsKeys

if TYPE_CHECKING:
    from overheard_capture.page.run_folder import RunFolder


def test_of_http_the_wire_shows_all(run: RunFolder) -> None:
    request, response = messages(tshark_input(run, "http"), keys_of(run))
    assert request.plain.startswith(b"GET / HTTP/1.1\r\n")
    assert response.plain.endswith(MESSAGE.encode())
    assert request.is_clear
    assert response.is_clear


@pytest.mark.parametrize("scenario", ["https", "mutual-tls", "no-forward-secrecy"])
def test_with_the_keys_each_byte_stands_where_it_was_encrypted(run: RunFolder, scenario: str) -> None:
    request, response = messages(tshark_input(run, scenario), keys_of(run))
    assert request.plain.startswith(b"GET / HTTP/1.1\r\n")
    assert MESSAGE.encode() in response.plain
    for message in (request, response):
        assert len(message.wire) == len(message.plain)
        assert message.frames
        # By chance, one byte of 256 is as it was.
        same = sum(one == other for one, other in zip(message.wire, message.plain, strict=True))
        assert same < len(message.wire) / 10
        assert message.wire in run.recording(scenario).read_bytes() or len(message.frames) > 1


def test_without_the_keys_there_is_only_what_crossed_the_wire(run: RunFolder) -> None:
    request, response = messages(tshark_input(run, "https"), TlsKeys())
    assert request.plain == response.plain == b""
    assert request.wire
    assert response.wire


def test_of_a_refused_handshake_no_message_crossed_the_wire(run: RunFolder) -> None:
    request, response = messages(tshark_input(run, "https-untrusted"), keys_of(run))
    assert request.plain == response.plain == b""


def test_the_conversation_is_that_of_the_frame_that_carried_the_secret(run: RunFolder) -> None:
    """The first one may be a question to somebody else, such as whether a certificate was revoked."""
    capture, keys = tshark_input(run, "mutual-tls"), keys_of(run)
    conversations = sorted(
        {messages(capture, keys, carrier)[1] for carrier in range(1, 60)}, key=lambda each: each.frames
    )
    assert len(conversations) > 1
    with_it = [each for each in conversations if MESSAGE.encode() in each.plain]
    for each in conversations:
        assert all(messages(capture, keys, frame)[1] == each for frame in each.frames)
    assert messages(capture, keys)[1] in with_it
