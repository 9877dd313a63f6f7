"""The origin of joined bytes is the same, whether it is computed at once or when it is asked for."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from overheard_capture.provenance.origin import Origin, joined, place_of_parts
from overheard_capture.provenance.small_queue import Pieces, SmallByteQueue
from overheard_capture.provenance.spans import PackedSpans, Span

if TYPE_CHECKING:
    from collections.abc import Iterable

LENGTHS = st.lists(st.integers(1, 9), min_size=1, max_size=60)


def packed(lengths: Iterable[int], first: int) -> tuple[bytes, Origin]:
    """Bytes of which so many are in each frame, from a frame on, with spans in memory of others."""
    words, data = array("Q"), b""
    for frame, length in enumerate(lengths, first):
        words.extend((len(data), frame, 54, length))
        data += bytes([frame % 256]) * length
    return data, Origin(PackedSpans(memoryview(words)))


@given(before=LENGTHS, then=LENGTHS, data=st.data())
def test_an_origin_that_is_joined_when_it_is_asked_for_is_the_same(
    before: list[int], then: list[int], data: st.DataObject
) -> None:
    queues = SmallByteQueue(), SmallByteQueue()
    for queue in queues:
        queue.add(*packed(before, 1))
    block = packed(then, 100)
    queues[0].add(*block)
    (whole, origin), (other, late) = queues[0].take(), queues[1].take_with(*block)
    assert whole == other
    start = data.draw(st.integers(0, len(whole) - 1))
    end = data.draw(st.integers(start + 1, len(whole)))
    expected = origin.place(start, end - start)
    assert late.lasting(start, end).place(0, end - start) == expected
    assert late.after(start).place(0, end - start) == expected
    assert late.derived([(0, start, end)]).lasting(0, 1).frame(0) == expected.frame
    assert list(late.frame_boundaries(start, end)) == list(origin.frame_boundaries(start, end))
    assert late.sources(end) == origin.sources(end)


@given(lengths=LENGTHS, data=st.data())
def test_packed_spans_say_the_same_as_others(lengths: list[int], data: st.DataObject) -> None:
    block, origin = packed(lengths, 7)
    same = Origin(origin.sliced(0, len(block)))
    start = data.draw(st.integers(0, len(block) - 1))
    end = data.draw(st.integers(start + 1, len(block)))
    for before in (0, start):
        either = origin.after(before), same.after(before)
        assert either[0].place(start - before, end - start) == either[1].place(start - before, end - start)
        assert either[0].frame(start - before) == either[1].frame(start - before) == 7 + block[start] - block[0]
        begins = [*either[0].frame_boundaries(start - before, end - before), end - before, end - before]
        assert [each.segment(start - before, end - before) for each in either] == [tuple(begins[:2])] * 2


@given(blocks=st.lists(LENGTHS, min_size=1, max_size=5), data=st.data())
def test_small_pieces_have_the_origin_of_a_queue(blocks: list[list[int]], data: st.DataObject) -> None:
    queue, pieces = SmallByteQueue(), Pieces()
    for number, lengths in enumerate(blocks):
        block, origin = packed(lengths, 1 + 100 * number)
        # As of decoded bytes, every other time.
        derived = origin.derived([(0, 0, len(block))]) if number % 2 else origin
        for each in (queue, pieces):
            each.add(block, derived)
    (whole, expected), (other, late) = queue.take(), pieces.take()
    assert whole == other
    start = data.draw(st.integers(0, len(whole) - 1))
    end = data.draw(st.integers(start + 1, len(whole)))
    assert late.lasting(start, end).place(0, end - start) == expected.place(start, end - start)
    assert late.sliced(start, end) == expected.sliced(start, end)
    assert late.derived([(0, start, end)]).lasting(0, 1).place(0, 1) == expected.derived([(0, start, end)]).place(0, 1)


@given(lengths=LENGTHS, data=st.data())
def test_the_place_of_parts_is_that_of_the_joined_bytes(lengths: list[int], data: st.DataObject) -> None:
    block, origin = packed(lengths, 1)
    if data.draw(st.booleans()):
        origin = Origin.of_frame(3, 20, len(block))
    ranges = st.tuples(st.integers(0, len(block) - 1), st.integers(1, 9))
    parts = [
        (origin.after(start), min(size, len(block) - start)) for start, size in data.draw(st.lists(ranges, min_size=1))
    ]
    whole = joined((each, 0, size) for each, size in parts)
    assert place_of_parts(parts) == whole.place(0, sum(size for _, size in parts))


def test_what_is_decoded_from_very_many_frames_is_kept_as_it_is() -> None:
    """To find the place of each part anew for every reader takes longer than reading them."""
    frames = Origin([Span(at, 1 + at, 54, 1) for at in range(400)])
    decoded = frames.derived([(at, at, at + 1) for at in range(400)])
    assert decoded.lasting(100, 400).spans is decoded.spans
    assert decoded.lasting(100, 400).place(0, 2) == decoded.place(100, 2)
    # A few of them do not keep the others.
    assert decoded.lasting(100, 150).spans is not decoded.spans
    assert decoded.lasting(100, 150).place(0, 2) == decoded.place(100, 2)


def test_very_many_small_pieces_of_one_frame_take_few_spans() -> None:
    """What is in frames of one byte each would otherwise take several hundred times its memory."""
    pieces, few = Pieces(), Pieces()
    for at in range(4000):
        pieces.add(b"x", Origin.of_frame(1, 7 * at, 1))
        few.add(b"x", Origin.of_frame(at, 7, 1))
    origin = pieces.take()[1]
    assert len(origin.sliced(0, 4000)) < 100
    assert origin.place(1000, 10).frames == (1,)
    # In frames of their own they keep their places.
    assert few.take()[1].place(1000, 2).frames == (1000, 1001)
