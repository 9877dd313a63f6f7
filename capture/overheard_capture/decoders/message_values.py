"""Values in a short message, for `messages` to join: where a few letters may stand, and the shape of what is around.

Numbers are left out of shapes, as counters and times differ between messages of the same shape.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from overheard_capture.content.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

# The longest message and value, and how many values of a message are looked at.
LONGEST, _LONGEST_VALUE, _MOST = 1024, 64, 16
# The longest one in a stream: a token of a language model may have others beside it that were as likely.
LONGEST_STREAMED = 4096
# The longest message that may have nothing but a few letters.
LONGEST_WHOLE = 16
_STRING = rb"[^\"\\]*+(?:\\.[^\"\\]*+)*+"
# A name of JSON with its value if that is a string, another string, and text between tags of XML.
_VALUE = lazy_pattern(rb"\"%b\"\s*+:(?:\s*+\"(%b)\")?+|\"(%b)\"|>([^<>]+)<" % (_STRING, _STRING, _STRING), re.DOTALL)
# Where a value may begin in other text, what may precede it without any of these, and a number that does.
_SEPARATOR = lazy_pattern(rb"\n\n|\r\n\r\n|[:=|,;&/?.\t ]")
# In text of one line, each is a single byte.
_TO_BLANKS = bytes.maketrans(b":=|,;&/?.\t", b" " * 10)
_PREFIXES = (1, 2, 3)
_COUNTER = lazy_pattern(rb"[^0-9]{0,3}[0-9]+")
_SEPARATORS = 4
_DIGITS = b"0123456789"
# What numbers of JSON and lists of them are written with: a token has its bytes and its probability beside it.
_OF_NUMBERS = _DIGITS + b"+-.eE, "
# Which of several answers or parts of one goes on here.
_INDEX = lazy_pattern(rb"index\"\s*+:\s*+[0-9]{1,3}(?![0-9])")
# A key goes down, and up in another message.
_MAY_BE_DOWN = (b'own"', b'OWN"', b"ress")
_DOWN = lazy_pattern(rb"\"([A-Za-z_.-]{0,16}(?:[dD]own|DOWN|[pP]ress(?:ed)?))\"")
# Before a value in binary data are headers, such as those of CoAP or RTP: at most so many bytes. Longer messages are
# encrypted or media.
_HEADER, _LONGEST_BINARY = 32, 64
_TEXT = bytes(range(32, 127)) + b"\t\n\r"
_PRINTABLE = lazy_pattern(rb"[\x20-\x7e]+")

# The shape of a message, and the start and end of each value in it; 0 and 0 for one that is no candidate.
Values: TypeAlias = "tuple[tuple[object, ...], list[tuple[int, int]]]"
ValuesOf: TypeAlias = "Callable[[bytes], Sequence[Values]]"
_NONE = (0, 0)


def message_values(message: bytes) -> Sequence[Values]:
    """The values in a message of unknown format: what is quoted or between tags, or else what follows a separator."""
    values = [match.span(index) for match in _VALUE.finditer(message) if (index := match.lastindex)]
    if values:
        return list(_quoted(message, values))
    text = message.rstrip(b"\r\n\0\x1e")
    found = list(_plain(text))
    if len(text) <= _LONGEST_BINARY and len(text.translate(None, _TEXT)):
        found += _binary(text)
    return found


def shape(message: bytes) -> bytes:
    """Text without its numbers."""
    return message.translate(None, _DIGITS)


def _quoted(message: bytes, values: list[tuple[int, int]]) -> Iterator[Values]:
    """All values, which go on in the next message, and in the next one with the same index or of keys that go down."""
    at, around = 0, []
    for start, end in values:
        around.append(message[at:start])
        at = end
    around.append(message[at:])
    kept = [span if span[1] - span[0] <= _LONGEST_VALUE else _NONE for span in values[:_MOST]]
    without = b'"'.join(around)
    around_values = (len(values), without.translate(None, _OF_NUMBERS))
    yield around_values, kept
    if b"index" in without and (indexes := _INDEX.findall(without)):
        yield (*around_values, *indexes), kept
    if any(map(message.__contains__, _MAY_BE_DOWN)) and (downs := _DOWN.findall(message)):
        yield (*around_values, *downs), kept


def _plain(text: bytes) -> Iterator[Values]:
    """The whole, what follows one of the last separators, up to the end or to the next one, or a few letters."""
    end = len(text)
    if 0 < end <= LONGEST_WHOLE:
        yield ("whole",), [(0, end)]
        yield ("last", shape(text[:-1])), [(end - 1, end)]
    least = end - _LONGEST_VALUE
    found = _last_separators(text, max(least - _LONGEST_VALUE, 0))
    for number, (_, start) in enumerate(found):
        if start < end:
            # A separator right there is the value itself.
            following = start
            for each, _ in found[number + 1 :]:
                if each > start:
                    following = each
                    break
            token = (start, following) if following - start <= _LONGEST_VALUE else _NONE
            yield (shape(text[:start]),), [(start, end) if start >= least else _NONE, token]
    for start in _PREFIXES:
        if least <= start < end:
            yield (start, shape(text[:start])), [(start, end)]
    if (counter := _COUNTER.match(text)) and least <= counter.end() < end:
        yield (shape(counter[0]), "counter"), [(counter.end(), end)]


def _last_separators(text: bytes, start: int) -> list[tuple[int, int]]:
    """The start and end of the last separators from `start` on."""
    if b"\n" in text:
        return [each.span() for each in _SEPARATOR.finditer(text, start)][-_SEPARATORS:]
    found: list[tuple[int, int]] = []
    blanks, end = text.translate(_TO_BLANKS), len(text)
    while len(found) < _SEPARATORS and (end := blanks.rfind(b" ", start, end)) >= 0:
        found.append((end, end + 1))
    return found[::-1]


def _binary(data: bytes) -> Iterator[Values]:
    """What follows a header of any length: printable bytes, and the first one of them."""
    for run in _PRINTABLE.finditer(data):
        for start in range(run.start(), min(run.end(), _HEADER)):
            yield (start, "binary"), [(start, run.end()), (start, start + 1)]


def protobuf_values(message: bytes) -> Sequence[Values]:
    """The fields of a message of Protocol Buffers, by the numbers that lead to them."""
    from overheard_capture.decoders.protobuf import message_fields  # noqa: PLC0415  (few messages are of these)

    fields = message_fields(message)
    return [(path, [(start, end)]) for path, start, end in fields if end - start <= _LONGEST_VALUE][:_MOST]
