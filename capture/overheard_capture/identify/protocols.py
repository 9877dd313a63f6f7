"""The protocols: one table, which says how each is known and what reads it. Content decides, and never the port."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from overheard.words.layer import Layers
from overheard_capture.decoders.fallback import Fallback
from overheard_capture.identify.prefaces import PREFACES
from overheard_capture.identify.probe import Probe
from overheard_capture.protocols.http2.frames import PREFACE
from overheard_capture.protocols.tls.cursor import TruncatedError
from overheard_capture.protocols.tls.records import LONGEST, READ_AS

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard.words.layer import Layers
    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.content.readers import DatagramReader, Reader

_METHOD = re.compile(rb"[A-Za-z][\w-]{0,31} ")
_MAY_BE_METHOD = re.compile(rb"(?:[A-Za-z][\w-]{0,31})?")
_VERSION = re.compile(rb"[^ \r\n] +HTTP/1\.[01][ \t]*\r?\n\Z")
_LONGEST_LINE = 64 << 10


def _tls(probe: Probe) -> bool:
    """Any record: what there is of a handshake, the reader will see."""
    return probe.form(bytes(READ_AS), b"\3", b"\0\1\2\3\4") and 0 < probe.number(2) <= LONGEST


def _http2(probe: Probe) -> bool:
    """The preface of a client, or settings that answer nothing yet (RFC 9113, 3.4)."""
    if probe.literal(PREFACE):
        return True
    settings = probe.form(b"\0", b"\0\1\2", None, b"\4", b"\0", b"\0", b"\0", b"\0", b"\0")
    return settings and int.from_bytes(probe.data[:3], "big") % 6 == 0


def _http1(probe: Probe) -> bool:
    """A status line, or a request line as a whole."""
    if probe.literal(b"HTTP/1."):
        return probe.form(b"01", b" ", b"12345")
    if not _METHOD.match(probe.data):
        return bool(_MAY_BE_METHOD.fullmatch(probe.data)) and probe.skip(len(probe.data) + 1)
    return probe.until(b"\n", _LONGEST_LINE) and bool(_VERSION.search(probe.data[max(probe.at - 64, 0) : probe.at]))


def _telnet(probe: Probe) -> bool:
    """A command with an option (RFC 855)."""
    return probe.form(b"\xff", b"\xfa\xfb\xfc\xfd\xfe", bytes(range(0x40)) + b"\xff")


def _dns(probe: Probe) -> bool:
    """A message with its length before it (RFC 1035, 4.2.2)."""
    length, _ = probe.number(2), probe.skip(2)
    if length < 12 or probe.number(2) >> 11 & 15 not in {0, 4, 5} or probe.number(2) > 16 or length > _LONGEST_LINE:
        return False
    from overheard_capture.protocols.dns.reader import is_dns  # noqa: PLC0415  (most connections are none)

    probe.move_to(2 + length)
    return is_dns(probe.data[: probe.at])


# ---- readers, imported when they are first asked for: most captures have few protocols


def _read_tls(findings: Findings, layers: Layers) -> Reader:
    from overheard_capture.protocols.tls.record_layer import TlsReader  # noqa: PLC0415

    return TlsReader(findings, layers)


def _read_http1(findings: Findings, layers: Layers) -> Reader:
    from overheard_capture.protocols.http1.reader import http1  # noqa: PLC0415

    return http1(findings, layers)


def _read_http2(findings: Findings, layers: Layers) -> Reader:
    from overheard_capture.protocols.http2.reader import http2  # noqa: PLC0415

    return http2(findings, layers)


def _read_websocket(findings: Findings, layers: Layers) -> Reader:
    from overheard_capture.protocols.websocket.reader import websocket  # noqa: PLC0415

    return websocket(findings, layers)


def _read_telnet(findings: Findings, layers: Layers) -> Reader:
    from overheard_capture.protocols.telnet import telnet  # noqa: PLC0415

    return telnet(findings, layers)


def _read_dns(findings: Findings, layers: Layers) -> Reader:
    from overheard_capture.protocols.dns.reader import dns  # noqa: PLC0415

    return dns(findings, layers)


def _dtls_datagrams(findings: Findings) -> DatagramReader:
    from overheard_capture.protocols.tls.dtls import DtlsReader  # noqa: PLC0415

    return DtlsReader(findings)


def _quic_datagrams(findings: Findings) -> DatagramReader:
    from overheard_capture.protocols.quic.reader import QuicReader  # noqa: PLC0415

    return QuicReader(findings)


def _dns_datagrams(findings: Findings) -> DatagramReader:
    from overheard_capture.protocols.dns.reader import DnsDatagrams  # noqa: PLC0415

    return DnsDatagrams(findings)


def _tftp_datagrams(findings: Findings) -> DatagramReader:
    from overheard_capture.protocols.tftp import Tftp  # noqa: PLC0415

    return Tftp(findings)


def _gelf_datagrams(findings: Findings) -> DatagramReader:
    from overheard_capture.protocols.gelf import Gelf  # noqa: PLC0415

    return Gelf(findings)


# ---- in the midst of a connection


def _read_http2_midstream(findings: Findings, layers: Layers) -> Reader:
    return _resynchronised(_read_http2(findings, layers))


def _read_websocket_midstream(findings: Findings, layers: Layers) -> Reader:
    return _resynchronised(_read_websocket(findings, layers))


def _resynchronised(reader: Reader) -> Reader:
    """A reader that looks for the first frame by itself, and reports that what was before it is missing."""
    reader.gap(1)
    return reader


def _http2_midstream(data: bytearray, last: bool) -> bool:
    from overheard_capture.protocols.http2.resync import find_frames  # noqa: PLC0415

    return find_frames(data, last) >= 0


def _websocket_midstream(data: bytearray, last: bool) -> bool:
    from overheard_capture.protocols.websocket.resync import find_frames  # noqa: PLC0415

    return find_frames(data, last) >= 0


def _telnet_midstream(data: bytearray, _last: bool) -> bool:
    from overheard_capture.protocols.telnet import is_telnet  # noqa: PLC0415

    return is_telnet(data)


class Midstream(NamedTuple):
    """How a protocol is read from the middle of a direction.

    `knows` tells it from bytes of the direction; where its flag `last` is set, no more bytes follow.
    """

    knows: Callable[[bytearray, bool], bool]
    reader: ReaderFactory


class Datagrams(NamedTuple):
    """How a protocol is read in datagrams: by what, and which first bytes a flow's first datagram may have.

    A reader that does not have `counts` counts bytes and names the flow itself.
    """

    reader: Callable[[Findings], DatagramReader]
    begins: frozenset[int]
    counts: bool = True


class Protocol(NamedTuple):
    """A protocol: what its bytes count as, where it is looked for, and what reads it there.

    `begins` knows the beginning of a direction, which `reader` reads then. Neither is there for datagrams alone.
    """

    name: str
    reader: ReaderFactory = Fallback
    begins: Callable[[Probe], bool] | None = None
    midstream: Midstream | None = None
    datagrams: Datagrams | None = None


TLS = Protocol("TLS", _read_tls, _tls)
HTTP_1 = Protocol("HTTP/1", _read_http1, _http1)
TELNET = Protocol("telnet", _read_telnet, _telnet, Midstream(_telnet_midstream, _read_telnet))
# What is none of these.
PLAIN = Protocol("text", Fallback, lambda _: True)

# The first that knows the beginning of a direction, or reads a datagram, has it.
PROTOCOLS = (
    TLS,
    Protocol("HTTP/2", _read_http2, _http2, Midstream(_http2_midstream, _read_http2_midstream)),
    HTTP_1,
    Protocol("WebSocket", midstream=Midstream(_websocket_midstream, _read_websocket_midstream)),
    TELNET,
    # With a type in its first byte; what has only a few bits for a head comes later (RFC 9147, 4.1).
    Protocol("DTLS", datagrams=Datagrams(_dtls_datagrams, frozenset(range(20, 27)), counts=False)),
    # A long head, or a short one of a connection that is known (RFC 9000, 17).
    Protocol("QUIC", datagrams=Datagrams(_quic_datagrams, frozenset(range(0x40, 256)), counts=False)),
    Protocol("DNS", _read_dns, _dns, datagrams=Datagrams(_dns_datagrams, frozenset(range(256)))),
    Protocol("TFTP", datagrams=Datagrams(_tftp_datagrams, frozenset({0}))),
    Protocol("GELF", datagrams=Datagrams(_gelf_datagrams, frozenset({0x1E}))),
    PLAIN,
)
_OF_STREAMS = tuple(each for each in PROTOCOLS if each.begins)
OF_MIDSTREAM = tuple((each.name, each.midstream) for each in PROTOCOLS if each.midstream)
OF_DATAGRAMS = tuple((each.name, each.datagrams) for each in PROTOCOLS if each.datagrams)


def preface(data: bytes) -> tuple[str, int]:
    """What comes before the real beginning, and how long it is, if any does. Raises CutShortError: ask later."""
    for name, knows in PREFACES:
        probe = Probe(data)
        if knows(probe):
            return name, probe.at
    return "", 0


def identify(data: bytes, among: tuple[Protocol, ...] = _OF_STREAMS) -> Protocol | None:
    """What a direction is that begins so. Raises TruncatedError: ask later, when there is more."""
    return next((each for each in among if each.begins and each.begins(Probe(data))), None)


def identify_last(data: bytes) -> Protocol:
    """The same, where nothing more comes."""
    for each in _OF_STREAMS:
        try:
            if each.begins and each.begins(Probe(data)):
                return each
        except TruncatedError:
            continue
    return PLAIN
