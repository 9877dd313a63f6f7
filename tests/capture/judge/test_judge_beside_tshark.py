"""tshark alone, without our own code: it must agree with the judge."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from cryptography.fernet import Fernet

from overheard.words.services import HTTP, LEGACY
from overheard.words.verdict import Outcome
from overheard_capture.judge import Keys
from overheard_capture.wireshark.tshark import own_configuration
from stage import ELSEWHERE

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from capture.recordings import Recordings

MESSAGE = b"fluffy tail"
# Each with the number of its streams.
PROTECTED = {
    "https": 1,
    "fernet": 1,
    "diffie-hellman": 1,
    "ecdhe": 1,
    "tls13": 1,
    "mistaken-https": 3,
    **{f"elsewhere-{service.port}": 1 for service in ELSEWHERE},
}


def tshark(path: Path, *arguments: str) -> str:
    ports = [f"tcp.port=={HTTP.port},http", f"tls.port=={LEGACY.port},http"]
    ports += [f"tcp.port=={service.port},tls" for service in ELSEWHERE]
    command = ["tshark", "-r", str(path), "-n", *(word for port in ports for word in ("-d", port)), *arguments]
    with own_configuration() as environment:
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


def taps(streams: Iterable[int]) -> list[str]:
    """Options that print every byte of these streams: as sent, and as decrypted with the keys."""
    return [word for stream in streams for how in ("tcp", "tls") for word in ("-z", f"follow,{how},raw,{stream}")]


def tapped(printed: str) -> bytes:
    """The bytes that `taps` printed."""
    lines = (line.strip() for line in printed.splitlines())
    return b"".join(bytes.fromhex(line) for line in lines if line and set(line) <= set("0123456789abcdef"))


def followed(path: Path, streams: Iterable[int], *keys: str) -> bytes:
    """Every byte of these streams."""
    return tapped(tshark(path, "-q", *taps(streams), *keys))


def stolen(recordings: Recordings) -> tuple[str, str]:
    """The options with which the server's key decrypts TLS."""
    return "-o", f'uat:rsa_keys:"{recordings.stolen}",""'


def test_tshark_decrypts_with_the_servers_key_what_the_judge_decrypts(recordings: Recordings) -> None:
    for name in ("rsa", "all-three"):
        verdict = recordings.judge(name, spy=Keys(private=recordings.stolen))
        (sighting,) = verdict.sightings
        shown = ["-Y", 'http.response && http contains "fluffy tail"', "-T", "fields"]
        fields = ["-e", "frame.number", "-e", "tcp.stream"]
        printed = tshark(recordings.path(name), *stolen(recordings), *shown, *fields)
        assert printed.split() == [str(sighting.frame), str(sighting.stream)]


def test_tshark_decrypts_nothing_without_it_or_with_another_key_exchange(recordings: Recordings) -> None:
    assert MESSAGE not in followed(recordings.path("rsa"), [0])
    assert MESSAGE in followed(recordings.path("rsa"), [0], *stolen(recordings))
    assert MESSAGE not in followed(recordings.path("all-three"), [1, 2], *stolen(recordings))
    # It does decrypt these with the client's keys.
    log = ("-o", f"tls.keylog_file:{recordings.keys}")
    assert followed(recordings.path("all-three"), [1, 2], *log).count(MESSAGE) == 2


def test_tshark_finds_the_message_in_no_protected_recording(recordings: Recordings, tmp_path: Path) -> None:
    """Neither in a frame nor in a stream, with all that the spy has. All in one start."""
    carried = 0
    for name, streams in PROTECTED.items():
        messages = recordings.agreed if name == "diffie-hellman" else recordings.shared
        verdict = recordings.judge(
            name, keys=Keys(recordings.keys, messages), spy=Keys(recordings.other_keys, private=recordings.stolen)
        )
        assert verdict.outcome is Outcome.PROTECTED, name
        assert len(verdict.visible) == streams, name
        carried += sum(stream.sent + stream.answered for stream in verdict.visible)
    together = tmp_path / "together.pcapng"
    subprocess.run(["mergecap", "-a", "-w", together, *map(recordings.path, PROTECTED)], check=True)
    # Frames with it would be printed before the streams.
    asked = ["-Y", 'frame contains "fluffy tail"', *taps(range(sum(PROTECTED.values()))), *stolen(recordings)]
    frames, begins, streams_of_all = tshark(together, *asked).partition("\n====")
    assert (frames, begins) == ("", "\n====")
    everything = tapped(streams_of_all)
    assert len(everything) >= carried
    assert MESSAGE not in everything


@pytest.mark.parametrize("name", ["http", "substitution"])
def test_tshark_finds_the_message_where_it_is_overheard(recordings: Recordings, name: str) -> None:
    (sighting,) = recordings.verdict(name).sightings
    written = {"http": "fluffy tail", "substitution": "ekteex szhk"}[name]
    printed = tshark(recordings.path(name), "-Y", f'frame contains "{written}"', "-T", "fields", "-e", "frame.number")
    assert printed.split() == [str(sighting.frame)]


@pytest.mark.parametrize("name", ["fernet", "diffie-hellman"])
def test_the_token_that_tshark_shows_contains_the_message(recordings: Recordings, name: str) -> None:
    """Decrypted here with `cryptography`; and the frame is the one that the judge names."""
    kept = recordings.agreed if name == "diffie-hellman" else recordings.shared
    sent = followed(recordings.path(name), [0])
    begin = sent.index(b"gAAAA")
    assert Fernet(kept.read_bytes().split()[1]).decrypt(sent[begin : begin + 100]) == MESSAGE
    shown = ["-Y", 'tcp.payload contains "gAAAA"', "-T", "fields", "-e", "frame.number"]
    carrier = recordings.judge(name, keys=Keys(messages=kept)).carrier
    assert tshark(recordings.path(name), *shown).split() == [str(carrier)]
