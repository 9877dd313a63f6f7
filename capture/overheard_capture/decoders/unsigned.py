"""Compression without a signature: raw deflate, brotli, LZMA, lz-string, LZ4, Snappy, and any after its length.

It is looked for only in bytes that were written as text, such as base64: there it is common, and a guess is cheap. All
of it must also be in `may_be_compressed` in `unsigned.c`, and what may be in digests in `may_be_content` in
`content.c`; lz-string is written in base64 alone.
"""

from __future__ import annotations

from binascii import a2b_qp
from functools import partial
from typing import TYPE_CHECKING

from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.content.text_detector import looks_like_text
from overheard_capture.decoders.after_header import AfterHeader
from overheard_capture.decoders.magic import HEAD, is_known, reader_of
from overheard_capture.decoders.unsigned_heads import LENGTH, SHORTEST, may_be_unsigned
from overheard_capture.native.structures import AS_ANY, AS_LZ4, AS_SNAPPY, KNOWN_AFTER_LENGTH

if TYPE_CHECKING:
    from overheard_capture.content.findings import ReaderFactory

_PRINTABLE = range(0x20, 0x7F)
# An escape of quoted-printable of what is no ASCII text.
_ESCAPE = lazy_pattern(rb"=[0189A-F][0-9A-F]")


def is_unsigned(head: bytes, *, certainly: bool = False) -> bool:
    """Whether content that begins with `head` is compressed in such a way: `certainly` if some of it makes sense."""
    why = may_be_unsigned(head) if len(head) >= SHORTEST else 0
    if why & KNOWN_AFTER_LENGTH and is_known(head[LENGTH:]):
        return True
    if not why & AS_ANY:
        return False
    from overheard_capture.decoders.unsigned_formats import format_of  # noqa: PLC0415  (few captures have any)

    return format_of(head, why, certainly=certainly) is not None


def short_block(data: bytes, reader: ReaderFactory) -> ReaderFactory | None:
    """The reader factory for all of `data` if it may be text, and is a block of Snappy: its length is a character.

    In quoted-printable it may have a single escape, which numbers have, too.
    """
    if _ESCAPE.search(data) and (block := short_block(a2b_qp(data), reader)):
        from overheard_capture.decoders.mail.quoted_printable import QuotedPrintable  # noqa: PLC0415  (it is hardly ever)

        return partial(QuotedPrintable, reader=block)
    may_be = len(data) >= SHORTEST and data[0] in _PRINTABLE and not data[1] & 3 and may_be_unsigned(data) & AS_SNAPPY
    if not may_be:
        return None
    from overheard_capture.decoders.unsigned_formats import block_of  # noqa: PLC0415  (few captures have any)

    if (form := block_of(data, AS_SNAPPY)) is None:
        return None
    from overheard_capture.decoders.compression.reader import decompressing  # noqa: PLC0415

    return decompressing((form,), reader, reader)


def unsigned_or_known(head: bytes, reader: ReaderFactory, rest: ReaderFactory) -> ReaderFactory | None:
    """The reader factory for content that begins with `head`, as `reader_of`; also if it has no signature."""
    known = reader_of(head[:HEAD], reader, rest)
    # A block of text in UTF-16 begins like such text.
    is_wide = known is not None and len(head) >= SHORTEST and not is_known(head[:HEAD])
    # A run of one byte may decompress to another one, and that again, as far as the depth limit allows.
    is_none = len(head) < SHORTEST or looks_like_text(head) or not head.strip(head[:1])
    if not is_wide and (known or is_none):
        return known
    why = may_be_unsigned(head)
    if not is_wide and is_known(head[LENGTH:][:HEAD]) and not _is_block(head, why):
        after = reader_of(head[LENGTH:][:HEAD], reader, rest)
        return partial(AfterHeader, reader=after, length=LENGTH) if after else None
    if not why & AS_ANY:
        return known
    from overheard_capture.decoders.unsigned_formats import block_of, format_of  # noqa: PLC0415  (few captures have any)

    form = block_of(head, why) if is_wide else format_of(head, why)
    if form is None:
        return known
    from overheard_capture.decoders.compression.reader import decompressing  # noqa: PLC0415

    return decompressing((form,), reader, rest)


def _is_block(head: bytes, why: int) -> bool:
    """Whether it is a whole block, in which a signature of two bytes may be by chance."""
    if not why & (AS_LZ4 | AS_SNAPPY):
        return False
    from overheard_capture.decoders.unsigned_formats import block_of  # noqa: PLC0415  (few captures have any)

    return block_of(head, why) is not None
