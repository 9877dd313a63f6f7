"""A packet for a page: each field is explained, by itself or by the field that it is in."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from capture.frames import ethernet, exchange, ipv4, ipv6, rewritten, udp
from capture.unexplained import unexplained
from overheard.words.fields import EXPLANATIONS
from overheard.words.services import HTTPS, LEGACY
from overheard_capture.captures.reader import read
from overheard_capture.wireshark.explained import explained_packet, explanations
from overheard_capture.wireshark.keys import TlsKeys
from overheard_capture.wireshark.packet_fields import Packet, dissect, dissect_all
from overheard_capture.wireshark.tshark import TsharkInput

if TYPE_CHECKING:
    from pathlib import Path

    from capture.recordings import Recordings


def every_packet(capture: TsharkInput, keys: TlsKeys) -> tuple[Packet, ...]:
    return dissect_all(capture, range(1, len(read(capture.path).frames) + 1), keys)


def test_every_field_of_a_recording_is_explained(recordings: Recordings) -> None:
    missing = set()
    for name in ("http", "fernet", "diffie-hellman", "https", "rsa", "ecdhe"):
        for keys in (TlsKeys(), recordings.tls_keys):
            missing |= unexplained(every_packet(recordings.capture(name, HTTPS.port, LEGACY.port), keys))
    assert missing == set()


def test_every_field_of_other_networks_is_explained(tmp_path: Path) -> None:
    """Those that the lab meets in containers."""
    ask = bytes.fromhex("0001080006040001 020000000001 0a000001 000000000000 0a000002")
    frames = [
        ethernet(ipv6(udp(b"said"), 17), 0x86DD),
        ethernet(ask, 0x0806),
        ethernet(ipv4(udp(b"said"), 17)) + bytes(9),
    ]
    assert unexplained(every_packet(TsharkInput(rewritten(tmp_path / "a.pcapng", frames)), TlsKeys())) == set()


def test_a_field_without_an_explanation_is_noticed(tmp_path: Path) -> None:
    capture = TsharkInput(rewritten(tmp_path / "a.pcapng", [ethernet(b"\1\2\3\4" * 12, 0x88CC)]))
    assert "lldp" in unexplained(every_packet(capture, TlsKeys()))


def test_explanations_are_in_the_order_of_the_fields_and_each_is_there_once(tmp_path: Path) -> None:
    capture = TsharkInput(rewritten(tmp_path / "a.pcapng", exchange([b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"], [])))
    packet = dissect(capture, 4)
    fields, said = list(packet.walk()), list(explanations(packet))
    assert len(said) == len(fields)
    for field, explanation in zip(fields, said, strict=True):
        assert explanation is EXPLANATIONS.get(field.name, explanation)
    found = json.loads(json.dumps(explained_packet(packet)))
    assert len(found["explained"]) == len(fields)
    assert len(set(map(tuple, found["explanations"]))) == len(found["explanations"])
    syn = next(number for number, field in enumerate(fields) if field.name == "tcp.flags.syn")
    assert found["explanations"][found["explained"][syn]][1] == "RFC 9293, section 3.5"
    assert found["sealed"] == []


def test_text_of_a_packet_is_never_taken_for_the_name_of_a_heading(tmp_path: Path) -> None:
    body = b"Extension: server_name\nTimestamps"
    head = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n" % len(body)
    capture = TsharkInput(rewritten(tmp_path / "a.pcapng", exchange([head + body], [])))
    packet = dissect(capture, 4)
    lines = [
        said for field, said in zip(packet.walk(), explanations(packet), strict=True) if field.label == "Extension"
    ]
    assert lines == [EXPLANATIONS["data-text-lines"]]
