"""The blocks of a pcapng file, and files that have some of its frames."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capture.frames import File, ethernet, ipv4, rewritten, udp
from overheard_capture.captures.reader import read
from overheard_capture.recorder.blocks import INTERFACE, PACKET, REST, SECTION, STATISTICS, FrameChoice, blocks

if TYPE_CHECKING:
    from pathlib import Path

FRAMES = [ethernet(ipv4(udp(b"one"), 17)), ethernet(ipv4(udp(b"another"), 17))]


def test_all_blocks_are_the_file(tmp_path: Path) -> None:
    path = rewritten(tmp_path / "whole.pcapng", FRAMES)
    assert [kind for kind, _ in blocks(path)] == [SECTION, INTERFACE, PACKET, PACKET, STATISTICS]
    assert b"".join(block for _, block in blocks(path)) == path.read_bytes()


def test_a_file_that_breaks_off_has_its_rest_wherever_that_is(tmp_path: Path) -> None:
    whole = rewritten(tmp_path / "whole.pcapng", FRAMES).read_bytes()
    path = tmp_path / "cut.pcapng"
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        found = list(blocks(path))
        assert b"".join(block for _, block in found) == whole[:length]
        assert REST not in [kind for kind, _ in found[:-1]]
    path.write_bytes(whole + bytes(20))
    assert list(blocks(path))[-1] == (REST, bytes(20))


def test_a_part_has_the_chosen_frames_of_several_files(tmp_path: Path) -> None:
    """And no section without frames: there would be one more for each window."""
    path = tmp_path / "part.pcapng"
    with path.open("wb") as file:
        part = FrameChoice(file)
        for number, frames in enumerate((FRAMES, [], FRAMES[:1])):
            source = rewritten(tmp_path / f"{number}.pcapng", frames)
            for kind, block in blocks(source):
                part.add(kind, block)
        part.end_section()
    capture = read(path)
    assert [frame.data for frame in capture.frames] == [*FRAMES, FRAMES[0]]
    assert (capture.dropped, capture.damage) == (0, "")
    assert [kind for kind, _ in blocks(path)].count(SECTION) == 2


def test_a_part_without_frames_is_empty(tmp_path: Path) -> None:
    with (tmp_path / "part.pcapng").open("wb") as file:
        part = FrameChoice(file)
        part.add(SECTION, File().section().content)
        part.end_section()
    assert part.size == (tmp_path / "part.pcapng").stat().st_size == 0
