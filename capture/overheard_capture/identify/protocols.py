"""What a direction may begin as, told by its first bytes; and who reads it then."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from overheard.words.layer import Layers
from overheard_capture.decoders.fallback import Fallback
from overheard_capture.identify.prefaces import PREFACES
from overheard_capture.identify.probe import Probe
from overheard_capture.protocols.tls.cursor import TruncatedError
from overheard_capture.protocols.tls.record_layer import TlsReader
from overheard_capture.protocols.tls.records import LONGEST

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard_capture.content.findings import Findings
    from overheard_capture.content.readers import Reader

_HTTP2 = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_METHOD = re.compile(rb"[A-Za-z][\w-]{0,31} ")
_MAY_BE_METHOD = re.compile(rb"(?:[A-Za-z][\w-]{0,31})?")
_VERSION = re.compile(rb"[^ \r\n] +HTTP/1\.[01][ \t]*\r?\n\Z")
_LONGEST_LINE = 64 << 10


def _tls(start: Probe) -> bool:
    """Any record: what there is of a handshake, the reader will see."""
    return start.form(b"\x14\x15\x16\x17\x18", b"\3", b"\0\1\2\3\4") and 0 < start.number(2) <= LONGEST


def _http2(start: Probe) -> bool:
    """The preface of a client, or settings that answer nothing yet (RFC 9113, 3.4)."""
    if start.literal(_HTTP2):
        return True
    settings = start.form(b"\0", b"\0\1\2", None, b"\4", b"\0", b"\0", b"\0", b"\0", b"\0")
    return settings and int.from_bytes(start.data[:3], "big") % 6 == 0


def _http1(start: Probe) -> bool:
    """A status line, or a request line as a whole."""
    if start.literal(b"HTTP/1."):
        return start.form(b"01", b" ", b"12345")
    if not _METHOD.match(start.data):
        return bool(_MAY_BE_METHOD.fullmatch(start.data)) and start.skip(len(start.data) + 1)
    return start.until(b"\n", _LONGEST_LINE) and bool(_VERSION.search(start.data[max(start.at - 64, 0) : start.at]))


def _telnet(start: Probe) -> bool:
    """A command with an option (RFC 855)."""
    return start.form(b"\xff", b"\xfa\xfb\xfc\xfd\xfe", bytes(range(0x40)) + b"\xff")


def _dns(start: Probe) -> bool:
    """A message with its length before it (RFC 1035, 4.2.2)."""
    length, _ = start.number(2), start.skip(2)
    if length < 12 or start.number(2) >> 11 & 15 not in {0, 4, 5} or start.number(2) > 16 or length > _LONGEST_LINE:
        return False
    from overheard_capture.protocols.dns.reader import is_dns  # noqa: PLC0415  (most connections are none)

    start.move_to(2 + length)
    return is_dns(start.data[: start.at])


def _read_http1(findings: Findings, layers: Layers) -> Reader:
    from overheard_capture.protocols.http1.reader import http1  # noqa: PLC0415  (what is in a tunnel is a stream again)

    return http1(findings, layers)


def _read_http2(findings: Findings, layers: Layers) -> Reader:
    from overheard_capture.protocols.http2.reader import http2  # noqa: PLC0415  (its import takes time)

    return http2(findings, layers)


def _read_telnet(findings: Findings, layers: Layers) -> Reader:
    from overheard_capture.protocols.telnet import telnet  # noqa: PLC0415  (few speak it)

    return telnet(findings, layers)


def _read_dns(findings: Findings, layers: Layers) -> Reader:
    from overheard_capture.protocols.dns.reader import dns  # noqa: PLC0415  (few speak it over TCP)

    return dns(findings, layers)


class Protocol(NamedTuple):
    """Something that a direction may be: what its bytes count as, how to know it, and who reads it."""

    name: str
    knows: Callable[[Probe], bool]
    reader: Callable[[Findings, Layers], Reader]


TLS = Protocol("TLS", _tls, TlsReader)
HTTP_1 = Protocol("HTTP/1", _http1, _read_http1)
TELNET = Protocol("telnet", _telnet, _read_telnet)
# What is none of these.
PLAIN = Protocol("text", lambda _start: True, Fallback)
# The first that knows the beginning has it.
PROTOCOLS = (TLS, Protocol("HTTP/2", _http2, _read_http2), HTTP_1, TELNET, Protocol("DNS", _dns, _read_dns), PLAIN)


def preface(data: bytes) -> tuple[str, int]:
    """What comes before the real beginning, and how long it is, if any does. Raises CutShortError: ask later."""
    for name, knows in PREFACES:
        start = Probe(data)
        if knows(start):
            return name, start.at
    return "", 0


def identify(data: bytes, among: tuple[Protocol, ...] = PROTOCOLS) -> Protocol | None:
    """What a direction is that begins so. Raises CutShortError: ask later, when there is more."""
    return next((each for each in among if each.knows(Probe(data))), None)


def identify_last(data: bytes) -> Protocol:
    """The same, where nothing more comes."""
    for each in PROTOCOLS:
        try:
            if each.knows(Probe(data)):
                return each
        except TruncatedError:
            continue
    return PLAIN
