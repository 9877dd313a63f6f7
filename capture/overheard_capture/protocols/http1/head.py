"""The head of an HTTP/1 message: what it says of the body behind it, and of what comes after (RFC 9112)."""

from __future__ import annotations

import re
from dataclasses import dataclass

# A head that is longer is none.
LONGEST = 256 << 10

_TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_START = re.compile(rb"(?:HTTP/1\.([01]) ([1-9]\d\d)(?: [^\n]*)?|(%b) [^\n]+ HTTP/1\.([01]))[ \t]*\r?\n" % _TOKEN)
_END = re.compile(rb"\n\r?\n")
_FIELD = re.compile(
    rb"\n(content-(?:length|type|encoding)|transfer-encoding|upgrade)[ \t]*:[ \t]*([^\r\n]*(?:\r?\n[ \t]+[^\r\n]*)*)",
    re.IGNORECASE,
)
# What a message begins with in the midst of something else: an answer anywhere, for what is before it may end there.
_METHODS = (
    rb"GET|HEAD|POST|PUT|DELETE|CONNECT|OPTIONS|TRACE|PATCH|PROPFIND|PROPPATCH|MKCOL|COPY|MOVE|LOCK|UNLOCK|REPORT"
)
RESYNC = re.compile(rb"HTTP/1\.[01] [1-9]\d\d [^\n]{0,256}\n|(?:%b) [!-~]{1,7000} HTTP/1\.[01]\r?\n" % _METHODS)
# How long such a line may be.
LONGEST_START = 8 << 10

# What some name as an encoding, and is none.
_NONE = frozenset([b"", b"identity", b"none", b"binary", b"utf-8", b"7bit", b"8bit"])


@dataclass(slots=True)
class MessageHead:
    """What matters of it. Of a request `status` is 0, of an answer `method` is empty."""

    status: int
    method: bytes
    version: str
    # How long the body is; None where that is not said.
    length: int | None = None
    chunked: bool = False
    # Whether there are transfer codings, and chunked is not the last of them.
    until_close: bool = False
    # The codings of the body, in the order in which they were put on.
    codings: bytes = b""
    kind: bytes = b""
    upgrade: bytes = b""
    # Whether what it says of its length cannot be.
    contradictory: bool = False


def end_of_head(data: bytes | bytearray, start: int) -> int:
    """Where the head that begins at `start` ends; -1 where it does not in as many bytes as it may have."""
    found = _END.search(data, start, start + LONGEST)
    return found.end() if found else -1


def starts(data: bytes | bytearray, start: int) -> re.Match[bytes] | None:
    """The first line of a message, if this is one."""
    return _START.match(data, start)


def head_of(start: re.Match[bytes], data: bytes | bytearray, end: int) -> MessageHead:
    """What is said between the first line and `end`."""
    answered, status, method, asked = start.groups()
    head = MessageHead(int(status or 0), method or b"", f"HTTP/1.{(answered or asked).decode()}")
    transfer = encodings = b""
    for name, value in _FIELD.findall(data, start.end() - 1, end):
        name_size = len(name), name[0] | 0x20
        if name_size == (14, 0x63):
            _set_length(head, value)
        elif name_size == (12, 0x63):
            head.kind = value
        elif name_size == (16, 0x63):
            encodings = encodings + b"," + value if encodings else value
        elif name_size[0] == 17:
            transfer = transfer + b"," + value if transfer else value
        else:
            head.upgrade = value.strip().lower()
    if transfer or encodings:
        _set_codings(head, transfer.lower(), encodings.lower())
    return head


def _set_length(head: MessageHead, value: bytes) -> None:
    """It may be said several times, if it is said alike (RFC 9110, 8.6)."""
    if head.length is None and value.isdigit() and len(value) < 20:
        head.length = int(value)
        return
    said = {each.strip() for each in value.split(b",")}
    number = said.pop()
    known = number.isdigit() and len(number) < 20 and not said
    if not known or head.length not in (None, int(number)):
        head.contradictory = True
        return
    head.length = int(number)


def _set_codings(head: MessageHead, transfer: bytes, encodings: bytes) -> None:
    codings = [name.strip() for name in encodings.split(b",")]
    coded = [name.partition(b";")[0].strip() for name in transfer.split(b",")]
    coded = [name for name in coded if name not in _NONE]
    if coded:
        head.chunked = coded[-1] == b"chunked"
        head.until_close = not head.chunked
        # What it says of its length besides counts no more (RFC 9112, 6.3).
        head.length, head.contradictory = None, False
        codings += [name for name in coded if name != b"chunked"]
    head.codings = b",".join(name for name in codings if name not in _NONE)
