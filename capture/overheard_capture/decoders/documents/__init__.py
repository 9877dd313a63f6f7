"""Binary documents that name what they hold: CBOR, MessagePack, BSON, BER, MQTT, pickles and property lists.

Content that is neither text nor known may be one of these, or several in a row. It counts as read if each of its bytes
has a meaning: strings are text, which was searched and unwrapped like any other; byte strings must be readable, unless
they are as short as identifiers; and numbers are numbers.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.decoders.magic import HEAD

if TYPE_CHECKING:
    from overheard_capture.decoders.documents.reader import KeptDocument


# A name of one or two letters at least. With it begin maps of MessagePack and CBOR, and documents of BSON; pickles and
# property lists have a signature. Of random bytes one in two hundred begin so.
_NAME = rb"[A-Za-z_][0-9A-Za-z_]"
_BEGINNING = lazy_pattern(
    rb"(?:[\x81-\x8f]|\xde..)(?:[\xa2-\xbf]|\xd9.)%b|(?:[\xa1-\xb7\xbf]|\xb8.|\xb9..)(?:[\x62-\x77]|\x78.)%b"
    rb"|..\0\0[\1-\x13]%b|\x80[\2-\5]|bplist00" % (_NAME, _NAME, _NAME),
    re.DOTALL,
)


def begins_document(head: bytes) -> bool:
    """Whether a document in a format that programs keep data in certainly begins so: with a name, or a signature."""
    return _BEGINNING.match(head) is not None and kept_document(head[:HEAD]) is not None


def kept_document(head: bytes) -> KeptDocument | None:
    """What keeps all of a content that begins so, if it may be a document; imported late, as few are."""
    from overheard_capture.decoders.documents.reader import KeptDocument, may_be_document  # noqa: PLC0415

    return KeptDocument() if may_be_document(head) else None
