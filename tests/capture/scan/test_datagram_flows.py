"""Datagram flows: secrets in one datagram, and across two."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from capture.frames import ethernet, ipv4, rewritten, udp
from overheard import judge
from overheard.words.secret import Secret
from overheard.words.verdict import Outcome
from overheard_capture.captures.reader import read
from overheard_capture.scan.reading import Reading
from overheard_capture.search import Search

if TYPE_CHECKING:
    from pathlib import Path

SECRETS = {"message": "fluffy tail"}


def sent(payload: bytes, *, back: bool = False, port: int = 5000, server: int = 5001) -> bytes:
    source, target = (server, port) if back else (port, server)
    return ethernet(ipv4(udp(payload, source=source, target=target), protocol=17))


@pytest.mark.parametrize("cut", range(1, 11))
def test_a_secret_split_over_two_datagrams_is_seen(tmp_path: Path, cut: int) -> None:
    """The reader of the flow finds it."""
    first, second = b"the fluffy tail"[: 4 + cut], b"the fluffy tail"[4 + cut :]
    report = judge(rewritten(tmp_path / "cut.pcapng", [sent(first), sent(second)]), SECRETS)
    (sighting,) = report.verdicts["message"].sightings
    assert (sighting.frames, sighting.offset, sighting.length) == ((1, 2), 14 + 20 + 8 + 4, 11)
    assert report.outcome is Outcome.OVERHEARD


def test_a_secret_in_one_datagram_is_reported_once(tmp_path: Path) -> None:
    frames = [sent(b"the "), sent(b"fluffy tail"), sent(b" of a squirrel")]
    (sighting,) = judge(rewritten(tmp_path / "one.pcapng", frames), SECRETS).verdicts["message"].sightings
    assert sighting.frames == (2,)


@pytest.mark.parametrize(
    "frames",
    [
        pytest.param([sent(b"fluffy "), sent(b"tail", back=True)], id="question and answer"),
        pytest.param([sent(b"fluffy "), sent(b"tail", port=5003, server=5004)], id="two conversations"),
        pytest.param([sent(b"fluffy "), sent(b"and "), sent(b"tail")], id="something in between"),
    ],
)
def test_datagrams_without_a_common_reader_are_not_joined(tmp_path: Path, frames: list[bytes]) -> None:
    report = judge(rewritten(tmp_path / "none.pcapng", frames), SECRETS)
    assert not report.verdicts["message"].sightings


MARK = b"overheard mark 1"


@pytest.mark.parametrize("mark", [MARK, MARK + b" " * 900], ids=["alone", "padded"])
def test_a_mark_of_the_recorder_is_no_data(tmp_path: Path, mark: bytes) -> None:
    read_all = Reading(Search([Secret("message", b"fluffy tail")], large_input=False), marks=[MARK])
    for frame in read(rewritten(tmp_path / "mark.pcapng", [sent(mark)])).frames:
        read_all.take(frame)
    read_all.finish()
    facts = read_all.facts
    assert facts.marks == {MARK: 1}
    assert facts.flows_with_payload == 0
    assert not facts.in_clear
    assert [flow.what for flow in facts.flows] == ["marks of the recorder"]


@pytest.mark.parametrize("data", [b"overheard mark 2", MARK + b"  fluffy tail", b" " + MARK, MARK + b"\0", b"   "])
def test_what_is_no_mark_of_this_recording_is_read(tmp_path: Path, data: bytes) -> None:
    read_all = Reading(Search([Secret("message", b"fluffy tail")], large_input=False), marks=[MARK])
    for frame in read(rewritten(tmp_path / "data.pcapng", [sent(MARK), sent(data)])).frames:
        read_all.take(frame)
    read_all.finish()
    assert read_all.facts.flows_with_payload == 1
    assert sum(read_all.facts.in_clear.values()) == len(data)
    assert bool(read_all.hits.of(0)) == (b"fluffy tail" in data)
