"""The origin of what is made of many parts of some bytes."""

from __future__ import annotations

import pytest

from overheard_capture.provenance.origin import Origin, Place
from overheard_capture.provenance.parts import of_parts, picked
from overheard_capture.provenance.spans import Span

# Two frames of 5,000 bytes, behind headers of 100.
_SIZE, _HEADER = 5000, 100
_FRAMES = Origin([Span(0, 7, _HEADER, _SIZE), Span(_SIZE, 8, _HEADER, _SIZE)])


def test_what_is_picked_is_where_it_was() -> None:
    origin = picked(_FRAMES, 2 * _SIZE, [(10, 20), (4990, 5010), (9000, 9001)])
    assert origin.place(3, 2) == Place(7, _HEADER + 13, 2, (7,))
    assert origin.place(10, 20) == Place(7, _HEADER + 4990, 20, (7, 8))
    assert origin.place(30, 1) == Place(8, _HEADER + 4000, 1, (8,))


def test_what_was_decoded_is_at_all_of_what_it_was_decoded_from() -> None:
    origin = of_parts(_FRAMES, 2 * _SIZE, [(0, 0, 6, False), (6, 6, 9, True), (7, 9, 20, False)], 18)
    assert origin.place(6, 1) == Place(7, _HEADER + 6, 3, (7,))
    assert origin.place(7, 11) == Place(7, _HEADER + 9, 11, (7,))


@pytest.mark.parametrize("is_decoded", [False, True])
def test_the_parts_of_a_stretch_are_together_within_a_frame(is_decoded: bool) -> None:
    # A byte of every three, too many for a span each.
    parts = [(number, 3 * number, 3 * number + 1, is_decoded) for number in range(3000)]
    origin = of_parts(_FRAMES, 2 * _SIZE, parts, len(parts))
    spans = origin.spans[:]
    assert len(spans) < len(parts) / 16
    for number in (0, 100, 1660, 1667, 2999):
        place = origin.place(number, 1)
        frame, offset = 7 + 3 * number // _SIZE, _HEADER + 3 * number % _SIZE
        assert place.frames == (frame,)
        assert place.offset <= offset < place.offset + place.length <= place.offset + 3 * 64


def test_stretches_of_what_was_decoded_itself_are_all_of_that() -> None:
    inner = Origin([Span(at, 7, 4 * at, 400, exact=False) for at in range(0, 9000, 100)])
    parts = [(number, 3 * number, 3 * number + 1, True) for number in range(3000)]
    # 64 parts are decoded from bytes of two spans.
    assert of_parts(inner, 9000, parts, 3000).place(0, 1) == Place(7, 0, 800, (7,))
