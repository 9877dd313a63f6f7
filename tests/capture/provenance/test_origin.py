"""The origin of joined bytes is the same, whether it is computed at once or when it is asked for."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from overheard_capture.provenance.origin import Origin
from overheard_capture.provenance.small_queue import SmallByteQueue
from overheard_capture.provenance.spans import PackedSpans

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
