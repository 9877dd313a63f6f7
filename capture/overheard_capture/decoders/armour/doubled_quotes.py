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


_DOUBLED = Writing(
    Layer("quotes doubled", LayerKind.SPELLED),
    LiteralSet(b"<~"),
    lazy_pattern(rb"<~(?=[^~]{0,1024}?(?:''|\"\"|%22))"),
    lazy_pattern(rb"\Z"),
    # What begins with a greater-than sign does not end there.
    lazy_pattern(rb"(?<=[^<]~)>"),
    lazy_pattern(rb"''|\"\"|%22"),
    lambda quotes: b'"' if quotes[0] == b"%22" else quotes[0][:1],
    _held_quote,
)

# Bytes in quoted-printable, in a string of SQL or a cell of CSV: one sign more, and none of them is what it was.
_DOUBLED_IN_BYTES = _DOUBLED._replace(
    marks=ESCAPED_CODES,
    begins=lazy_pattern(rb"=[01][0-9A-F]=[0-9A-F]{2}"),
    ahead=lazy_pattern(rb"\0|(''|\"\")"),
    before=lazy_pattern(rb"(?<=[,;\t('\"])[^\r\n'\"]{1,160}\Z|\Z"),
    ends=lazy_pattern(rb"(?<=[^'])'(?=[,);])|(?<=[^\"])\"(?=[,;\t\r\n])"),
)

# All of these quotes may be before the bytes that show it.
_DOUBLED_BEFORE_BYTES = _DOUBLED_IN_BYTES._replace(
    before=lazy_pattern(rb"(?<=['\"])[^\r\n'\"]{1,160}+(?:(?:''|\"\")[^\r\n'\"]{0,160}+){1,4}\Z"),
    ahead=None,
)

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

DOUBLED_QUOTES = (_DOUBLED, _DOUBLED_IN_BYTES, _DOUBLED_BEFORE_BYTES, _FILE_NAME)
