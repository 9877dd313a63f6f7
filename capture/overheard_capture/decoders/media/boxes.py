"""MP4 and what is built like it, such as AVIF, HEIC and fragments of DASH (ISO/IEC 14496-12): boxes within boxes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.decoders.media.container import Kind, part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard_capture.decoders.media.container import Part, Walked

# The types of the first box.
FIRST = (b"ftyp", b"styp", b"moof", b"sidx", b"moov")
_WITHIN = {
    *(b"moov", b"trak", b"mdia", b"minf", b"stbl", b"dinf", b"edts", b"mvex", b"moof", b"traf", b"mfra", b"udta"),
    *(b"iprp", b"ipco", b"ilst", b"gmhd", b"tref", b"sinf", b"schi"),
}
# Tables and parameters.
_TABLES = {
    *(b"ftyp", b"styp", b"mvhd", b"tkhd", b"mdhd", b"hdlr", b"vmhd", b"smhd", b"nmhd", b"stsd", b"stts", b"stss"),
    *(b"stsc", b"stsz", b"stz2", b"stco", b"co64", b"ctts", b"cslg", b"sdtp", b"sgpd", b"sbgp", b"elst", b"dref"),
    *(b"trex", b"mehd", b"mfhd", b"tfhd", b"tfdt", b"trun", b"sidx", b"ssix", b"tfra", b"mfro", b"iods", b"gmin"),
    *(b"pitm", b"iloc", b"iinf", b"ipma", b"iref", b"ispe", b"pixi", b"av1C", b"hvcC", b"avcC", b"colr", b"auxC"),
    *(b"irot", b"imir", b"pasp", b"clap", b"tmcd", b"chap", b"senc", b"saio", b"saiz", b"tenc", b"frma", b"schm"),
}
_MAX_DEPTH = 16


def is_mp4(head: bytes) -> bool:
    """Whether a box of a known type is first."""
    return head[4:8] in FIRST and int.from_bytes(head[:4]) >= 8


def mp4(data: bytes) -> Walked:
    """Walk over the boxes."""
    at = 0
    while box := _box(data, at, len(data)):
        name, start, end = box
        if not all(32 <= byte < 127 or byte == 0xA9 for byte in name):
            break
        yield from _parts(data, name, start, end, 0)
        at = end
    yield at


def _box(data: bytes, at: int, end: int) -> tuple[bytes, int, int] | None:
    """The type, start and end of the box at an offset; None if none fits there."""
    size, start = int.from_bytes(data[at : at + 4]), at + 8
    if size == 1:
        size, start = int.from_bytes(data[at + 8 : at + 16]), at + 16
    stop = end if size == 0 else at + size
    return (data[at + 4 : at + 8], start, stop) if start <= stop <= end and at < end else None


def _parts(data: bytes, name: bytes, start: int, end: int, depth: int) -> Iterator[Part]:
    if name == b"mdat":
        yield part(Kind.COMPRESSED, start, end)
    elif name in _TABLES:
        yield part(Kind.RAW, start, end)
    elif depth < _MAX_DEPTH and (inside := _begin_of_boxes(data, name, start, end)):
        at = inside
        while box := _box(data, at, end):
            yield from _parts(data, *box, depth + 1)
            at = box[2]
        if at < end:
            yield part(Kind.CONTENT, at, end)
    else:
        # A value of iTunes follows its type and country.
        yield part(Kind.CONTENT, min(start + 8, end) if name == b"data" else start, end)


def _begin_of_boxes(data: bytes, name: bytes, start: int, end: int) -> int:
    """Where the boxes within a box begin; 0 if it has none."""
    if (
        name in _WITHIN
        or name[:1] == b"\xa9"
        or name in (b"covr", b"trkn", b"disk", b"gnre", b"aART", b"cpil", b"desc")
    ):
        return start if _box(data, start, end) or start == end else 0
    if name == b"meta":
        # It has a version, but not in QuickTime.
        return start if data[start + 4 : start + 8] == b"hdlr" else start + 4
    return 0
