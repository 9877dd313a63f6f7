"""Every byte of a packet belongs to a field, and each field has the bytes that tshark took it from."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from capture.frames import ethernet, exchange, ipv4, rewritten, udp
from overheard.words.errors import UnreadableError
from overheard.words.recording import MARK_PORT, new_mark
from overheard.words.services import HTTPS
from overheard_capture.captures.reader import read
from overheard_capture.wireshark import conversations, packet_fields
from overheard_capture.wireshark.keys import TlsKeys
from overheard_capture.wireshark.packet_fields import Field, Packet, dissect, dissect_all
from overheard_capture.wireshark.tshark import TsharkInput

if TYPE_CHECKING:
    from pathlib import Path

    from capture.recordings import Recordings

HTTP = exchange([b"GET /one HTTP/1.1\r\nHost: a\r\n\r\n"], [b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", b"yes"])


def named(packet: Packet, name: str) -> list[Field]:
    return [field for field in packet.walk() if field.name == name]


def bytes_of(packet: Packet, field: Field) -> bytes:
    return packet.sources[field.source].data[field.start : field.start + field.length]


def owner_names(packet: Packet, source: int) -> list[str]:
    fields = list(packet.walk())
    return [fields[position].name or fields[position].label for _, _, position in packet.owners(source)]


def all_of(capture: TsharkInput, keys: TlsKeys = TlsKeys()) -> tuple[Packet, ...]:  # noqa: B008  (it is immutable)
    return dissect_all(capture, range(1, len(read(capture.path).frames) + 1), keys)


def last_with(capture: Path, text: bytes) -> int:
    return max(frame.number for frame in read(capture).frames if text in frame.data)


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    return rewritten(tmp_path / "a.pcapng", HTTP)


def test_a_request_in_clear(plain: Path) -> None:
    packet = dissect(TsharkInput(plain), last_with(plain, b"GET"))
    assert [layer.layer for layer in packet.layers] == ["frame", "eth", "ip", "tcp", "http"]
    (method,), (syn,), (ttl,) = (named(packet, name) for name in ("http.request.method", "tcp.flags.syn", "ip.ttl"))
    assert (method.label, method.value, bytes_of(packet, method)) == ("Request Method", "GET", b"GET")
    assert (syn.label, syn.value, syn.bits, syn.length) == ("Syn", "Not set", ".... .... ..0.", 1)
    assert (ttl.start, ttl.length, ttl.layer) == (22, 1, "ip")
    assert owner_names(packet, 0)[:5] == ["eth.dst", "eth.src", "eth.type", "ip.version", "ip.dsfield"]


def test_of_a_message_in_two_segments_the_bytes_are_those_put_together(plain: Path) -> None:
    packet = dissect(TsharkInput(plain), last_with(plain, b"yes"))
    assert [source.name for source in packet.sources] == ["Frame", "Reassembled TCP"]
    (code,), (body,) = named(packet, "http.response.code"), named(packet, "http.file_data")
    assert (code.source, bytes_of(packet, code)) == (1, b"200")
    assert (body.source, bytes_of(packet, body)) == (1, b"yes")


@pytest.mark.parametrize(
    "frame", [ethernet(b"\1\2\3", 0x1234), ethernet(ipv4(udp(b"said"), 17)) + b"\0\0\0trailer", b"\1"]
)
def test_every_byte_has_an_owner(frame: bytes, tmp_path: Path) -> None:
    packet = dissect(TsharkInput(rewritten(tmp_path / "a.pcapng", [frame])), 1)
    assert packet.sources[0].data == frame
    runs = packet.owners(0)
    assert sum(length for _, length, _ in runs) == len(frame)
    # The first layer is the frame as a whole, which owns nothing.
    assert all(position > 0 for _, _, position in runs)


def test_every_byte_of_the_recordings_has_an_owner(recordings: Recordings) -> None:
    for name in ("http", "https"):
        for keys in (TlsKeys(), recordings.tls_keys):
            for packet in all_of(recordings.capture(name, HTTPS.port), keys):
                for number, source in enumerate(packet.sources):
                    runs = packet.owners(number)
                    assert all(position > 0 for _, _, position in runs), (name, packet.frame, source.name)
                    assert sum(length for _, length, _ in runs) == len(source.data)


def test_keys_open_a_record_and_its_fields_are_in_what_was_decrypted(recordings: Recordings) -> None:
    capture = recordings.capture("https", HTTPS.port)
    packets = all_of(capture, recordings.tls_keys)
    hello = next(packet for packet in packets if named(packet, "tls.handshake.extensions.supported_version"))
    assert [source.name for source in hello.sources] == ["Frame"]
    opened = next(packet for packet in packets if named(packet, "tls.handshake.certificate"))
    (first, *_) = named(opened, "tls.handshake.certificate")
    assert opened.sources[first.source].name == "Decrypted TLS"
    # A certificate is a SEQUENCE in DER.
    assert bytes_of(opened, first)[:2] == b"\x30\x82"
    for field in opened.walk():
        if field.name == "tls.handshake.type":
            assert f"({bytes_of(opened, field)[0]})" in field.value
    closed = dissect(capture, opened.frame)
    assert [source.name for source in closed.sources] == ["Frame"]
    assert closed.sources[0] == opened.sources[0]
    assert named(closed, "tls.app_data")


def test_numbers_and_times_are_those_of_the_whole_capture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As tshark has them if it reads all of it."""
    others = [frame for port in (45001, 45002) for frame in exchange([b"said"], [b"heard"], port=port)]
    capture = rewritten(tmp_path / "a.pcapng", [*others, *HTTP])
    monkeypatch.setattr(conversations, "_FEW", 0)
    frame = last_with(capture, b"yes")
    packet = dissect(TsharkInput(capture), frame)
    names = ["frame.number", "tcp.stream", "tcp.segment", "frame.time_delta", "frame.time_relative", "http.request_in"]
    asked = ["-T", "fields", *(word for name in names for word in ("-e", name)), "-d", "tcp.port==5683,http"]
    said = subprocess.run(
        ["tshark", "-n", "-r", capture, "-Y", f"frame.number == {frame}", *asked],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\t")
    own = [",".join(field.value.split()[0].strip(",") for field in named(packet, name)) for name in names]
    assert own == [value.strip() for value in said]
    assert packet.frame == frame
    assert packet.time == pytest.approx((frame - 1) * 1e-6, abs=1e-7)


def test_a_mark_is_data_whatever_port_it_comes_from(tmp_path: Path) -> None:
    """Port 37008, which the sender's system may choose, is that of TZSP in tshark; the first one shows that."""
    for port, protocol in ((5700, "tzsp"), (MARK_PORT, "data")):
        frame = ethernet(ipv4(udp(new_mark(), source=37008, target=port), 17))
        packet = dissect(TsharkInput(rewritten(tmp_path / f"{port}.pcapng", [frame])), 1)
        assert [layer.layer for layer in packet.layers][:5] == ["frame", "eth", "ip", "udp", protocol]


def test_of_what_is_too_large_only_the_frame_is_dissected(plain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = last_with(plain, b"yes")
    whole = len(json.dumps(dissect(TsharkInput(plain), frame).to_json()))
    limits: list[int] = []
    ask = packet_fields._ask  # noqa: SLF001  (to see that it is asked again)

    def smaller(*given: object) -> tuple[str, str]:
        limits.append(len(given))
        monkeypatch.setattr(packet_fields, "_LIMIT", 100 if len(limits) == 1 else 10**7)
        return ask(*given)  # type: ignore[arg-type]  # as given

    monkeypatch.setattr(packet_fields, "_ask", smaller)
    packet = dissect(TsharkInput(plain), frame)
    assert len(limits) == 2
    assert [source.name for source in packet.sources] == ["Frame"]
    assert len(json.dumps(packet.to_json())) < whole


def test_text_from_packets_is_safe_to_show(tmp_path: Path) -> None:
    header = "X-Odd: \u202e<script>alert(1)</script>&amp;\x1b[31m\x00\ufffe\r\n".encode()
    capture = rewritten(tmp_path / "a.pcapng", exchange([b"GET / HTTP/1.1\r\nHost: a\r\n" + header + b"\r\n"], []))
    packet = dissect(TsharkInput(capture), last_with(capture, b"X-Odd"))
    texts = [text for field in packet.walk() for text in (field.name, field.label, field.value, field.bits)]
    assert any("<script>alert(1)</script>" in text for text in texts)
    assert all(text.isprintable() for text in texts)


def test_frames_that_are_dissected_together_are_as_each_alone(plain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    capture = TsharkInput(plain)
    together = dissect_all(capture, range(4, 7))
    assert [packet.frame for packet in together] == [4, 5, 6]
    assert [field.length for field in together[1].walk()] == [field.length for field in dissect(capture, 5).walk()]
    # What is too large together is asked for one by one.
    monkeypatch.setattr(packet_fields, "_LIMIT", 20_000)
    assert [packet.sources for packet in dissect_all(capture, range(4, 7))] == [packet.sources for packet in together]


def test_json_is_arrays_and_hexadecimal(plain: Path) -> None:
    packet = dissect(TsharkInput(plain), 1)
    found = json.loads(json.dumps(packet.to_json()))
    assert found["sources"] == [["Frame", packet.sources[0].data.hex()]]
    assert found["layers"][1][:6] == [0, 0, 14, "eth", "eth", "Ethernet II"]
    assert found["owners"][0][0][:2] == [0, 6]
    assert found["frame"], found["left_out"] == (1, 0)


def test_a_frame_that_is_not_there_is_an_error(plain: Path) -> None:
    for frame in (0, len(HTTP) + 1):
        with pytest.raises(UnreadableError, match=f"has no frame {frame}"):
            dissect(TsharkInput(plain), frame)
