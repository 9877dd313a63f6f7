"""Fields of TLS: records, alerts, and what follows a handshake."""

from __future__ import annotations

from overheard.words.chapter import rfc
from overheard.words.fields.explanation import Explanation

_RECORD = rfc(8446, "5.1", "the records of TLS")
_PROTECTED = rfc(8446, "5.2", "how a record is encrypted")
_CHANGE = rfc(8446, "D.4", "why TLS 1.3 looks like TLS 1.2 to what is in between")
_ALERTS = rfc(8446, "6", "alerts, and their two levels")
_ERRORS = rfc(8446, "6.2", "the alerts that report an error")
_OLD_CHANGE = rfc(5246, "7.1", "the message with which TLS 1.2 turns encryption on")

FIELDS = {
    "tls": Explanation(
        "TLS encrypts a stream of bytes, shows who the server is, and notices every change on the way.",
        rfc(8446, "1", "what TLS is for"),
    ),
    "tls.record": Explanation(
        "TLS cuts its stream into records; each has a header of 5 bytes, never encrypted: type, version, length.",
        _RECORD,
    ),
    "tls.record.content_type": Explanation(
        "What kind of record this is: 22 is a handshake, 21 an alert, 20 a change of ciphers, 23 application data.",
        _RECORD,
    ),
    "tls.record.opaque_type": Explanation(
        "In TLS 1.3 every encrypted record says that it is application data (23); what it really is, is encrypted with "
        "it.",
        _PROTECTED,
    ),
    "tls.record.version": Explanation(
        "A version that is not used any more: in TLS 1.3 it says 1.2, or 1.0 in the first message, so that old devices "
        "on the way let it pass.",
        _RECORD,
    ),
    "tls.record.length": Explanation(
        "How many bytes follow in this record. An eavesdropper sees it, and so about how long the message is.", _RECORD
    ),
    "tls.app_data": Explanation(
        "Encrypted bytes, at the end of which a tag shows whether they were changed. In TLS 1.3 they may be data of "
        "the application or a message of the handshake: an eavesdropper cannot tell.",
        _PROTECTED,
    ),
    "tls.change_cipher_spec": Explanation(
        "In TLS 1.2: from the next record on, this side encrypts. In TLS 1.3 it means nothing, and is sent so that old "
        "devices on the way let the connection pass.",
        _CHANGE,
    ),
    "tls.alert_message": Explanation("An alert: an error, or the end of the connection.", _ALERTS),
    "tls.alert_message.level": Explanation(
        "Whether the connection ends: it does with every error. In TLS 1.3 the level is ignored.", _ALERTS
    ),
    "tls.alert_message.desc": Explanation("What happened, as a number with a name. More is not said.", _ERRORS),
    "tls.segment.data": Explanation("A part of a message that takes several records.", _RECORD),
    "tls.segments": Explanation("The records of which a message was put together.", _RECORD),
    "tls.segment": Explanation("One of the records of which a message was put together.", _RECORD),
    "tls.segment.count": Explanation("How many records the message took.", _RECORD),
    "tls.reassembled.length": Explanation("How many bytes the message has.", _RECORD),
    "tls.reassembled.data": Explanation("The message, decrypted and put together.", _RECORD),
}
