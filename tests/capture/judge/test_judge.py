"""The judge on real recordings with inserted frames: sightings with their places, and what is not PROTECTED."""

from __future__ import annotations

import base64
import gzip
import subprocess
from typing import TYPE_CHECKING

import dns.message
import pytest

from capture.frames import ethernet, exchange, ipv4, ipv6, rewritten, udp
from capture.recordings import reasons
from overheard.words.verdict import Outcome, Presence
from overheard_capture.captures.reader import read

if TYPE_CHECKING:
    from capture.recordings import Doctored, Recordings

MESSAGE = b"fluffy tail"
REQUEST = b"GET / HTTP/1.1\r\nHost: server\r\n\r\n"
PLAIN = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n"
ZIPPED = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Encoding: gzip\r\n\r\n"


# The Ethernet addresses of two parties, and of a stranger who broadcasts.
PARTIES = bytes.fromhex("02000000000a 02000000000b")
STRANGER = bytes.fromhex("01005e0000fb 02000000000c")
# Unreadable bytes, which could be the message, encrypted in an unknown way.
RIDDLE = bytes(range(0x80, 0x100)) + bytes(16)
ANNOUNCED = ethernet(ipv4(udp(RIDDLE), 17, source="10.9.9.9", target="224.0.0.251"))[12:]

MDNS = ethernet(ipv4(udp(dns.message.make_query("_ipp._tcp.local", "PTR").to_wire()), 17, target="224.0.0.251"))[12:]


def between_containers(doctored: Doctored) -> Doctored:
    """Give its frames Ethernet addresses."""
    doctored.frames = [PARTIES + data[12:] for data in doctored.frames]
    return doctored


# ---- no sighting


def test_plain_http_without_the_secret_changes_nothing(doctored: Doctored) -> None:
    """The control: inserting frames alone changes nothing."""
    verdict = doctored.judge(exchange([REQUEST], [PLAIN + b"bushy tail"]))
    assert (verdict.outcome, reasons(verdict)) == (Outcome.PROTECTED, set())


def test_a_compressed_answer_is_overheard(doctored: Doctored) -> None:
    """Anybody can remove this layer."""
    verdict = doctored.judge(exchange([REQUEST], [ZIPPED + gzip.compress(MESSAGE * 20)]))
    assert verdict.outcome is Outcome.OVERHEARD
    assert {seen.layers for seen in verdict.sightings} == {("gzip",)}


def test_what_both_sides_of_a_stream_sent_is_in_one_stream(doctored: Doctored) -> None:
    (reason,) = doctored.judge(exchange([RIDDLE], [RIDDLE])).reasons
    assert reason.says.count("stream") == 1


def test_a_false_content_encoding_is_not_protected(doctored: Doctored) -> None:
    verdict = doctored.judge(exchange([REQUEST], [ZIPPED + RIDDLE]))
    assert (verdict.outcome, reasons(verdict)) == (Outcome.INCONCLUSIVE, {"readable"})


def test_a_tls_record_that_is_a_byte_short_is_not_protected(doctored: Doctored) -> None:
    hello = b"\x16\x03\x01\x00\x04\x01\x00\x00\x00"
    assert reasons(doctored.judge(exchange([hello], [b"\x15\x03\x03\x00\x02\x02\x30"]))) == set()
    assert reasons(doctored.judge(exchange([hello], [b"\x15\x03\x03\x00\x03\x02\x30"]))) == {"readable"}


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(ethernet(ipv4(udp(RIDDLE), 17)), id="a datagram"),
        pytest.param(ethernet(RIDDLE, 0x88B5), id="a frame of an unknown protocol"),
    ],
)
def test_unreadable_bytes_outside_streams_are_not_protected(doctored: Doctored, data: bytes) -> None:
    verdict = doctored.judge([data])
    assert (verdict.outcome, reasons(verdict)) == (Outcome.INCONCLUSIVE, {"readable"})


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(PARTIES + ANNOUNCED, id="another address of a party"),
        pytest.param(STRANGER + ANNOUNCED, id="a stranger"),
        pytest.param(STRANGER + ethernet(ipv4(udp(RIDDLE), 17))[12:], id="a forwarded party"),
        pytest.param(PARTIES + ethernet(ipv6(udp(RIDDLE), 17), 0x86DD)[12:], id="a party over another protocol"),
        pytest.param(PARTIES + ethernet(ipv4(bytes([8]) + RIDDLE, 1))[12:], id="an echo"),
        pytest.param(
            bytes.fromhex("0180c2000000") + PARTIES[6:] + ethernet(RIDDLE, 0x0026)[12:],
            id="a party that plays bridge",
        ),
    ],
)
def test_what_cannot_be_read_counts_whoever_sent_it(doctored: Doctored, data: bytes) -> None:
    verdict = between_containers(doctored).judge([data])
    assert (verdict.outcome, reasons(verdict)) == (Outcome.INCONCLUSIVE, {"readable"})


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(STRANGER + MDNS, id="a desktop with mDNS"),
        pytest.param(bytes.fromhex("0180c2000000 02000000000c") + ethernet(bytes(38), 0x0026)[12:], id="a bridge"),
    ],
)
def test_broadcasts_of_a_stranger_change_nothing(doctored: Doctored, data: bytes) -> None:
    """They are on every network, and every byte of them is accounted for."""
    assert between_containers(doctored).judge([data]).outcome is Outcome.PROTECTED


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(ethernet(ipv4(udp(b"bushy tail"), 17)), id="a datagram of text"),
        pytest.param(ethernet(bytes(28), 0x0806), id="ARP"),
    ],
)
def test_readable_bytes_outside_streams_are_no_reason(doctored: Doctored, data: bytes) -> None:
    assert reasons(doctored.judge([data])) == set()


# ---- sightings, and their places


def test_a_secret_in_one_segment_is_seen_once(doctored: Doctored) -> None:
    """In the stream and in the frame it is the same place."""
    verdict = doctored.judge(exchange([REQUEST], [PLAIN + MESSAGE]))
    (sighting,) = verdict.sightings
    frame = doctored.first + 4
    data = read(doctored.path).frames[frame - 1].data
    assert (sighting.frame, sighting.frames, sighting.spelling) == (frame, (frame,), "plainly")
    assert data[sighting.offset : sighting.offset + sighting.length] == MESSAGE
    assert (sighting.stream, sighting.stream_offset) == (1, len(PLAIN))
    assert sighting.direction == "127.0.0.1:5683 → 127.0.0.1:45000"
    assert (verdict.outcome, verdict.presence, verdict.carrier) == (Outcome.OVERHEARD, Presence.SEEN, frame)


@pytest.mark.parametrize("cut", range(1, len(MESSAGE)))
def test_a_secret_that_is_split_over_two_segments_is_seen(doctored: Doctored, cut: int) -> None:
    verdict = doctored.judge(exchange([REQUEST], [PLAIN + MESSAGE[:cut], MESSAGE[cut:]]))
    (sighting,) = verdict.sightings
    frame = doctored.first + 4
    data = read(doctored.path).frames[frame - 1].data
    assert (sighting.frame, sighting.frames) == (frame, (frame, frame + 1))
    assert data[sighting.offset :] == MESSAGE[:cut]
    assert sighting.stream_offset == len(PLAIN)


def test_a_secret_sent_one_byte_per_segment_is_seen(doctored: Doctored) -> None:
    parts = [bytes([byte]) for byte in MESSAGE]
    (sighting,) = doctored.judge(exchange(parts, [])).sightings
    assert sighting.frames == tuple(range(doctored.first + 3, doctored.first + 3 + len(MESSAGE)))


def test_a_retransmitted_secret_is_reported_once(doctored: Doctored) -> None:
    """At its first transmission: retransmitted bytes are not reported again."""
    frames = exchange([MESSAGE], [])
    verdict = doctored.judge([*frames[:4], frames[3], *frames[4:]])
    assert [(seen.frame, seen.stream) for seen in verdict.sightings] == [(doctored.first + 3, 1)]


def test_a_secret_in_a_datagram_is_seen(doctored: Doctored) -> None:
    verdict = doctored.judge([ethernet(ipv4(udp(b"it is " + MESSAGE), 17))])
    (sighting,) = verdict.sightings
    assert (sighting.frame, sighting.stream, sighting.stream_offset) == (doctored.first, -1, 6)
    assert (sighting.offset, sighting.direction) == (14 + 20 + 8 + 6, "127.0.0.1:5000 → 127.0.0.1:5001")
    assert verdict.outcome is Outcome.OVERHEARD


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(ethernet(b"no IP: " + MESSAGE, 0x88B5), id="a private ethertype"),
        pytest.param(ethernet(ipv4(b"tunnel " + MESSAGE, 47)), id="GRE"),
        pytest.param(ethernet(ipv4(b"a part " + MESSAGE, fragment=0x2000)), id="a fragment"),
        pytest.param(ethernet(b"padding" + MESSAGE, 0x0806), id="ARP"),
    ],
)
def test_a_secret_in_any_other_frame_is_seen(doctored: Doctored, data: bytes) -> None:
    (sighting,) = doctored.judge([data]).sightings
    assert (sighting.frame, sighting.offset) == (doctored.first, data.index(MESSAGE))
    assert (sighting.stream, sighting.direction) == (-1, "")


@pytest.mark.parametrize("before", [b"", b"x", b"xx"])
def test_a_secret_in_base64_is_seen(doctored: Doctored, before: bytes) -> None:
    header = b"Cookie: m=" + base64.b64encode(before + MESSAGE) + b"\r\n\r\n"
    verdict = doctored.judge(exchange([REQUEST[:-2] + header], [PLAIN]))
    assert {seen.spelling for seen in verdict.sightings} == {f"base64, at {len(before)}"}
    assert verdict.outcome is Outcome.OVERHEARD


def test_a_secret_after_a_gap_is_seen(doctored: Doctored) -> None:
    """In bytes whose beginning was not captured."""
    frames = exchange([b"lost", b"and " + MESSAGE], [])
    verdict = doctored.judge([*frames[:3], *frames[4:]])
    (sighting,) = verdict.sightings
    assert (sighting.frame, sighting.stream_offset) == (doctored.first + 3, 8)
    assert "no-gaps" in reasons(verdict)
    assert verdict.outcome is Outcome.OVERHEARD


# ---- two witnesses


def test_the_frame_that_carried_the_message_is_the_one_that_tshark_names(recordings: Recordings) -> None:
    """Decrypted with the key log, it is the frame of the HTTP response."""
    command = ["tshark", "-r", str(recordings.path("https")), "-n", "-o", f"tls.keylog_file:{recordings.keys}"]
    command += ["-Y", 'http.response && http contains "fluffy tail"', "-T", "fields", "-e", "frame.number"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    verdict = recordings.verdict("https")
    assert verdict.presence is Presence.KEY_LOG
    assert str(verdict.carrier) == printed.strip()


def test_tls_in_ip_fragments_is_reassembled_as_by_tshark(doctored: Doctored) -> None:
    """The last fragment carries the message, for tshark and for us."""
    carrier = doctored.recordings.verdict("https").carrier
    assert carrier
    data = doctored.frames[carrier - 1]
    segment = data[14 + 20 :]
    parts = [
        ethernet(ipv4(segment[:32], fragment=0x2000, identification=9)),
        ethernet(ipv4(segment[32:], fragment=4, identification=9)),
    ]
    frames = [*doctored.frames[: carrier - 1], *parts, *doctored.frames[carrier:]]
    verdict = doctored.recordings.judge("https", path=rewritten(doctored.path, frames))
    assert (verdict.outcome, reasons(verdict)) == (Outcome.PROTECTED, set())
    assert verdict.carrier == carrier + 1


def test_tls_with_a_missing_ip_fragment_is_inconclusive(doctored: Doctored) -> None:
    carrier = doctored.recordings.verdict("https").carrier
    assert carrier
    data = doctored.frames[carrier - 1]
    part = ethernet(ipv4(data[14 + 20 :][:32], fragment=0x2000, identification=9))
    frames = [*doctored.frames[: carrier - 1], part, *doctored.frames[carrier:]]
    verdict = doctored.recordings.judge("https", path=rewritten(doctored.path, frames))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert {"fragments-whole", "no-gaps"} <= reasons(verdict)


def test_the_secret_is_nowhere_in_a_verdict(recordings: Recordings) -> None:
    for name in ("http", "https", "untrusted", "killed"):
        assert "fluffy" not in repr(recordings.verdict(name).to_json())
