"""The handshake messages of TLS as they are, those included that keys decrypt, which tshark does not follow as data."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from overheard_capture.wireshark.tshark import tshark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard_capture.wireshark.keys import TlsKeys
    from overheard_capture.wireshark.tshark import TsharkInput

# tshark gives the bytes of a field beside it, under its name with this suffix: hexadecimal, offset, length and more.
_MESSAGE = "tls.handshake_raw"
_OPTIONS = ("-Y", "tls.handshake", "-T", "jsonraw", "--no-duplicate-keys", "-J", "tls")


def handshake_messages(capture: TsharkInput, keys: TlsKeys) -> list[bytes]:
    """Every message, or fragment of one, with its header (RFC 8446, 4). Raises UnreadableError."""
    return [bytes.fromhex(text) for text in _messages(json.loads(tshark(capture, *_OPTIONS, keys=keys) or "[]"))]


def _messages(tree: Any) -> Iterator[str]:  # noqa: ANN401  (any part of what tshark prints)
    waiting = [tree]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            for name, value in each.items():
                if name == _MESSAGE:
                    # Of several in one record, a list of them.
                    yield from (text for one in (value if isinstance(value[0], list) else [value]) for text in one[:1])
                else:
                    waiting.append(value)
        elif isinstance(each, list):
            waiting += each
