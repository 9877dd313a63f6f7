"""Two processes that share a capture yield the same results as one, whenever they divide, and if one fails."""

from __future__ import annotations

import random
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from capture.frames import File, ethernet, exchange, ipv4, udp
from overheard import judge
from overheard.words.options import Options
from overheard.words.secret import Secret
from overheard_capture.captures.reader import CaptureReader
from overheard_capture.scan import second_process as helper
from overheard_capture.scan.reading import Reading
from overheard_capture.search import search_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from overheard.words.report import Report
    from overheard_capture.scan.facts import Facts
    from overheard_capture.scan.hits import HitTable

pytestmark = pytest.mark.slow

SECRET = Secret("message", b"fluffy tail")
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n"


def flow(chance: random.Random, port: int) -> list[bytes]:
    """The frames of a conversation of some kind, one of which may be lost."""
    said = chance.choice((b"the fluffy tail says", b"nothing of interest.", chance.randbytes(20)))
    match chance.randrange(4):
        case 0:
            frames = [ethernet(ipv4(udp(said, source=port), 17)) for _ in range(chance.randrange(1, 5))]
        case 1:
            # An unknown protocol.
            frames = [ethernet(ipv4(said, 200))]
        case _:
            sent = [b"GET / HTTP/1.1\r\nHost: server\r\n\r\n"] * chance.randrange(1, 4)
            frames = exchange(sent, [OK + said] * len(sent), port=port)
    if chance.random() < 0.3:
        del frames[chance.randrange(len(frames))]
    return frames


def traffic(chance: random.Random, flows: int) -> Iterator[bytes]:
    """Several conversations, some at the same time."""
    waiting = [flow(chance, 40_000 + number) for number in range(flows)]
    open_flows: list[list[bytes]] = []
    while waiting or open_flows:
        while waiting and len(open_flows) < 6:
            open_flows.append(waiting.pop(0))
        chosen = chance.choice(open_flows)
        if chosen:
            yield chosen.pop(0)
        else:
            open_flows.remove(chosen)


def capture(path: Path, seed: int, flows: int = 30) -> Path:
    """A capture of the conversations."""
    file = File().section().interface()
    for number, data in enumerate(traffic(random.Random(seed), flows)):  # noqa: S311  (nothing is kept secret with it)
        file.packet(data, ticks=1_700_000_000_000_000 + number)
    return file.write(path)


def comparable(facts: Facts, hits: HitTable) -> dict[str, Any]:
    """Everything that is compared."""
    everything = {name: str(value) for name, value in vars(facts).items()}
    everything["read_as"] = str(sorted(facts.read_as.items()))
    everything["kinds"] = str(sorted(facts.kinds.items()))
    everything["unread"] = str(sorted((str(what), str(tally)) for what, tally in facts.unread.items()))
    everything["flows"] = str([asdict(flow) for flow in facts.flows])
    everything["finds"] = str(hits.of(0))
    return everything


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32), st.integers(0, 12))
def test_two_processes_give_the_result_of_one(tmp_path: Path, seed: int, pieces: int) -> None:
    path = capture(tmp_path / "traffic.pcapng", seed)
    search = search_for((SECRET,))
    alone, first = Reading(search), Reading(search)
    for chunk in CaptureReader([path]).chunks():
        alone.read(chunk)
    other: Reading | None = None
    for number, chunk in enumerate(CaptureReader([path], chunk=1024).chunks()):
        if number == pieces:
            other = Reading(search, share=first.divide())
        first.read(chunk)
    part = None
    if other:
        for chunk in CaptureReader([path], chunk=4096).chunks():
            other.read(chunk)
        part = other.partial_result()
    facts = first.finish(part)
    assert comparable(facts, first.hits) == comparable(alone.finish(), alone.hits)
    if part and pieces == 0:
        # Both read something.
        assert 0 < part.facts.streams < facts.streams


# ---- a second process


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Start the second process at once; returns the processes."""
    started: list[object] = []
    start = helper.start_helper

    def note() -> object:
        started.append(start())
        return started[-1]

    monkeypatch.setattr(helper, "start_helper", note)
    monkeypatch.setattr(helper, "_MINIMUM_SAVING", -1.0)
    monkeypatch.setattr(helper, "_MEASURING_TIME", 0.0)
    monkeypatch.setattr(helper, "_CORES", 1)
    monkeypatch.delenv("OVERHEARD_PROCESSES", raising=False)
    return started


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """More than one chunk."""
    path = tmp_path_factory.mktemp("large") / "large.pcapng"
    file = File().section().interface()
    chance = random.Random(5)  # noqa: S311
    for number in range(60):
        for frame in exchange(
            [b"GET / HTTP/1.1\r\n\r\n"],
            [OK[:-6] + b"0000\r\n\r\n" + chance.randbytes(60_000)] * 3,
            port=41_000 + number,
        ):
            file.packet(frame, ticks=1_700_000_000_000_000)
        for frame in flow(chance, 50_000 + number):
            file.packet(frame, ticks=1_700_000_000_000_000)
    return file.write(path)


def judged(path: Path) -> Report:
    """The result of the judge."""
    return judge(path, [SECRET], Options(vouched=["sent", "whole"]))


@pytest.fixture(scope="module")
def alone(large: Path) -> Report:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OVERHEARD_PROCESSES", "1")
        return judged(large)


def test_a_second_process_changes_nothing(large: Path, alone: Report, eager: list[Any]) -> None:
    assert judged(large) == alone
    (process,) = eager
    assert process.returncode is not None


def test_a_second_process_looks_for_credentials_and_at_endpoints(
    tmp_path: Path, eager: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    file, body = File().section().interface(), b'{"token": "a8f7c6d5e4b3a291", "more": "%b"}'
    for number in range(60):
        request = b"GET / HTTP/1.1\r\nCookie: session=a8f7c6d5e4b3%04d\r\n\r\n" % number
        answer = b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n" + (body % bytes(60_000))[:60_000]
        for frame in exchange([request], [answer] * 3, port=41_000 + number):
            file.packet(frame, ticks=1_700_000_000_000_000)
    path = file.write(tmp_path / "large.pcapng")
    options = Options(required=["sealed"], sealed_endpoints=[":5683", ":41007"])
    both = judge(path, options=options)
    assert len(eager) == 1
    monkeypatch.setenv("OVERHEARD_PROCESSES", "1")
    assert judge(path, options=options) == both
    assert len(both.verdicts["credentials"].sightings) == 61


def test_a_second_process_that_fails_changes_nothing(
    large: Path, alone: Report, eager: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    assert judged(large) == alone
    assert eager


def test_a_second_process_that_cannot_start_changes_nothing(
    large: Path, alone: Report, eager: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert judged(large) == alone
    assert eager == [None]


def test_a_second_process_with_another_view_is_not_trusted(
    large: Path, alone: Report, eager: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(helper.HelperResult, "frames", 1)
    assert judged(large) == alone
    assert eager


def test_no_second_process_remains_after_an_interrupt(large: Path, eager: list[Any]) -> None:
    def interrupted(_: int, __: int | None) -> None:
        if eager:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        judge(large, [SECRET], progress=interrupted)
    (process,) = eager
    assert process.returncode is not None


def test_a_small_capture_needs_no_second_process(
    tmp_path: Path, eager: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(helper, "_MINIMUM_SAVING", 1.0)
    judged(capture(tmp_path / "small.pcapng", 1))
    assert not eager


def test_the_second_process_can_be_turned_off(large: Path, eager: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERHEARD_PROCESSES", "1")
    judged(large)
    assert not eager
