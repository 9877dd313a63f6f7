"""Nested layers, split anywhere and damaged in any way."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import brotli  # type: ignore[import-untyped]  # it publishes no types
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from capture.played import IN_A_FRAME, VALUE, outcome, played, seen
from capture.wrapped import WRAPPINGS, answer, chunked, gzipped, request
from overheard_capture.decoders.untyped import untyped
from overheard_capture.protocols.http1.reader import http1
from overheard_capture.provenance.origin import Origin
from overheard_capture.provenance.spans import Span, coarsened

if TYPE_CHECKING:
    from collections.abc import Callable

    from capture.played import Factory
    from overheard_capture.provenance.origin import Place

SLOWLY = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])

# The transfer of an HTTP body, and the layers that result.
CARRIERS: tuple[tuple[Factory, Callable[[bytes], bytes], tuple[str, ...]], ...] = (
    (untyped, lambda body: body, ()),
    (untyped, lambda body: b"\0\1 some protocol \xff" + body, ()),
    (http1, answer, ()),
    (http1, lambda body: answer(chunked(body, 9), b"Transfer-Encoding: chunked"), ("chunked",)),
    (http1, lambda body: request(gzipped(body), b"Content-Encoding: gzip"), ("gzip",)),
    (
        http1,
        lambda body: answer(chunked(brotli.compress(body), 33), b"Content-Encoding: br", b"Transfer-Encoding: chunked"),
        ("chunked", "br"),
    ),
)
TEXTS = st.builds(
    lambda before, after: before.encode() + b" " + VALUE + b" " + after.encode(),
    st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=60),
    st.text(st.sampled_from("abc defg\n"), max_size=500),
)
NESTS = st.lists(st.sampled_from(WRAPPINGS), max_size=4)


def nested(text: bytes, nest: list[tuple[str, Callable[[bytes], bytes]]]) -> tuple[bytes, tuple[str, ...]]:
    layers: tuple[str, ...] = ()
    for name, wrap in nest:
        text = wrap(text)
        layers = (name, *layers)
    return text, layers


@SLOWLY
@given(
    text=TEXTS,
    nest=NESTS,
    carrier=st.sampled_from([each for each in CARRIERS if each[1](b"x") != b"\0\1 some protocol \xffx"]),
)
def test_nested_layers_are_all_removed(
    text: bytes,
    nest: list[tuple[str, Callable[[bytes], bytes]]],
    carrier: tuple[Factory, Callable[[bytes], bytes], tuple[str, ...]],
) -> None:
    factory, carry, outer = carrier
    body, layers = nested(text, nest)
    findings = played(factory, carry(body))
    # base64 of which few characters in a row have no escape is percent-encoded. The content of a single chunk is on the
    # wire literally.
    found = {tuple(layer for layer in each if layer != "percent-encoded") for each in seen(findings)}
    assert (*outer, *layers) in found or (outer == ("chunked",) and layers in found)
    assert not findings.unread


@SLOWLY
@given(data=st.data(), text=TEXTS, nest=NESTS, carrier=st.sampled_from(CARRIERS))
def test_it_does_not_matter_how_it_is_cut(
    data: st.DataObject,
    text: bytes,
    nest: list[tuple[str, Callable[[bytes], bytes]]],
    carrier: tuple[Factory, Callable[[bytes], bytes], tuple[str, ...]],
) -> None:
    """Complete, with missing bytes, or damaged."""
    factory, carry, _ = carrier
    whole = bytearray(carry(nested(text, nest)[0]))
    places = st.integers(0, len(whole) - 1)
    for place, byte in data.draw(st.lists(st.tuples(places, st.integers(0, 255)), max_size=3)):
        whole[place] = byte
    gap = (0, 0)
    if data.draw(st.booleans()):
        begins = data.draw(places)
        gap = begins, min(begins + data.draw(st.integers(1, 150)), len(whole))
    cuts = [cut for cut in data.draw(st.lists(places, max_size=12)) if not gap[0] < cut < gap[1]]
    assert outcome(played(factory, bytes(whole), cuts, gap=gap)) == outcome(played(factory, bytes(whole), gap=gap))


@SLOWLY
@given(
    whole=st.lists(
        st.one_of(
            st.binary(max_size=60),
            st.sampled_from(
                [
                    b"\x1f\x8b\x08\0\0\0\0\0\0\3",
                    b"PK\3\4\x14\0\x08\0\x08\0" + bytes(8),
                    b"PK\1\2",
                    b"PK\5\6",
                    b"\x28\xb5\x2f\xfd",
                    b"\xfd7zXZ\0",
                    b"BZh91AY&SY",
                    b"\x1f\x9d\x90",
                    b"x\x9c",
                    b"\xff\xfe",
                    b"HTTP/1.1 200 OK\r\n",
                    b"POST / HTTP/1.1\r\n",
                    b"Content-Length: 50\r\n",
                    b"Transfer-Encoding: chunked\r\n",
                    b"Content-Encoding: gzip, deflate, br\r\n",
                    b"Content-Type: multipart/mixed; boundary=b\r\n",
                    b"\r\n",
                    b"--b\r\n",
                    b"\r\n--b",
                    b"5\r\nhello\r\n",
                    b"0\r\n\r\n",
                    b"A" * 30,
                    b"=\r\n",
                    b"%2F",
                    b"\\n",
                    VALUE,
                ]
            ),
        ),
        min_size=1,
        max_size=25,
    ).map(b"".join),
    factory=st.sampled_from([untyped, http1]),
    size=st.integers(1, 60),
)
def test_arbitrary_damage_raises_nothing(whole: bytes, factory: Factory, size: int) -> None:
    assert outcome(played(factory, whole, range(0, len(whole), size))) == outcome(played(factory, whole))


@pytest.mark.parametrize(("name", "wrap"), WRAPPINGS)
def test_each_layer_alone_is_removed(name: str, wrap: Callable[[bytes], bytes]) -> None:
    assert (name,) in seen(played(untyped, wrap(b"this is " + VALUE)))


# ---- where nested content comes from


def test_the_origin_of_nested_content_takes_time_in_proportion_to_its_depth(monkeypatch: pytest.MonkeyPatch) -> None:
    """If it were computed at each access, twice as deep would take a thousand times as long."""

    def places(depth: int) -> int:
        body, calls = bytes(range(256)) * 256, 0
        for _ in range(depth):
            body = gzip.compress(body, 0)
        place = Origin.place

        def counted(origin: Origin, start: int, length: int) -> Place:
            nonlocal calls
            calls += 1
            return place(origin, start, length)

        with monkeypatch.context() as patched:
            patched.setattr(Origin, "place", counted)
            played(untyped, body)
        return calls

    assert places(10) < 4 * places(5)


@pytest.mark.parametrize("size", [1, 3, 8])
def test_a_secret_in_small_pieces_is_found_where_it_is(size: int) -> None:
    """The spans of very many small pieces are coarser: a place is some bytes longer, and in the right frames."""
    before = b"lorem ipsum " * 400
    body = answer(chunked(before + VALUE + before, size), b"Transfer-Encoding: chunked")
    [place] = {found.place for found in played(http1, body).sightings if found.layers}
    begins = body.index(b"\r\n\r\n") + 4 + len(chunked(before, size)) - len(b"0\r\n\r\n")
    ends = begins + len(chunked(VALUE, size))
    assert begins // IN_A_FRAME - 1 <= place.frames[0] - 1 <= place.frames[-1] - 1 <= ends // IN_A_FRAME + 1
    assert len(place.frames) <= 2 + (ends - begins) // IN_A_FRAME


def test_few_spans_and_those_of_long_pieces_stay_as_they_are() -> None:
    few = [Span(at, 1, 10 * at, 1) for at in range(100)]
    assert coarsened(few, 100) == few
    long = [Span(20 * at, 1, 40 * at, 20) for at in range(2000)]
    assert coarsened(long, 40_000) == long


def test_very_many_small_spans_are_joined_within_frames() -> None:
    many = [Span(at, 1 + at // 1000, 6 * (at % 1000), 1) for at in range(3000)]
    coarse = coarsened(many, 3000)
    assert len(coarse) == 3 * 16
    assert coarse[0] == Span(0, 1, 0, 63 * 6 + 1, exact=False)
    assert [span.frame for span in coarse] == sorted([1, 2, 3] * 16)
