"""Payloads of IKEv2 in clear that do not belong there, or have text where random values are."""

from __future__ import annotations

from overheard_capture.packets.usual_text import has_long_text, is_description, is_prose

# Those of IKE_SA_INIT (RFC 7296, 1.2): proposals, a public value, a request for certificates, a nonce, notifications,
# and vendor IDs.
_PROPOSALS, _PUBLIC_VALUE, _REQUEST, _NONCE, _NOTIFY, _VENDOR = 33, 34, 38, 40, 41, 43
_RANDOM = {_PUBLIC_VALUE, _NONCE, _REQUEST}
# What precedes the data of a notification: a protocol, the length of an SPI, and a type.
_NOTIFY_HEADER = 4
# So many letters of a vendor ID may be no known words, such as the name of a feature. Many are hashes.
_FEW = 8


def is_ordinary(kind: int, body: bytes) -> bool:
    """Whether a payload is of a type that is in clear, and has no text; that of a vendor ID names the vendor."""
    if kind == _PROPOSALS or not any(body):
        return True
    if kind in _RANDOM:
        return not has_long_text(body)
    if kind == _NOTIFY:
        data = body[_NOTIFY_HEADER + body[1] :] if len(body) > 1 else body
        return not is_prose(data) and not has_long_text(data)
    if kind == _VENDOR:
        is_text = is_prose(body) or has_long_text(body)
        return not is_text or is_description(body, _FEW)
    return False
