"""HTTP/1 in one direction (RFC 9112): heads, bodies, and the switch to another protocol."""

from __future__ import annotations

from collections import deque
from enum import Enum, auto
from typing import TYPE_CHECKING

from overheard.words.layer import Layers
from overheard_capture.content.findings import MessageKind, Reason
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.decoders.fallback import Fallback
from overheard_capture.decoders.numbered_values import read_numbered
from overheard_capture.decoders.registry import body_reader
from overheard_capture.decoders.values import read_values
from overheard_capture.protocols.http1.chunked import ChunkedBody, IdentityBody
from overheard_capture.protocols.http1.head import (
    MAX_HEAD,
    MAX_START_LINE,
    RESYNC,
    MessageHead,
    end_of_head,
    match_start_line,
    parse_head,
    target_of,
)
from overheard_capture.protocols.http1.ranges import (
    PARTIAL_CONTENT,
    range_reader,
    requested_resource,
    upload_reader,
)
from overheard_capture.protocols.http1.upgrade import upgraded_reader
from overheard_capture.provenance.queue import ByteQueue

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.content.readers import Reader
    from overheard_capture.provenance.origin import Bytes, Origin

NAME = "HTTP/1"
# The maximum number of pipelined requests for which methods are kept.
_MAX_PENDING = 1 << 16
# Empty lines between messages (RFC 9112, 2.2).
_BLANK = lazy_pattern(rb"(?:\r?\n)+")
_IN_A_METHOD = lazy_pattern(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]")


class PendingRequests:
    """The methods of requests without a response yet, in order.

    `requests` and `responses` are how many there were. `resources` are those of which ranges were
    requested, by the number of the request.
    """

    def __init__(self) -> None:
        self.methods: deque[bytes] = deque()
        self.requests = self.responses = 0
        self.resources: dict[int, bytes] = {}


class _State(Enum):
    """What the next byte belongs to."""

    HEAD = auto()  # the head of a message, or empty lines before it
    BODY = auto()
    # Unknown, after damage or a gap: the next head is searched for, and a fallback reads the bytes before it.
    SEARCHING = auto()
    SWITCHED = auto()  # another protocol, up to the end


class Http1Reader:
    """Reads one direction: all requests, or all responses."""

    def __init__(self, findings: Findings, layers: Layers) -> None:
        self._findings = findings
        self._layers = layers
        self._state = _State.HEAD
        self._buffer: ByteQueue | None = None
        self._body: ChunkedBody | IdentityBody | None = None
        # The reader of bytes that are not HTTP/1.
        self._other: Reader | None = None
        # The protocol of an Upgrade request; the connection switches to it unless another request follows.
        self._upgrade = b""

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read `data`, which comes from `origin`."""
        if self._other and self._state is _State.SWITCHED:
            self._other.feed(data, origin)
            return
        self._findings.read[NAME] += len(data)
        if self._buffer:
            self._buffer.add(data, origin)
            data, origin = self._buffer.take(len(self._buffer))
            self._buffer = None
        self._read(bytes(data) if isinstance(data, memoryview) else data, origin, last=False)

    def _read(self, data: bytes | bytearray, origin: Origin, *, last: bool) -> None:
        at, can_continue = 0, True
        while can_continue and at < len(data):
            if self._state is _State.BODY:
                at, can_continue = self._in_body(data, origin, at)
            elif self._state is _State.SEARCHING:
                at, can_continue = self._search(data, origin, at, last)
            elif self._state is _State.SWITCHED:
                self._hand_over(data, origin, at, len(data))
                return
            else:
                at, can_continue = self._head(data, origin, at, last)
        if at < len(data):
            self._buffer = ByteQueue()
            self._buffer.add(data[at:], origin.after(at))

    def _hand_over(self, data: bytes | bytearray, origin: Origin, begin: int, end: int) -> None:
        """Pass a range to the other reader, which counts the bytes itself."""
        if self._other and end > begin:
            self._findings.read[NAME] -= end - begin
            self._other.feed(memoryview(data)[begin:end], origin.after(begin))

    # ---- each returns the offset to continue from, and whether that is possible before more bytes arrive

    def _head(self, data: bytes | bytearray, origin: Origin, at: int, last: bool) -> tuple[int, bool]:
        blank = _BLANK.match(data, at)
        at = blank.end() if blank else at
        if at == len(data):
            return at, True
        line = match_start_line(data, at)
        if line:
            end = end_of_head(data, line.end() - 1)
            if end >= 0:
                head = bytes(data[at:end])
                read_values(self._findings, self._layers, head, origin.after(at))
                read_numbered(self._findings, self._layers, head, origin.after(at))
                self._begin(parse_head(line, data, end), head)
                if line[3] and self._findings.messages:
                    start, past = target_of(line)
                    where = origin.place(start, past - start)
                    self._findings.messages.add(bytes(data[start:past]), where, self._layers, MessageKind.TARGET)
                return end, True
        elif self._upgrade and (not _IN_A_METHOD.match(data, at) or data.find(b"\n", at) >= 0):
            self._switch(self._upgrade)
            return at, True
        waits = line or data.find(b"\n", at, at + MAX_HEAD) < 0
        if waits and len(data) - at < MAX_HEAD and not last:
            return at, False
        self._lose_sync(Reason.DAMAGED, "HTTP/1 followed by something else")
        # The search must not find this head again.
        self._hand_over(data, origin, at, at + 1)
        return at + 1, True

    def _in_body(self, data: bytes | bytearray, origin: Origin, at: int) -> tuple[int, bool]:
        if self._body is None:
            return at, False
        at = self._body.read(data, origin, at)
        if self._body.broken:
            self._lose_sync(Reason.DAMAGED, "a chunked body with an invalid chunk")
            return at, True
        if self._body.complete:
            self._end_body()
            return at, True
        return at, False

    def _search(self, data: bytes | bytearray, origin: Origin, at: int, last: bool) -> tuple[int, bool]:
        """Search for the start line of a message. The bytes before it are read by the fallback."""
        found = RESYNC.search(data, at)
        if found:
            self._hand_over(data, origin, at, found.start())
            self._end_other()
            return found.start(), True
        keep = len(data)
        if not last:
            keep = max(data.rfind(b"\n", at) + 1, at, keep - MAX_START_LINE)
        self._hand_over(data, origin, at, keep)
        return keep, False

    # ---- messages

    def _begin(self, head: MessageHead, raw: bytes) -> None:
        """A message begins, with this head."""
        self._findings.identify_as(head.version)
        if head.contradictory or (head.until_close and not head.status):
            self._lose_sync(Reason.DAMAGED, "an HTTP/1 message with contradictory lengths")
        elif head.status:
            self._response(head, raw)
        else:
            self._request(head, raw)

    def _request(self, head: MessageHead, raw: bytes) -> None:
        reader = None
        pending = self._findings.conversation.of(PendingRequests)
        if len(pending.methods) < _MAX_PENDING:
            pending.methods.append(head.method)
            if resource := requested_resource(raw):
                pending.resources[pending.requests] = resource
                reader = range_reader(self._findings.ranges, raw, resource, head.content_type, head.codings)
        pending.requests += 1
        self._upgrade = head.upgrade
        if head.method == b"CONNECT":
            self._switch(b"")
        elif head.chunked or head.length:
            reader = reader or upload_reader(self._findings.ranges, raw, head.content_type, head.codings)
            self._begin_body(head, reader or body_reader(head.content_type, head.codings))

    def _response(self, head: MessageHead, raw: bytes) -> None:
        if head.status == 101:
            self._switch(head.upgrade)
        if head.status < 200:
            # The final response follows.
            return
        pending = self._findings.conversation.of(PendingRequests)
        method = pending.methods.popleft() if pending.methods else b""
        resource = pending.resources.pop(pending.responses, b"")
        pending.responses += 1
        if method == b"CONNECT" and head.status < 300:
            self._switch(b"")
        elif method != b"HEAD" and head.status not in (204, 304) and head.length != 0:
            reader = None
            if head.status == PARTIAL_CONTENT:
                reader = range_reader(self._findings.ranges, raw, resource, head.content_type, head.codings)
            self._begin_body(head, reader or body_reader(head.content_type, head.codings))

    def _begin_body(self, head: MessageHead, reader: ReaderFactory) -> None:
        self._state = _State.BODY
        if head.chunked:
            self._body = ChunkedBody(self._findings, self._layers, reader)
        else:
            self._body = IdentityBody(self._findings, self._layers, reader, head.length)

    def _end_body(self) -> None:
        if self._body:
            self._body.close()
        self._body, self._state = None, _State.HEAD

    def _switch(self, upgrade: bytes) -> None:
        """Create the reader for all that follows."""
        self._other, self._state = upgraded_reader(upgrade, self._findings, self._layers), _State.SWITCHED

    # ---- damage and gaps

    def _lose_sync(self, why: Reason, what: str) -> None:
        """Message boundaries are lost: report that, and search for the next message."""
        self._findings.report_unread(why, what, self._layers)
        self._end_body()
        self._other, self._state = Fallback(self._findings, self._layers), _State.SEARCHING

    def _end_other(self) -> None:
        if self._other:
            self._other.close()
        self._other, self._state = None, _State.HEAD

    def gap(self, length: int) -> None:
        """`length` bytes are missing here. Inside a body of known length, reading continues."""
        if self._state is not _State.SWITCHED:
            self._gap(length)
        if self._other:
            self._other.gap(length)

    def _gap(self, length: int) -> None:
        if self._state is _State.SEARCHING:
            self._read_last()
        if self._state is _State.SEARCHING:
            return
        if not self._buffer and self._body and self._body.gap(length):
            self._findings.report_unread(Reason.GAP, "an HTTP/1 body with bytes missing", self._layers)
            if self._body.complete:
                self._end_body()
            return
        self._lose_sync(Reason.GAP, "HTTP/1 with bytes missing")
        self._read_last()

    def _read_last(self) -> None:
        """Read the buffered bytes, before a gap or the end."""
        if self._buffer:
            data, origin = self._buffer.take(len(self._buffer))
            self._buffer = None
            self._read(data, origin, last=True)

    def close(self) -> None:
        """The direction has ended."""
        self._read_last()
        if self._body and not (self._body.complete or self._body.until_close):
            self._findings.report_unread(Reason.DAMAGED, "a truncated HTTP/1 body", self._layers)
        self._end_body()
        self._end_other()
        if not self._findings.read[NAME]:
            del self._findings.read[NAME]


def http1(findings: Findings, layers: Layers) -> Http1Reader:
    """Create a reader of one direction."""
    return Http1Reader(findings, layers)
