"""The head of an HTTP/1 message (RFC 9112): how its body is framed, and whether the protocol changes after it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from overheard_capture.content.lazy_pattern import lazy_pattern

# The maximum length of a head; anything longer is not HTTP.
MAX_HEAD = 256 << 10

_TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_START = lazy_pattern(rb"(?:HTTP/1\.([01]) ([1-9]\d\d)(?: [^\n]*)?|(%b) [^\n]+ HTTP/1\.([01]))[ \t]*\r?\n" % _TOKEN)
_END = lazy_pattern(rb"\n\r?\n")
_FIELD = lazy_pattern(
    rb"\n(content-(?:length|type|encoding)|transfer-encoding|upgrade)[ \t]*:[ \t]*([^\r\n]*(?:\r?\n[ \t]+[^\r\n]*)*)",
    re.IGNORECASE,
)
# The start line of a message for resynchronisation. A status line may follow a body that ends without a newline.
_METHODS = (
    rb"GET|HEAD|POST|PUT|DELETE|CONNECT|OPTIONS|TRACE|PATCH|PROPFIND|PROPPATCH|MKCOL|COPY|MOVE|LOCK|UNLOCK|REPORT"
)
RESYNC = lazy_pattern(rb"HTTP/1\.[01] [1-9]\d\d [^\n]{0,256}\n|(?:%b) [!-~]{1,7000} HTTP/1\.[01]\r?\n" % _METHODS)
# The maximum length of such a line.
MAX_START_LINE = 8 << 10

# Values of Content-Encoding that some senders use for no encoding.
_IDENTITY = frozenset(
    [b"", b"identity", b"none", b"binary", b"utf-8", b"utf8", b"us-ascii", b"7bit", b"8bit", b"amz-1.0"]
)


@dataclass(eq=False, repr=False, slots=True)
class MessageHead:
    """The relevant fields of a head. `status` is 0 in a request, and `method` is empty in a response."""

    status: int
    method: bytes
    version: str
    # The Content-Length; None if there is none.
    length: int | None = None
    chunked: bool = False
    # Whether there are transfer codings, and the last one is not chunked: the body lasts until the connection closes.
    until_close: bool = False
    # The content codings, then the transfer codings other than chunked, in the order in which they were applied.
    codings: bytes = b""
    content_type: bytes = b""
    upgrade: bytes = b""
    # Whether its fields contradict each other about the length of the body.
    contradictory: bool = False


def end_of_head(data: bytes | bytearray, start: int) -> int:
    """The offset after the head that begins at `start`; -1 if it does not end within the maximum length."""
    found = _END.search(data, start, start + MAX_HEAD)
    return found.end() if found else -1


def match_start_line(data: bytes | bytearray, start: int) -> re.Match[bytes] | None:
    """Match a start line at `start`; None if there is none."""
    return _START.match(data, start)


def target_of(start: re.Match[bytes]) -> tuple[int, int]:
    """The start and end of the request target in a request line."""
    return start.end(3) + 1, start.start(4) - len(" HTTP/1.")


def parse_head(start: re.Match[bytes], data: bytes | bytearray, end: int) -> MessageHead:
    """Parse the fields between the start line and `end`."""
    response_version, status, method, request_version = start.groups()
    head = MessageHead(int(status or 0), method or b"", f"HTTP/1.{(response_version or request_version).decode()}")
    transfer_codings = content_codings = b""
    for name, value in _FIELD.findall(data, start.end() - 1, end):
        name_size = len(name), name[0] | 0x20
        if name_size == (14, 0x63):
            _set_length(head, value)
        elif name_size == (12, 0x63):
            head.content_type = value
        elif name_size == (16, 0x63):
            content_codings = content_codings + b"," + value if content_codings else value
        elif name_size[0] == 17:
            transfer_codings = transfer_codings + b"," + value if transfer_codings else value
        else:
            head.upgrade = value.strip().lower()
    if transfer_codings or content_codings:
        _set_codings(head, transfer_codings.lower(), content_codings.lower())
    return head


def _set_length(head: MessageHead, value: bytes) -> None:
    """Set the length. It may be repeated with the same value (RFC 9110, 8.6)."""
    if head.length is None and value.isdigit() and len(value) < 20:
        head.length = int(value)
        return
    values = {each.strip() for each in value.split(b",")}
    number = values.pop()
    valid = number.isdigit() and len(number) < 20 and not values
    if not valid or head.length not in (None, int(number)):
        head.contradictory = True
        return
    head.length = int(number)


def _set_codings(head: MessageHead, transfer_codings: bytes, content_codings: bytes) -> None:
    codings = [name.strip() for name in content_codings.split(b",")]
    applied = [name.partition(b";")[0].strip() for name in transfer_codings.split(b",")]
    applied = [name for name in applied if name not in _IDENTITY]
    if applied:
        head.chunked = applied[-1] == b"chunked"
        head.until_close = not head.chunked
        # Transfer-Encoding overrides Content-Length (RFC 9112, 6.3).
        head.length, head.contradictory = None, False
        codings += [name for name in applied if name != b"chunked"]
    head.codings = b",".join(name for name in codings if name not in _IDENTITY)
