"""Binary documents that name what they hold: CBOR, MessagePack, BSON, BER as in LDAP and SNMP, and packets of MQTT.

Content that is neither text nor known may be one of these, or several in a row. It counts as read if each of its bytes
has a meaning: strings are text, which was searched and unwrapped like any other; byte strings must be readable, unless
they are as short as identifiers; and numbers are numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from overheard_capture.decoders.documents.reader import KeptDocument


def kept_document(head: bytes) -> KeptDocument | None:
    """What keeps all of a content that begins so, if it may be a document; imported late, as few are."""
    from overheard_capture.decoders.documents.reader import KeptDocument, may_be_document  # noqa: PLC0415

    return KeptDocument() if may_be_document(head) else None
