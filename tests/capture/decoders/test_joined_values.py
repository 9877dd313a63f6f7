"""Values of one text are read as if they were in one."""

from __future__ import annotations

import base64

import pytest

from capture.played import origin_of, seen, some_findings
from overheard_capture.content.nesting import Unwrapping
from overheard_capture.decoders.base64.run import BASE64
from overheard_capture.decoders.joined_values import LAYER, read_joined
from overheard_capture.decoders.untyped import armoured


def joined(text: bytes, between: bytes = b"") -> set[tuple[str, ...]]:
    """The layers under which the secret was seen in the words of a text between bars, joined."""
    findings, at, values = some_findings(), 0, []
    for word in text.split(b"|"):
        values.append((word, origin_of(len(text)).after(at)))
        at += len(word) + 1
    read_joined(Unwrapping(findings, (), armoured), values, between)
    assert not findings.unread
    return seen(findings)


@pytest.mark.parametrize(
    ("text", "between"),
    [(b"the Flu|ffy ta|il 4711.", b""), (b"Fluffy||tail|4711", b" "), (b"Fluffy%20|tail 4711", b"")],
)
def test_what_is_in_several_values_is_found(text: bytes, between: bytes) -> None:
    assert joined(text, between) == {(LAYER,)}


def test_what_is_encoded_in_all_of_them_is_decoded() -> None:
    encoded = base64.b64encode(b"It is Fluffy tail 4711, as everybody knows")
    assert (LAYER, BASE64) in joined(encoded[:25] + b"|" + encoded[25:])


@pytest.mark.parametrize(
    "text", [b"Fluffy tail 4711|and", b"and|Fluffy tail 4711", b"Fluffy tail 4711", b"", b"Fluffy|4711"]
)
def test_what_is_in_one_of_them_is_not_reported_again(text: bytes) -> None:
    assert not joined(text)


def test_the_place_is_that_of_the_values() -> None:
    findings, origin = some_findings(), origin_of(len("a=Fluffy tai; b=l 4711"))
    read_joined(Unwrapping(findings, (), armoured), [(b"Fluffy tai", origin.after(2)), (b"l 4711", origin.after(16))])
    (found,) = findings.sightings
    assert (found.place.offset, found.place.length, found.matched) == (54 + 2, 16, b"Fluffy tail 4711")
