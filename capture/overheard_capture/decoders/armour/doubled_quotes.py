"""Quotes that are doubled in a string of SQL or a cell of CSV, or escaped in the name of a file in a form.

The latter is that of the HTML Standard, multipart/form-data.
"""

from __future__ import annotations

from overheard.words.layer import Layer, LayerKind
from overheard_capture.content.byte_scan import LiteralSet
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.decoders.armour.writings import ESCAPED_CODES, Writing


def _held_quote(piece: bytes) -> int:
    """Pairs are from the left, so that an odd one may be the first of a pair."""
    if piece.endswith((b"%", b"%2")):
        return 1 + piece.endswith(b"2")
    return (len(piece) - len(piece.rstrip(piece[-1:]))) % 2 if piece.endswith((b"'", b'"')) else 0


def _doubled(quote: bytes, escape: bytes) -> tuple[Writing, ...]:
    """Where one kind of quote is escaped so: the other one stands for itself, and there may be two of it."""
    armoured = Writing(
        Layer("quotes doubled", LayerKind.SPELLED),
        LiteralSet(b"<~"),
        lazy_pattern(rb"<~(?=[^~]{0,1024}?(?:%b))" % escape),
        lazy_pattern(rb"\Z"),
        # What begins with a greater-than sign does not end there.
        lazy_pattern(rb"(?<=[^<]~)>"),
        lazy_pattern(escape),
        lambda _: quote,
        _held_quote,
    )
    # Bytes in quoted-printable, in a string of SQL or a cell of CSV: one sign more, and none of them is what it was.
    in_bytes = armoured._replace(
        marks=ESCAPED_CODES,
        begins=lazy_pattern(rb"=[01][0-9A-F]=[0-9A-F]{2}"),
        ahead=lazy_pattern(rb"\0|(%b)" % (quote * 2)),
        before=lazy_pattern(rb"(?<=[,;\t('\"])[^\r\n'\"]{1,160}\Z|\Z"),
        ends=lazy_pattern(rb"(?<=[^'])'(?=[,);])|(?<=[^\"])\"(?=[,;\t\r\n])"),
    )
    # All of these quotes may be before the bytes that show it.
    before_bytes = in_bytes._replace(
        before=lazy_pattern(rb"(?<=['\"])[^\r\n'\"]{1,160}+(?:%b[^\r\n'\"]{0,160}+){1,4}\Z" % (quote * 2)),
        ahead=None,
    )
    return armoured, in_bytes, before_bytes


_FILE_NAME = Writing(
    Layer("file name", LayerKind.SPELLED),
    LiteralSet(b'filename="'),
    lazy_pattern(rb"filename=\"(?=[^\"\r\n]{0,1024}%22)"),
    lazy_pattern(rb"\Z"),
    lazy_pattern(rb"\"(?=\r?\n|;)"),
    lazy_pattern(rb"%22"),
    lambda _: b'"',
    _held_quote,
)

DOUBLED_QUOTES = (*_doubled(b"'", rb"''"), *_doubled(b'"', rb"\"\"|%22"), _FILE_NAME)
