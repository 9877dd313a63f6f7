"""Bytes as a list of decimal numbers, such as a buffer in JSON, or the octets of a request in a log."""

from __future__ import annotations

from overheard_capture.content.lazy_pattern import lazy_pattern

# Up to 255, or signed as Java has them; no part of a longer number.
_NUMBER = rb"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9]|-(?:12[0-8]|1[01][0-9]|[1-9][0-9]?))(?![0-9.A-Za-z_])"
# As Go and PowerShell print them, there are only blanks or line ends between them. JSON of a typed array has the index
# of each, also in a string.
_COMMA, _BLANKS = rb"[ \t]{0,4},[ \t\r\n]{0,32}", rb"[ \t\r\n]{1,32}"
_INDEX = rb"\\{0,7}\"[0-9]{1,6}\\{0,7}\"[ \t]?:[ \t]?"
MEMBERS = b'0123456789, \t\r\n-":\\'
# The fewest separators of a list. With blanks it is longer than an identifier, as many tables are like that.
_FEWEST, _FEWEST_BLANKS = 7, 15
# A word may be before it, as between fields without separators.
LIST = rb"(?<![0-9.-])(?:%b(?:(?:%b%b){%d,}+|(?:%b%b){%d,}+)|%b%b(?:%b%b%b){%d,}+)" % (
    *(_NUMBER, _COMMA, _NUMBER, _FEWEST, _BLANKS, _NUMBER, _FEWEST_BLANKS),
    *(_INDEX, _NUMBER, _COMMA, _INDEX, _NUMBER, _FEWEST),
)
MORE = rb"(?:(?:%b|%b)?(?:%b)?%b)++" % (_COMMA, _BLANKS, _INDEX, _NUMBER)
# A number, or its index, that may go on.
PARTIAL = lazy_pattern(rb"(?:[0-9-]|\\{1,7}|\"[0-9]{0,6}(?:\\{0,7}\"?[ \t]?:?[ \t]?)?)\Z")
_IN_A_ROW = lazy_pattern(rb"(?:[0-9]{1,3}[ \t\r\n]{1,32}-?){%d}[0-9]" % _FEWEST_BLANKS)
_EACH, _INDEXED = lazy_pattern(rb"-?[0-9]++"), lazy_pattern(rb":[ \t]?(-?[0-9]++)")


def byte_digits(raw: bytes) -> bytes:
    """The bytes in hexadecimal."""
    numbers = _INDEXED.findall(raw) if b'"' in raw else _EACH.findall(raw)
    return bytes(int(each) & 0xFF for each in numbers).hex().encode()


def is_no_list(run: bytes | bytearray) -> bool:
    """Whether there are too few numbers in a row."""
    return run.count(b",") < _FEWEST and not _IN_A_ROW.search(run)
