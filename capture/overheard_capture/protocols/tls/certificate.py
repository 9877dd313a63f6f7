"""The subject of a certificate, parsed from its DER encoding (ITU-T X.690; RFC 5280, 4.1)."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from overheard_capture.protocols.tls.cursor import Cursor, TruncatedError, text

if TYPE_CHECKING:
    from collections.abc import Iterator

_BMP_STRING, _VERSION, _EXTENSIONS = 0x1E, 0xA0, 0xA3
_COMMON_NAME, _SUBJECT_ALT_NAME = b"\x55\x04\x03", b"\x55\x1d\x11"
# Types of general names (RFC 5280, 4.2.1.6): rfc822Name, dNSName and URI are text; the other is iPAddress.
_TEXTS, _ADDRESS = {0x81, 0x82, 0x86}, 0x87
# The fields before the subject: serial number, signature algorithm, issuer and validity.
_SUBJECT = 4


def certificate_names(der: bytes | memoryview) -> tuple[str, tuple[str, ...]]:
    """Return the subject's common name and the alternative names; both empty if the certificate cannot be parsed."""
    try:
        ((_, certificate),) = _elements(Cursor(der))
        fields = list(_elements(_first_element(certificate)))
        subject = fields[_SUBJECT + (fields[0][0] == _VERSION)][1]
        extensions = [content for tag, content in fields if tag == _EXTENSIONS]
        return _common_name(subject), tuple(_subject_alt_names(extensions[0])) if extensions else ()
    except (TruncatedError, IndexError, ValueError):
        return "", ()


def _elements(cursor: Cursor) -> Iterator[tuple[int, Cursor]]:
    """Yield the tag and content of each element."""
    while cursor:
        tag, length = cursor.number(1), cursor.number(1)
        if length >= 0x80:
            length = cursor.number(length & 0x7F)
        yield tag, Cursor(cursor.take(length))


def _first_element(cursor: Cursor) -> Cursor:
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


def _subject_alt_names(extensions: Cursor) -> Iterator[str]:
    for _, extension in _elements(_first_element(extensions)):
        # An optional boolean between the two is set if the extension is critical.
        (_, kind), *_, (_, value) = _elements(extension)
        if kind.rest() == _SUBJECT_ALT_NAME:
            for tag, name in _elements(_first_element(value)):
                if tag in _TEXTS:
                    yield text(name.rest())
                elif tag == _ADDRESS:
                    yield str(ipaddress.ip_address(bytes(name.rest())))
