"""MQTT (3.1, 3.1.1 and 5): control packets, also as messages of WebSocket."""

from __future__ import annotations

from overheard_capture.content.nesting import MAX_IDENTIFIER
from overheard_capture.decoders.documents.contents import Contents, CutShortError, ItemKind, NotADocumentError, is_text

_CONNECT, _CONNACK, _PUBLISH, _PUBREL, _SUBSCRIBE, _UNSUBSCRIBE = 1, 2, 3, 6, 8, 10
_EMPTY = (12, 13)
_NAMES = (b"\0\4MQTT", b"\0\6MQIsdp")
_VERSION_5, _WILL, _PASSWORD, _USER = 5, 1 << 2, 1 << 6, 1 << 7


def mqtt(found: Contents, at: int) -> int:
    """A control packet (2.1). Each type has its flags, and a form; what is small in others is numbers."""
    data, kind, flags = found.data, found.data[at] >> 4, found.data[at] & 15
    length, at = _varint(data, at + 1)
    end = at + length
    if not kind or (kind != _PUBLISH and flags != 2 * (kind in (_PUBREL, _SUBSCRIBE, _UNSUBSCRIBE))):
        raise NotADocumentError
    if end > len(data):
        _check_beginning(found, kind, at)
    if kind == _CONNECT:
        _connect(found, at, end)
    elif kind == _PUBLISH:
        at = _string(found, at, end) + 2 * (flags & 6 > 0)
        found.has_key |= flags & 6 != 6
        _payload(found, at, end)
    elif kind in (_SUBSCRIBE, _UNSUBSCRIBE):
        _topics(found, at + 2, end, kind == _SUBSCRIBE)
    elif kind in _EMPTY and length:
        raise NotADocumentError
    else:
        # The first packet of a server has a flag and a code of a few bits; keep-alives have nothing.
        found.has_key |= kind in _EMPTY or (kind == _CONNACK and data[at] < 2 and (data[at + 1] < 6 or length > 2))
        found.add(ItemKind.NUMBER if length <= MAX_IDENTIFIER else ItemKind.BYTES, at, end)
    return end


def _check_beginning(found: Contents, kind: int, at: int) -> None:
    """Of a packet that goes on, the topic or the name of the protocol must be there."""
    if kind == _PUBLISH:
        _string(found, at, len(found.data))
        found.has_key = True
    elif kind == _CONNECT and found.data.startswith(_NAMES, at):
        found.has_key = True
    raise CutShortError


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """A variable byte integer (1.5.5), and the offset after it."""
    number = 0
    for place in range(4):
        number |= (data[at + place] & 127) << 7 * place
        if data[at + place] < 128:
            return number, at + place + 1
    raise NotADocumentError


def _string(found: Contents, at: int, end: int, kind: ItemKind = ItemKind.TEXT) -> int:
    """A string or bytes behind their length. Returns the offset after it."""
    stop = at + 2 + int.from_bytes(found.data[at : at + 2])
    if stop > end:
        raise NotADocumentError
    found.add(kind, at + 2, stop)
    return stop


def _properties(found: Contents, at: int) -> int:
    """The properties of version 5. Returns the offset after them."""
    length, at = _varint(found.data, at)
    found.add(ItemKind.TEXT if is_text(found.data[at : at + length]) else ItemKind.BYTES, at, at + length)
    return at + length


def _connect(found: Contents, at: int, end: int) -> None:
    data = found.data
    if not data.startswith(_NAMES, at):
        raise NotADocumentError
    found.has_key = True
    at = _string(found, at, end)
    version, flags, at = data[at], data[at + 1], at + 4
    is_5 = version == _VERSION_5
    at = _string(found, _properties(found, at) if is_5 else at, end)
    if flags & _WILL:
        at = _value(found, _string(found, _properties(found, at) if is_5 else at, end), end)
    at = _string(found, at, end) if flags & _USER else at
    at = _value(found, at, end) if flags & _PASSWORD else at
    if at != end:
        raise NotADocumentError


def _value(found: Contents, at: int, end: int) -> int:
    """A message or a password, which may be any bytes."""
    text = found.data[at + 2 : at + 2 + int.from_bytes(found.data[at : at + 2])]
    return _string(found, at, end, ItemKind.TEXT if is_text(text) else ItemKind.BYTES)


def _topics(found: Contents, at: int, end: int, with_options: bool) -> None:
    # Version 5 has properties before them; without any, this is a zero before a length of less than 256.
    if end - at > 2 and found.data[at : at + 2] == b"\0\0":
        at = _properties(found, at)
    while at < end:
        at = _string(found, at, end) + with_options
        found.has_key = True
    if at != end:
        raise NotADocumentError


def _payload(found: Contents, at: int, end: int) -> None:
    """The message, which any application may use for what it likes; in version 5 there are properties before it."""
    if at > end:
        raise NotADocumentError
    if at < end and not is_text(found.data[at:end]):
        length = found.data[at]
        # None, or such as a text follows.
        if not length or (length < 128 and at + 1 + length <= end and is_text(found.data[at + 1 + length : end])):
            at = _properties(found, at)
    found.add(ItemKind.TEXT if is_text(found.data[at:end]) else ItemKind.BYTES, at, end)
