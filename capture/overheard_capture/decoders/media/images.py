"""Images: PNG (ISO/IEC 15948), JPEG (ITU-T T.81), GIF (89a), and icons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.decoders.compression.formats import ZLIB
from overheard_capture.decoders.media.container import Closed, Kind, Part, part
from overheard_capture.decoders.signatures import PNG_MAGIC

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard_capture.decoders.media.container import Walked

# Markers without a length: restarts, and the beginning and the end. Entropy-coded data ends at any other marker.
_END, _SCAN, _COMMENT, _APPLICATION = 0xD9, 0xDA, 0xFE, range(0xE0, 0xF0)
_AFTER_SCAN = lazy_pattern(rb"\xff[^\x00\xd0-\xd7\xff]")
# Application segments of a binary structure: of JFIF, Exif, colour profiles, Photoshop, Adobe, and several images.
_BINARY = (b"JFIF\0", b"JFXX\0", b"Exif\0", b"ICC_PROFILE\0", b"Photoshop ", b"Adobe", b"Ducky", b"MPF\0")
# Chunks of PNG: of a few numbers (11.2, 11.3), and of other binary metadata.
_NUMBERS = {b"IHDR", b"PLTE", b"tRNS", b"cHRM", b"gAMA", b"sBIT", b"sRGB", b"bKGD", b"hIST", b"pHYs", b"tIME", b"cICP"}
# A text that ImageMagick writes: Exif or a colour profile in hexadecimal.
_RAW_PROFILE = b"Raw profile type "
_ANIMATION = {b"acTL", b"fcTL"}
_XMP = b"http://ns.adobe.com/xap/1.0/\0"


def png(data: bytes) -> Walked:
    """Walk over the chunks of an image."""
    at, pixels, frames, kind = len(PNG_MAGIC), [], [], b""
    while at + 12 <= len(data):
        kind, start = data[at + 4 : at + 8], at + 8
        end = start + int.from_bytes(data[at : at + 4])
        if end + 4 > len(data) or not kind.isalpha():
            kind = b""
            break
        if kind == b"IDAT":
            pixels.append((start, end))
        elif kind == b"fdAT":
            frames.append((start + 4, end))
        elif kind not in _NUMBERS and kind not in _ANIMATION:
            yield _chunk(data, kind, start, end)
        at = end + 4
        if kind == b"IEND":
            break
    # Pixels are one zlib stream, in one or more chunks; those of further frames are several streams.
    if pixels:
        yield Part(Kind.DEFLATED, tuple(pixels))
    if frames:
        yield Part(Kind.COMPRESSED, tuple(frames))
    yield Closed(at) if kind == b"IEND" else at


def _chunk(data: bytes, kind: bytes, start: int, end: int) -> Part:
    """A text or a profile, which may be compressed behind its keyword, or anything else."""
    begin, form = start, None
    keyword = data.find(b"\0", start, end) + 1
    if keyword and kind in (b"zTXt", b"iCCP"):
        begin, form = keyword + 1, ZLIB
    elif keyword and kind == b"iTXt":
        begin, form = keyword + 2, ZLIB if data[keyword : keyword + 1] == b"\1" else None
        for _ in range(2):
            begin = data.find(b"\0", begin, end) + 1 or end
    elif keyword and kind == b"tEXt":
        begin = keyword
    if kind == b"iCCP" or (form and data.startswith(_RAW_PROFILE, start)):
        return Part(Kind.DEFLATED, ((min(begin, end), end),))
    return part(Kind.RAW if kind == b"eXIf" else Kind.CONTENT, min(begin, end), end, form)


def is_jpeg(head: bytes) -> bool:
    """Whether a segment follows that an image may begin with."""
    return len(head) > 3 and (head[3] in _APPLICATION or head[3] in (_COMMENT, 0xDB, 0xC0, 0xC4))


def jpeg(data: bytes) -> Walked:
    """Walk over the segments of an image."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker, start, end = data[at + 1], at + 4, at + 2 + int.from_bytes(data[at + 2 : at + 4])
        if marker == 0xFF:
            at += 1
            continue
        if end > len(data) or marker in (0, _END):
            break
        if marker == _COMMENT or marker in _APPLICATION:
            yield from _segment(data, start, end)
        elif marker == _SCAN:
            after = _AFTER_SCAN.search(data, end)
            begins, end = end, after.start() if after else len(data)
            yield part(Kind.COMPRESSED, begins, end)
        at = end
    yield Closed(at + 2) if data[at : at + 2] == b"\xff\xd9" else at * (at > 2)


def _segment(data: bytes, start: int, end: int) -> Iterator[Part]:
    if data.startswith(_XMP, start, end):
        yield part(Kind.CONTENT, start + len(_XMP), end)
    else:
        yield part(Kind.RAW if data.startswith(_BINARY, start) else Kind.CONTENT, start, end)


def is_gif(head: bytes) -> bool:
    """Whether an image follows the signature: its size is not empty."""
    return len(head) > 13 and any(head[6:8]) and any(head[8:10])


def gif(data: bytes) -> Walked:
    """Walk over the blocks of an image."""
    at = 13 + (3 << (data[10] & 7) + 1 if data[10] & 0x80 else 0)
    while at + 1 < len(data) and data[at] in b"\x21\x2c":
        label = data[at + 1] if data[at] == 0x21 else 0
        if label:
            at += 2
        else:
            flags = data[at + 9] if at + 9 < len(data) else 0
            at += 11 + (3 << (flags & 7) + 1 if flags & 0x80 else 0)
        pieces, at = _sub_blocks(data, at)
        if label in (0xFF, 0x01) and pieces and data.startswith((b"NETSCAPE2.0", b"ANIMEXTS1.0"), pieces[0][0]):
            continue
        # A graphic control has a few numbers.
        if label != 0xF9 and pieces:
            yield Part(Kind.CONTENT if label else Kind.COMPRESSED, pieces)
    if at < len(data) and data[at] not in b"\x21\x2c":
        yield Closed(at + (data[at] == 0x3B))
    else:
        yield min(at, len(data))


def _sub_blocks(data: bytes, at: int) -> tuple[tuple[tuple[int, int], ...], int]:
    pieces = []
    while at < len(data) and (length := data[at]):
        pieces.append((at + 1, min(at + 1 + length, len(data))))
        at += 1 + length
    return tuple(pieces), at + 1


def is_ico(head: bytes) -> bool:
    """Whether the entries of a directory of icons follow."""
    count = int.from_bytes(head[4:6], "little")
    entries = [head[at : at + 16] for at in range(6, 6 + 16 * count, 16)]
    return 0 < count <= 15 and all(len(each) == 16 and not each[3] and each[5] == 0 for each in entries)


def ico(data: bytes) -> Walked:
    """Walk over the icons: each is a PNG image, or a bitmap."""
    end = 6 + 16 * int.from_bytes(data[4:6], "little")
    for at in range(6, end, 16):
        size, start = (int.from_bytes(data[at + place : at + place + 4], "little") for place in (8, 12))
        is_png = data.startswith(b"\x89PNG", start)
        yield part(Kind.CONTENT if is_png else Kind.RAW, start, start + size)
        end = max(end, start + size)
    yield end
