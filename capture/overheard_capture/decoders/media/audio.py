"""Audio: Ogg (RFC 3533), FLAC (RFC 9639), and MP3 (ISO/IEC 11172-3) with ID3."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.decoders.media.container import Closed, Kind, Part, part
from overheard_capture.decoders.signatures import OGG_MAGIC

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard_capture.decoders.media.container import Walked

# The first two bytes of a frame of MPEG-1 or MPEG-2, layer 3.
_FRAMES = (b"\xff\xfb", b"\xff\xfa", b"\xff\xf3", b"\xff\xf2")
_KILOBITS = {
    True: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0),
    False: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0),
}
_HERTZ = {True: (44100, 48000, 32000, 0), False: (22050, 24000, 16000, 0)}
_TAG_V1 = 128
_LEAST_FRAMES, _HEADER = 2, 4


def ogg(data: bytes) -> Walked:
    """Walk over the pages. Those of headers and comments are at position 0 of the stream."""
    at, headers = 0, []
    while data.startswith(OGG_MAGIC, at) and at + 27 <= len(data):
        start = at + 27 + data[at + 26]
        end = min(start + sum(data[at + 27 : start]), len(data))
        if any(data[at + 6 : at + 14]):
            yield part(Kind.COMPRESSED, start, end)
        else:
            headers.append((start, end))
        at = end
    if headers:
        yield Part(Kind.RAW, tuple(headers))
    yield Closed(at) if at + len(OGG_MAGIC) <= len(data) and not data.startswith(OGG_MAGIC, at) else at


def flac(data: bytes) -> Walked:
    """Walk over the metadata; what follows it is frames."""
    at, last = 4, False
    while not last and at + 4 <= len(data):
        last, kind = bool(data[at] & 0x80), data[at] & 0x7F
        start, end = at + 4, min(at + 4 + int.from_bytes(data[at + 1 : at + 4]), len(data))
        if kind == 6:
            yield from _picture(data, start, end)
        elif kind in (0, 3, 4, 5):
            yield part(Kind.RAW, start, end)
        else:
            yield part(Kind.CONTENT, start, end)
        at = end
    if data[at : at + 1] == b"\xff":
        yield part(Kind.COMPRESSED, at, len(data))
        at = len(data)
    yield Closed(at) if last and at < len(data) else at


def _picture(data: bytes, start: int, end: int) -> Iterator[Part]:
    """A picture, behind its media type, description, and size (RFC 9639, 8.8)."""
    at = start + 4
    for _ in range(2):
        length = int.from_bytes(data[at : at + 4])
        yield part(Kind.CONTENT, min(at + 4, end), min(at + 4 + length, end))
        at += 4 + length
    yield part(Kind.CONTENT, min(at + 20, end), end)


def is_mp3(head: bytes) -> bool:
    """Whether this is the header of an ID3 tag. Without one, no few bytes tell MP3."""
    return len(head) >= 10 and head[3] in (2, 3, 4) and max(head[6:10]) < 0x80


def mp3(data: bytes) -> Walked:
    """Walk over the tag, and over frames as long as one follows the other."""
    begin = min(10 + _synchsafe(data[6:10]), len(data))
    yield from _tag(data, begin)
    at, frames = begin, []
    while length := _frame(data, at):
        frames.append((at + _HEADER, at + length))
        at = min(at + length, len(data))
    is_closed = at + _HEADER <= len(data) and not data.startswith(b"TAG", at)
    if len(frames) >= _LEAST_FRAMES:
        yield Part(Kind.COMPRESSED, tuple(frames))
    else:
        at = begin
    if is_closed:
        yield Closed(at)
        return
    if data.startswith(b"TAG", at) and len(data) - at == _TAG_V1:
        yield part(Kind.CONTENT, at, at + 125)
        at = len(data)
    yield at


def _frame(data: bytes, at: int) -> int:
    """The length of the frame at an offset, in bytes; 0 if there is none."""
    if at + 4 > len(data) or data[at : at + 2] not in _FRAMES:
        return 0
    first, flags = data[at + 1] >= 0xFA, data[at + 2]
    rate, hertz = _KILOBITS[first][flags >> 4], _HERTZ[first][flags >> 2 & 3]
    return (144 if first else 72) * rate * 1000 // hertz + (flags >> 1 & 1) if rate and hertz else 0


def _synchsafe(number: bytes) -> int:
    """A number of 7 bits a byte."""
    return sum(byte << 7 * place for place, byte in enumerate(reversed(number)))


def _tag(data: bytes, end: int) -> Iterator[Part]:
    """The frames of an ID3 tag, version 2.3 or 2.4; an older one as a whole."""
    at, version = 10, data[3]
    while version > 2 and at + 10 <= end and data[at]:
        size = _synchsafe(data[at + 4 : at + 8]) if version == 4 else int.from_bytes(data[at + 4 : at + 8])
        name, start, at = data[at : at + 4], at + 10, min(at + 10 + size, end)
        if name == b"APIC":
            # An encoding, a media type, a kind, and a description.
            start = data.find(b"\0", data.find(b"\0", start + 1, at) + 2, at) + 1 or start
        elif name[:1] == b"T" or name in (b"COMM", b"USLT", b"WXXX"):
            # An encoding; and a language.
            yield from _texts(
                data,
                min(start + (1 if name[:1] in b"TW" else 4), at),
                at,
                wide=data[start : start + 1] in (b"\1", b"\2"),
            )
            continue
        yield part(Kind.CONTENT, min(start, at), at)
    yield part(Kind.CONTENT, at, end)


def _texts(data: bytes, start: int, end: int, *, wide: bool) -> Iterator[Part]:
    """Texts, such as a description and a comment, each of which ends with NUL; in UTF-16 if they are `wide`."""
    at = start
    while start < end:
        at = data.find(b"\0\0" if wide else b"\0", at, end)
        if at >= 0 and wide and (at - start) % 2:
            at += 1
            continue
        yield part(Kind.CONTENT, start, end if at < 0 else at)
        if at < 0:
            return
        start = at = at + 1 + wide
