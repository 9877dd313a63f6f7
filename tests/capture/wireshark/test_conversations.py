"""Which frames tshark is given to dissect one of a large capture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from capture.frames import exchange, rewritten
from overheard_capture.wireshark import conversations
from overheard_capture.wireshark.conversations import excerpt_for

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    """Three connections, one after the other; the third has the ports of the first."""
    first, other = exchange([b"one", b"two"], [b"three"], port=45000), exchange([b"four"], [b"five"], port=45001)
    return rewritten(tmp_path / "a.pcapng", [*first, *other, *first])


@pytest.fixture
def size() -> int:
    """How many frames the first connection has."""
    return len(exchange([b"one", b"two"], [b"three"]))


def test_of_a_small_capture_all_frames_up_to_the_last_one_are_kept(capture: Path) -> None:
    excerpt = excerpt_for(capture, [3, 5])
    assert (excerpt.last, list(excerpt.kept), excerpt.left_out) == (5, [1, 2, 3, 4, 5], 0)


def test_of_a_large_one_only_the_conversation_and_what_numbers_the_others(
    capture: Path, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversations, "_FEW", 0)
    excerpt = excerpt_for(capture, [size + 5])
    # Of the first connection its SYN and SYN/ACK are there: without them, the second one would have another number.
    assert sorted(excerpt.kept) == [1, 2, *range(size + 1, size + 6)]
    assert {end.port for ends in excerpt.ends for end in ends} == {45001, 5683}


def test_connections_with_the_same_ports_are_one_conversation(
    capture: Path, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversations, "_FEW", 0)
    after = len(exchange([b"four"], [b"five"])) + size
    kept = excerpt_for(capture, [after + 3]).kept
    assert set(range(1, size + 1)) <= set(kept)


@pytest.mark.parametrize("limit", ["_MOST", "_MOST_BYTES"])
def test_of_a_long_conversation_its_beginning_and_its_last_frames_are_kept(
    capture: Path, size: int, limit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    exceeded = {"_MOST": size, "_MOST_BYTES": sum(map(len, exchange([b"one", b"two"], [b"three"])))}[limit] - 1
    for name, value in {"_FEW": 0, "_FIRST": 2, "_LAST": 2, limit: exceeded}.items():
        monkeypatch.setattr(conversations, name, value)
    excerpt = excerpt_for(capture, [size])
    assert sorted(excerpt.kept) == [1, 2, size - 1, size]
    assert excerpt.left_out == size - 4


def test_a_frame_that_is_not_there_is_in_no_conversation(capture: Path) -> None:
    assert excerpt_for(capture, [10_000]).ends == frozenset()
