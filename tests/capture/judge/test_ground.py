"""Sealed or searched, by real recordings and by frames that are added to them."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

from capture.frames import ethernet, exchange, ipv4, rewritten, udp
from capture.media_files import FILES
from capture.recordings import write_notes
from capture.wrapped import answer, noise
from overheard import Options, judge
from overheard.words.ground import Ground, Proof
from overheard.words.verdict import Outcome
from overheard_capture.captures.reader import read
from overheard_capture.judge import Keys

if TYPE_CHECKING:
    from pathlib import Path

    from capture.recordings import Doctored, Recordings
    from overheard.words.verdict import Verdict

SECRET = {"message": "fluffy tail"}
REQUEST = b"GET / HTTP/1.1\r\nHost: server\r\n\r\n"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nnothing"


@pytest.mark.parametrize("name", ["https", "tls13", "ecdhe", "rsa"])
def test_with_the_session_keys_it_is_sealed_and_proved(recordings: Recordings, name: str) -> None:
    ground = recordings.verdict(name).ground
    assert ground == Ground({}, Proof.KEYS)


@pytest.mark.parametrize("name", ["https", "tls13", "ecdhe", "rsa"])
def test_without_keys_it_is_sealed_by_shape(recordings: Recordings, name: str) -> None:
    report = judge(recordings.path(name), SECRET, Options(vouched={"sent"}, required={"sealed"}))
    assert report.outcome is Outcome.PROTECTED
    assert report.verdicts["message"].ground == Ground({}, Proof.SHAPE)


@pytest.mark.parametrize("name", ["fernet", "diffie-hellman"])
def test_encryption_by_the_application_is_searched(recordings: Recordings, name: str) -> None:
    verdict = recordings.judge(name, keys=Keys(recordings.keys, recordings.shared))
    assert verdict.ground
    assert list(verdict.ground.in_clear) == ["HTTP/1.1"]
    assert not verdict.ground.sealed


def added(doctored: Doctored, frames: list[bytes], *required: str) -> Ground | None:
    """The ground with these frames in the recording `https`, whose outcome is PROTECTED unless `sealed` is required."""
    path = doctored.write(frames)
    write_notes(doctored.recordings.judge_input(doctored.name).recording, path)
    report = judge(path, SECRET, Options(vouched={"sent", "whole"}, required=required))
    verdict = report.verdicts["message"]
    failed = [check.code for check in verdict.reasons]
    assert failed == (["in-clear"] if required else []), verdict.reasons
    return verdict.ground


def test_one_exchange_in_clear_is_enough_for_searched(doctored: Doctored) -> None:
    frames = exchange([REQUEST], [ANSWER])
    assert added(doctored, frames) == Ground({"HTTP/1.1": len(REQUEST + ANSWER)}, Proof.SHAPE)
    assert added(doctored, frames, "sealed")


def test_a_datagram_in_clear_is_enough_for_searched(doctored: Doctored) -> None:
    frames = [ethernet(ipv4(udp(b"plain words"), 17))]
    assert added(doctored, frames, "sealed") == Ground({"data": 11}, Proof.SHAPE)


QUERY = bytes.fromhex("1234 0100 0001 0000 0000 0000") + b"\7example\4test\0\0\1\0\1"


@pytest.mark.parametrize(
    ("payloads", "in_clear"),
    [
        ([QUERY], {}),
        ([QUERY, QUERY], {}),
        # What is no DNS is not excused by what is.
        ([QUERY, b"plain words"], {"data": 11}),
        ([b"plain words", QUERY], {"data": 11}),
    ],
)
def test_dns_is_infrastructure(doctored: Doctored, payloads: list[bytes], in_clear: dict[str, int]) -> None:
    frames = [ethernet(ipv4(udp(payload), 17)) for payload in payloads]
    assert added(doctored, frames, *(["sealed"] if in_clear else [])) == Ground(in_clear, Proof.SHAPE)


def test_data_beside_tls_or_without_it_is_not_sealed(tmp_path: Path, recordings: Recordings) -> None:
    report = judge(recordings.path("smuggled"), SECRET, Options(vouched={"sent"}, required={"sealed"}))
    assert report.outcome is not Outcome.PROTECTED
    clean = rewritten(tmp_path / "plain.pcapng", exchange([b"nothing"], [b"at all"]))
    report = judge(clean, SECRET, Options(vouched={"sent", "whole"}))
    assert report.verdicts["message"].ground == Ground({"plain text": 13})


def test_what_nobody_reads_is_named(tmp_path: Path) -> None:
    """Short values are named, and large ones are a reason; media are one only if that is asked for."""
    image = FILES["GIF"](b"hello", noise(2000), b"")
    short, large = (b"token=" + base64.b64encode(noise(size)) for size in (256, 2000))

    def judged(body: bytes, *required: str) -> Verdict:
        path = rewritten(tmp_path / "values.pcapng", exchange([REQUEST], [answer(body)]))
        return judge(path, SECRET, Options(vouched={"sent", "whole"}, required=required)).verdicts["message"]

    named = judged(short)
    assert named.outcome is Outcome.PROTECTED
    assert str(named.ground).endswith("in clear, with 1 opaque value of 256 bytes")
    (reason,) = judged(large).reasons
    assert reason.code == "readable"
    assert "stream 0: a value of more than 512 bytes" in reason.says
    assert "--without" in reason.hint
    assert str(judged(image, "sealed").ground).endswith("in clear, with 2,000 bytes of media")
    assert judged(image).outcome is Outcome.PROTECTED
    assert [check.code for check in judged(image, "no-media").reasons] == ["media"]
    assert judged(short, "no-media").outcome is Outcome.PROTECTED


def test_a_record_that_the_keys_do_not_open_proves_nothing(recordings: Recordings, tmp_path: Path) -> None:
    """One bit of a record of each version is changed: its tag is wrong."""
    for name in ("tls13", "ecdhe"):
        frames = [frame.data for frame in read(recordings.path(name)).frames]
        # The last may be an alert of TLS 1.3. Acknowledgements may be between them.
        *_, last_but_one, _ = (number for number, data in enumerate(frames) if b"\x17\3\3" in data)
        data = bytearray(frames[last_but_one])
        data[data.index(b"\x17\3\3") + 20] ^= 1
        frames[last_but_one] = bytes(data)
        changed = rewritten(tmp_path / f"{name}.pcapng", frames)
        verdict = recordings.judge(name, path=changed)
        assert verdict.ground
        assert verdict.ground.proof is not Proof.KEYS


@pytest.mark.parametrize(
    ("packet", "reasons"),
    [
        (udp(b"<13>a line of syslog", target=514), []),
        (udp(b"", target=514), ["something"]),
        (b"\x08\0\0\0\0\1\0\1" + b"a ping, and what it carries", []),
        (b"\x08\0\0\0\0\1\0\1", ["something"]),
    ],
)
def test_datagrams_and_icmp_alone_are_something_to_judge(tmp_path: Path, packet: bytes, reasons: list[str]) -> None:
    protocol = 17 if packet[0] != 8 else 1
    path = rewritten(tmp_path / "alone.pcapng", [ethernet(ipv4(packet, protocol))])
    report = judge(path, SECRET, Options(vouched={"sent", "whole"}))
    assert [check.code for check in report.verdicts["message"].reasons] == reasons
