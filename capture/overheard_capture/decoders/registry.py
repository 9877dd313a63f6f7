"""Decoders by the names that headers give: content codings, and media types."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from overheard_capture.decoders.compression.formats import BROTLI, BZIP2, COMPRESS, DEFLATE, GZIP, XZ, ZLIB, ZSTD
from overheard_capture.decoders.compression.reader import decompressing
from overheard_capture.decoders.mail.mime import MimeEntity
from overheard_capture.decoders.mail.multipart import multipart
from overheard_capture.decoders.untyped import untyped

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard.words.layer import Layers
    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.decoders.compression.formats import CompressionFormat

# By the name of a content coding (RFC 9110, 8.4.1). Where there are several, the first that fits is meant: some say
# deflate and leave out what should be around it.
CODINGS: dict[bytes, tuple[CompressionFormat, ...]] = {
    b"gzip": (GZIP,),
    b"x-gzip": (GZIP,),
    b"deflate": (ZLIB, DEFLATE),
    b"br": (BROTLI,),
    b"zstd": (ZSTD,),
    b"compress": (COMPRESS,),
    b"x-compress": (COMPRESS,),
    b"bzip2": (BZIP2,),
    b"x-bzip2": (BZIP2,),
    b"xz": (XZ,),
    b"x-xz": (XZ,),
}
# Whoever names more of them means no good.
_MOST_CODINGS = 16

_BOUNDARY = re.compile(
    rb"""multipart/[^;]*;(?:.*;)?\s*boundary\s*=\s*(?:"([^"]{1,200})"|([^\s;"]{1,200}))""", re.I | re.S
)


def _multipart(content_type: bytes) -> ReaderFactory:
    boundary = _BOUNDARY.search(content_type)
    return multipart(boundary[1] or boundary[2], entity) if boundary else untyped


def entity(findings: Findings, layers: Layers) -> MimeEntity:
    """A reader of a MIME entity: a header, and a body as the header says that it is."""
    return MimeEntity(findings, layers, body)


# By how a media type begins, in lower case (RFC 6838). What reads a body of it, given all of its Content-Type.
MEDIA_TYPES: tuple[tuple[bytes, Callable[[bytes], ReaderFactory]], ...] = (
    (b"multipart/", _multipart),
    (b"message/rfc822", lambda _: entity),
)
_LONGEST_TYPE = max(len(prefix) for prefix, _ in MEDIA_TYPES)


def body(content_type: bytes, codings: bytes = b"") -> ReaderFactory:
    """What reads a body of this Content-Type, in these content codings."""
    reader: ReaderFactory = untyped
    begins = content_type[:_LONGEST_TYPE].lower()
    for prefix, make in MEDIA_TYPES:
        if begins.startswith(prefix):
            reader = make(content_type)
            break
    return coded(codings, reader) if codings else reader


def coded(codings: bytes, reader: ReaderFactory = untyped) -> ReaderFactory:
    """A reader of what has these codings, in the order of the header: the last was put on last.

    What is inside is for `reader`. Of a coding that is not known, an untyped reader says that it cannot be read.
    """
    for name in codings.lower().split(b",")[:_MOST_CODINGS]:
        formats = CODINGS.get(name.strip())
        if formats:
            reader = decompressing(formats, reader, untyped)
        elif name.strip() not in (b"", b"identity"):
            reader = untyped
    return reader
