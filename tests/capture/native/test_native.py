"""The compiled part changes only the run time: with it and without it the results are the same."""

from __future__ import annotations

import random
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from capture.frames import File, ethernet, ipv4, ipv6, tcp
from overheard.words.secret import Secret
from overheard_capture import native as fast
from overheard_capture.captures.reader import CaptureReader
from overheard_capture.content import byte_scan
from overheard_capture.packets import ACK, FIN, RST, SYN
from overheard_capture.scan import reading
from overheard_capture.search import Search

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from capture.recordings import Recordings

SEARCH = Search(Secret("message", b"fluffy tail"))


def read(path: Path, library: object) -> tuple[dict[str, Any], list[Any]]:
    """The results of a reading, with this compiled part or without one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "core", lambda: library)
        taken = reading.Reading(SEARCH)
        reader = CaptureReader([path], chunk=1 << 16)
        for chunk in reader.chunks():
            taken.read(chunk)
        facts = taken.finish()
    result = {name: str(value) for name, value in vars(facts).items()}
    result["flows"] = str([asdict(flow) for flow in facts.flows])
    # The length of the excerpt around a place depends on the block boundaries.
    hits = [
        (hit.occurrence.place, hit.occurrence.layers, hit.occurrence.position, hit.occurrence.match.spelling, *hit[1:])
        for hit in taken.hits.of(0)
    ]
    return result, hits


def same(path: Path) -> tuple[dict[str, Any], list[Any]]:
    """The results of both."""
    compiled = read(path, fast.core())
    assert compiled == read(path, None)
    return compiled


@given(
    st.lists(
        st.sampled_from(
            [
                b"PK",
                b"\3\4",
                b"\x1f",
                b"\x8b\x08",
                b"P",
                b"=",
                b"20",
                b"3D",
                b"=E2",
                b"=89PNG",
                b"\r",
                b"\n",
                b"ab ",
                b"=\n",
                b"\xff",
                b"\xff" * 27,
                b"Zz0" * 9,
            ]
        )
    ),
    st.integers(0, 40),
    st.booleans(),
)
def test_classification_is_the_same(parts: list[bytes], start: int, changeable: bool) -> None:
    data = bytearray(b"".join(parts)) if changeable else b"".join(parts)
    texts = byte_scan.LiteralSet(b"PK\3\4", b"\x1f\x8b\x08", b"P", b"\xff")
    # So many that they fill all groups.
    marks = byte_scan.LiteralSet(*(b"=%02X" % byte for byte in range(256)), b"PNG", b"ab ", b"data = ")

    def seen() -> tuple[object, ...]:
        first = (literals.first(data, start) for literals in (texts, marks))
        each = (tuple(literals.each(data, start)) for literals in (texts, marks))
        return byte_scan.is_plain(data), byte_scan.quoted_printable(data, start), *first, *each

    compiled = seen()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(byte_scan, "core", lambda: None)
        assert seen() == compiled


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    if fast.core() is None:
        pytest.skip("there is no compiled part here: `python capture/overheard_capture/native/build.py` makes one")


@pytest.mark.parametrize("name", ["http", "https", "untrusted", "substitution", "late", "flooded", "lost", "all-three"])
def test_it_is_the_same_for_a_real_recording(recordings: Recordings, name: str) -> None:
    same(recordings.path(name))


def talk(chance: random.Random, *, six: bool = False) -> Iterator[bytes]:
    """A long conversation on a bad network: frames lost, duplicated, changed and out of order."""
    wrap = ipv6 if six else ipv4
    client, server = chance.getrandbits(32), chance.getrandbits(32)
    frames = [
        tcp(sequence=client, flags=SYN),
        tcp(sequence=server, acknowledged=client + 1, flags=SYN | ACK, source=5683, target=40000),
    ]
    client, server = (client + 1) % 2**32, (server + 1) % 2**32
    for _ in range(chance.randrange(*chance.choice(((0, 4), (20, 120))))):
        said = chance.randbytes(chance.choice((1, 20, 1448))) if chance.random() < 0.9 else b"the fluffy tail"
        if chance.random() < 0.5:
            frames.append(tcp(said, sequence=client, acknowledged=server))
            client = (client + len(said)) % 2**32
        else:
            frames.append(tcp(said, sequence=server, acknowledged=client, source=5683, target=40000))
            server = (server + len(said)) % 2**32
    if chance.random() < 0.8:
        frames += _ending(chance, client, server)
    for frame in _troubled(chance, frames):
        yield ethernet(wrap(frame)) + (bytes(4) if chance.random() < 0.1 else b"")


def _ending(chance: random.Random, client: int, server: int) -> Iterator[bytes]:
    """The client ends it first; the server may say more, or may not end it properly. FIN may carry the last bytes."""
    last, more = (chance.choice((b"", b"", b"the fluffy tail")) for _ in range(2))
    yield tcp(last, sequence=client, acknowledged=server, flags=FIN | ACK)
    client = (client + len(last) + 1) % 2**32
    if chance.random() < 0.5:
        yield tcp(sequence=server, acknowledged=client, source=5683, target=40000)
    for said in [b"one more fluffy tail"] * chance.choice((0, 0, 2)):
        yield tcp(said, sequence=server, acknowledged=client, source=5683, target=40000)
        server = (server + len(said)) % 2**32
        yield tcp(sequence=client, acknowledged=server)
    kind = chance.choice((FIN | ACK, FIN | ACK, FIN | ACK, RST | ACK, RST))
    yield tcp(more, sequence=server, acknowledged=client, flags=kind, source=5683, target=40000)
    if chance.random() < 0.5:
        yield tcp(sequence=client, acknowledged=(server + len(more) + 1) % 2**32)


def _troubled(chance: random.Random, frames: list[bytes]) -> list[bytes]:
    for _ in range(min(chance.choice((0, 0, 1, 3)), len(frames) - 1)):
        at = chance.randrange(len(frames))
        match chance.randrange(4):
            case 0:
                del frames[at]
            case 1:
                frames.insert(chance.randrange(len(frames)), frames[at])
            case 2:
                frames.insert(chance.randrange(len(frames)), frames.pop(at))
            case _:
                frames.insert(at, frames[at][:-1] + bytes([frames[at][-1] ^ 1]))
    return frames


@pytest.mark.slow
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32), st.booleans())
def test_it_is_the_same_for_a_bad_network(tmp_path: Path, seed: int, six: bool) -> None:
    chance = random.Random(seed)  # noqa: S311  (nothing is kept secret with it)
    file = File().section().interface()
    for number, frame in enumerate(talk(chance, six=six)):
        file.packet(frame, ticks=1_700_000_000_000_000 + number)
    same(file.write(tmp_path / "talk.pcapng"))


def test_the_compiled_part_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison above is not of Python with Python."""
    chance = random.Random(1)  # noqa: S311
    file = File().section().interface()
    for frame in talk(chance):
        file.packet(frame)
    passed: list[int] = []
    monkeypatch.setattr(reading.Reading, "add_walked", lambda _self, frames, *_more: passed.append(frames))
    read(file.write(tmp_path / "talk.pcapng"), fast.core())
    assert sum(passed) > 1
