"""Bytes as a list of decimal numbers, such as a buffer in JSON, or the octets of a request in a log."""

from __future__ import annotations

from overheard_capture.content.lazy_pattern import lazy_pattern

# Up to 255, or signed as Java has them; no part of a longer number.
_NUMBER = rb"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9]|-(?:12[0-8]|1[01][0-9]|[1-9][0-9]?))(?![0-9.A-Za-z_])"
_BETWEEN = rb"[ \t]{0,4},[ \t\r\n]{0,32}"
MEMBERS = b"0123456789, \t\r\n-"
# The fewest separators of a list.
FEWEST = 7
# A word may be before it, as between fields without separators.
LIST = rb"(?<![0-9.-])%b(?:%b%b){%d,}+" % (_NUMBER, _BETWEEN, _NUMBER, FEWEST)
MORE = rb"(?:%b%b)++" % (_BETWEEN, _NUMBER)
_EACH = lazy_pattern(rb"-?[0-9]++")


def byte_digits(raw: bytes) -> bytes:
    """The bytes in hexadecimal. A number at the end may go on: after it there is half a byte."""
    digits = bytes(int(each) & 0xFF for each in _EACH.findall(raw)).hex().encode()
    return digits + (b"0" if raw[-1:].isdigit() else b"")
