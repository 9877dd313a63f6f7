"""Whose certificate it is, as it says itself: a walk through its DER (ITU-T X.690; RFC 5280, 4.1)."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from overheard_capture.protocols.tls.cursor import Cursor, TruncatedError, text

if TYPE_CHECKING:
    from collections.abc import Iterator

_BMP_STRING, _VERSION, _EXTENSIONS = 0x1E, 0xA0, 0xA3
_COMMON_NAME, _SUBJECT_ALT_NAME = b"\x55\x04\x03", b"\x55\x1d\x11"
# RFC 5280, 4.2.1.6: of the kinds of names, an e-mail address, a host, a URI; and an IP address.
_TEXTS, _ADDRESS = {0x81, 0x82, 0x86}, 0x87
# Serial number, algorithm, issuer and validity stand before the subject.
_SUBJECT = 4


def holder(der: bytes | memoryview) -> tuple[str, tuple[str, ...]]:
    """The common name of a certificate's subject, and its alternative names; empty where it makes no sense."""
    try:
        ((_, certificate),) = _elements(Cursor(der))
        fields = list(_elements(_first(certificate)))
        subject = fields[_SUBJECT + (fields[0][0] == _VERSION)][1]
        extensions = [content for tag, content in fields if tag == _EXTENSIONS]
        return _common_name(subject), tuple(_alternatives(extensions[0])) if extensions else ()
    except (TruncatedError, IndexError, ValueError):
        return "", ()


def _elements(cursor: Cursor) -> Iterator[tuple[int, Cursor]]:
    """Tag and content of each element."""
    while cursor:
        tag, length = cursor.number(1), cursor.number(1)
        if length >= 0x80:
            length = cursor.number(length & 0x7F)
        yield tag, Cursor(cursor.take(length))


def _first(cursor: Cursor) -> Cursor:
    for _, content in _elements(cursor):
        return content
    raise TruncatedError


def _common_name(subject: Cursor) -> str:
    for _, relative in _elements(subject):
        for _, attribute in _elements(relative):
            (_, kind), (tag, value) = _elements(attribute)
            if kind.rest() == _COMMON_NAME:
                return text(value.rest(), "utf-16-be" if tag == _BMP_STRING else "utf-8")
    return ""


def _alternatives(extensions: Cursor) -> Iterator[str]:
    for _, extension in _elements(_first(extensions)):
        # Between them stands whether it is critical, or nothing.
        (_, kind), *_, (_, value) = _elements(extension)
        if kind.rest() == _SUBJECT_ALT_NAME:
            for tag, name in _elements(_first(value)):
                if tag in _TEXTS:
                    yield text(name.rest())
                elif tag == _ADDRESS:
                    yield str(ipaddress.ip_address(bytes(name.rest())))
