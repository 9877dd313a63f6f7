"""The registry of decoders by the names in headers: content codings and media types."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from overheard_capture.content.findings import UNKNOWN_FORMAT, Reason
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.content.nesting import speculative
from overheard_capture.decoders.short_body import untyped_body
from overheard_capture.decoders.untyped import in_chunks, untyped

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard.words.layer import Layers
    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.content.readers import Reader
    from overheard_capture.decoders.mail.mime import MimeEntity

# Content with more codings than this is crafted.
_MAX_CODINGS = 16

_BOUNDARY = lazy_pattern(
    rb"""multipart/[^;]*;(?:.*;)?\s*boundary\s*=\s*(?:"([^"]{1,200})"|([^\s;"]{1,200}))""", re.I | re.S
)


def _multipart(content_type: bytes) -> ReaderFactory:
    from overheard_capture.decoders.mail.multipart import multipart  # noqa: PLC0415  (few bodies are)

    boundary = _BOUNDARY.search(content_type)
    return multipart(boundary[1] or boundary[2], mime_entity) if boundary else untyped


def mime_entity(findings: Findings, layers: Layers) -> MimeEntity:
    """A reader of a MIME entity: a header, and a body of the type that it declares."""
    from overheard_capture.decoders.mail.mime import MimeEntity  # noqa: PLC0415  (few bodies have any)

    return MimeEntity(findings, layers, body_reader)


def _in_unknown_coding(findings: Findings, layers: Layers) -> Reader:
    """A reader of content in an unknown coding: it is read as far as possible, and is opaque in any case."""
    findings.report_unread(Reason.OPAQUE, UNKNOWN_FORMAT, layers)
    return untyped(speculative(findings), layers)


def _grpc_web(_: bytes) -> ReaderFactory:
    """A factory of readers of gRPC-Web. Which compression it has is in another field; hardly any has one."""
    from overheard_capture.decoders.grpc import GrpcReader  # noqa: PLC0415  (few bodies are)

    return partial(GrpcReader, decompressing=partial(decoding, b"gzip"))


def _grpc_web_text(content_type: bytes) -> ReaderFactory:
    """The same in base64."""
    from overheard_capture.decoders.grpc import GrpcWebText  # noqa: PLC0415  (few bodies are)

    return partial(GrpcWebText, reader=_grpc_web(content_type))


def _message_lines(_: bytes) -> ReaderFactory:
    """A factory of readers of messages, a line each."""
    from overheard_capture.decoders.messages import MessageLines  # noqa: PLC0415  (few bodies are)

    return MessageLines


# By the beginning of a media type, in lower case (RFC 6838): makes the reader factory from the Content-Type.
MEDIA_TYPES: tuple[tuple[bytes, Callable[[bytes], ReaderFactory]], ...] = (
    (b"multipart/", _multipart),
    (b"message/rfc822", lambda _: mime_entity),
    *((name, _message_lines) for name in (b"text/event-stream", b"application/x-ndjson", b"application/jsonl")),
    (b"application/grpc-web-text", _grpc_web_text),
    (b"application/grpc-web", _grpc_web),
    *((name, _message_lines) for name in (b"application/json-seq", b"application/stream+json")),
)
_LONGEST_TYPE = max(len(prefix) for prefix, _ in MEDIA_TYPES)


def body_reader(content_type: bytes, codings: bytes = b"") -> ReaderFactory:
    """The reader factory for a body of this Content-Type, in these content codings."""
    reader: ReaderFactory = untyped_body
    begins = content_type[:_LONGEST_TYPE].lower()
    for prefix, make in MEDIA_TYPES:
        if begins.startswith(prefix):
            reader = make(content_type)
            break
    return decoding(codings, reader) if codings else reader


def decoding(codings: bytes, reader: ReaderFactory = untyped) -> ReaderFactory:
    """A factory of readers that decode these codings. They are in the order of the header: the last was applied last.

    `reader` is for the decoded content. Content in an unknown coding is reported as opaque, even if it looks like text.
    """
    from overheard_capture.decoders.compression.content_codings import CONTENT_CODINGS  # noqa: PLC0415
    from overheard_capture.decoders.compression.reader import decompressing  # noqa: PLC0415  (many bodies have none)

    for name in codings.lower().split(b",")[:_MAX_CODINGS]:
        formats = CONTENT_CODINGS.get(name.strip())
        if formats:
            reader = decompressing(formats, reader, untyped)
        elif name.strip() == b"aws-chunked":
            reader = in_chunks
        elif name.strip() not in (b"", b"identity"):
            reader = _in_unknown_coding
    return reader
