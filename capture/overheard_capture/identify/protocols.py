"""The table of protocols: how each is identified by content, and its reader."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from overheard.words.layer import Layers
from overheard.words.named_tuple import NamedTuple
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.decoders.fallback import OPAQUE, TEXT, Fallback
from overheard_capture.decoders.message_stream import unknown_stream
from overheard_capture.identify import datagram_readers, stores, stream_readers
from overheard_capture.identify.prefaces import PREFACES_BY_BYTE
from overheard_capture.identify.probe import Probe
from overheard_capture.protocols import dhcp, netbios, ntp
from overheard_capture.protocols.http2 import PREFACE
from overheard_capture.protocols.openvpn import packets as openvpn_packets
from overheard_capture.protocols.tls.cursor import TruncatedError
from overheard_capture.protocols.tls.record_types import MAX_RECORD, READ_AS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.content.readers import DatagramReader, Reader

_METHOD = lazy_pattern(rb"[A-Za-z][\w-]{0,31} ")
_MAY_BE_METHOD = lazy_pattern(rb"(?:[A-Za-z][\w-]{0,31})?")
_VERSION = lazy_pattern(rb"[^ \r\n] +HTTP/1\.[01][ \t]*\r?\n\Z")
_MAX_LINE = 64 << 10
_RECORD_TYPES = bytes(READ_AS)
# The command of telnet that is also the end of a byte order mark.
_DONT = 0xFE
# A reset of OpenVPN may have a wrapped key of up to 1 KiB with it.
_MAX_RESET = 1500


def _tls(probe: Probe) -> bool:
    """Any record header: the reader checks whether a handshake follows."""
    return probe.match_bytes(_RECORD_TYPES, b"\3", b"\0\1\2\3\4") and 0 < probe.number(2) <= MAX_RECORD


def _ssh(probe: Probe) -> bool:
    """The identification line (RFC 4253, 4.2)."""
    return probe.match_literal(b"SSH-") and (probe.match_literal(b"2.0-") or probe.match_literal(b"1.99-"))


def _http2(probe: Probe) -> bool:
    """The client's connection preface, or the server's first SETTINGS (RFC 9113, 3.4)."""
    if probe.match_literal(PREFACE):
        return True
    settings = probe.match_bytes(b"\0", b"\0\1\2", None, b"\4", b"\0", b"\0", b"\0", b"\0", b"\0")
    return settings and int.from_bytes(probe.data[:3], "big") % 6 == 0


def _http1(probe: Probe) -> bool:
    """A status line, or a complete request line."""
    if probe.match_literal(b"HTTP/1."):
        return probe.match_bytes(b"01", b" ", b"12345")
    if not _METHOD.match(probe.data):
        return bool(_MAY_BE_METHOD.fullmatch(probe.data)) and probe.skip(len(probe.data) + 1)
    return probe.skip_past(b"\n", _MAX_LINE) and bool(_VERSION.search(probe.data[max(probe.at - 64, 0) : probe.at]))


def _telnet(probe: Probe) -> bool:
    """A command with an option (RFC 855). With a NUL behind it, FF FE is the byte order mark of UTF-16 or UTF-32."""
    command = probe.match_bytes(b"\xff", b"\xfa\xfb\xfc\xfd\xfe", bytes(range(0x40)) + b"\xff")
    return command and not (probe.data[1] == _DONT and probe.is_next(0))


def _dns(probe: Probe) -> bool:
    """A message with a length prefix (RFC 1035, 4.2.2)."""
    length, _ = probe.number(2), probe.skip(2)
    if length < 12 or probe.number(2) >> 11 & 15 not in {0, 4, 5} or probe.number(2) > 16 or length > _MAX_LINE:
        return False
    from overheard_capture.protocols.dns.reader import is_dns  # noqa: PLC0415  (most connections are not DNS)

    probe.move_to(2 + length)
    return is_dns(probe.data[: probe.at])


def _openvpn(probe: Probe) -> bool:
    """The first packet, a reset, behind its length."""
    length = probe.number(2)
    if not 14 <= length <= _MAX_RESET or probe.byte() not in openvpn_packets.FIRST_BYTES:
        return False
    probe.move_to(2 + length)
    return openvpn_packets.wrapping_of(probe.data[2 : probe.at]) is not None


# ---- midstream


def _read_http2_midstream(findings: Findings, layers: Layers) -> Reader:
    return _resynchronised(stream_readers.http2(findings, layers))


def _read_websocket_midstream(findings: Findings, layers: Layers) -> Reader:
    return _resynchronised(stream_readers.websocket(findings, layers))


def _resynchronised(reader: Reader) -> Reader:
    """A reader that searches for the first frame, and reports that the bytes before it are missing."""
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

    `matches` identifies it from bytes of the direction; its second argument is True if no more bytes follow.
    """

    matches: Callable[[bytearray, bool], bool]
    reader: ReaderFactory


class Datagrams(NamedTuple):
    """How a protocol is read from datagrams: its reader, and the possible values of the first byte of a flow.

    Without `counts` the reader itself counts bytes and identifies the flow.
    """

    reader: Callable[[Findings], DatagramReader]
    first_bytes: frozenset[int]
    counts: bool = True


class Purpose(Enum):
    """What the bytes of a protocol are to a verdict: whether they keep it from being `sealed`.

    INFRASTRUCTURE keeps the network going, and is no application data: names, addresses, and the time. The control
    messages of `packets` (ARP, NDP, IGMP, ICMP, spanning tree, LLDP) are infrastructure, too, and are in no flow.
    """

    APPLICATION = auto()
    INFRASTRUCTURE = auto()
    ENCRYPTION = auto()


class Protocol(NamedTuple):
    """A protocol: the name under which its bytes are counted, how it is identified, and its readers.

    `matches` identifies the beginning of a direction, which `reader` then reads. A protocol of datagrams has neither.
    """

    name: str
    reader: ReaderFactory = Fallback
    matches: Callable[[Probe], bool] | None = None
    midstream: Midstream | None = None
    datagrams: Datagrams | None = None
    purpose: Purpose = Purpose.APPLICATION


def _of_datagrams(
    name: str,
    reader: Callable[[Findings], DatagramReader],
    first_bytes: Iterable[int],
    purpose: Purpose = Purpose.APPLICATION,
    *,
    counts: bool = True,
) -> Protocol:
    """A protocol of datagrams alone."""
    return Protocol(name, datagrams=Datagrams(reader, frozenset(first_bytes), counts), purpose=purpose)


TLS = Protocol("TLS", stream_readers.tls, _tls, purpose=Purpose.ENCRYPTION)
SSH = Protocol("SSH", stream_readers.ssh, _ssh, purpose=Purpose.ENCRYPTION)
HTTP_1 = Protocol("HTTP/1", stream_readers.http1, _http1)
OPENVPN = Protocol(
    "OpenVPN",
    stream_readers.openvpn,
    _openvpn,
    datagrams=Datagrams(datagram_readers.openvpn, openvpn_packets.FIRST_BYTES),
    purpose=Purpose.ENCRYPTION,
)
TELNET = Protocol("telnet", stream_readers.telnet, _telnet, Midstream(_telnet_midstream, stream_readers.telnet))
# Everything else.
PLAIN = Protocol("text", unknown_stream, lambda _: True)

# The first protocol that matches the beginning of a direction, or that reads a datagram, is used.
PROTOCOLS = (
    TLS,
    SSH,
    Protocol("HTTP/2", stream_readers.http2, _http2, Midstream(_http2_midstream, _read_http2_midstream)),
    HTTP_1,
    Protocol("WebSocket", midstream=Midstream(_websocket_midstream, _read_websocket_midstream)),
    TELNET,
    # Records with a type in the first byte; records with a unified header occur only later in a flow (RFC 9147, 4.1).
    _of_datagrams("DTLS", datagram_readers.dtls, range(20, 27), Purpose.ENCRYPTION, counts=False),
    # A long header, or a short one if the connection is known (RFC 9000, 17).
    _of_datagrams("QUIC", datagram_readers.quic, range(0x40, 256), Purpose.ENCRYPTION, counts=False),
    # mDNS included.
    Protocol(
        "DNS",
        stream_readers.dns,
        _dns,
        datagrams=Datagrams(datagram_readers.dns, frozenset(range(256))),
        purpose=Purpose.INFRASTRUCTURE,
    ),
    _of_datagrams("NTP", datagram_readers.ntp, ntp.FIRST_BYTES, Purpose.INFRASTRUCTURE),
    _of_datagrams("DHCP", datagram_readers.dhcp, dhcp.FIRST_BYTES, Purpose.INFRASTRUCTURE),
    # Announcements of computers, in messages of SMB that could have anything else.
    _of_datagrams("NetBIOS", datagram_readers.netbios, netbios.FIRST_BYTES),
    _of_datagrams("TFTP", datagram_readers.tftp, {0}),
    # The two highest bits are zero, and the class and method of usual messages are in the others (RFC 8489, 5).
    _of_datagrams("STUN", datagram_readers.stun, {0, 1}, Purpose.INFRASTRUCTURE),
    _of_datagrams("WireGuard", datagram_readers.wireguard, range(1, 5), Purpose.ENCRYPTION),
    OPENVPN,
    # The first byte of IKE is that of a random number, or of a marker; that of ESP is of any number.
    _of_datagrams("IPsec", datagram_readers.ipsec, range(256), Purpose.ENCRYPTION, counts=False),
    _of_datagrams("GELF", datagram_readers.gelf, {0x1E}),
    Protocol("ClickHouse", stream_readers.clickhouse, stores.is_clickhouse),
    Protocol("Cassandra", stream_readers.cassandra, stores.is_cassandra),
    Protocol("PostgreSQL", stream_readers.postgresql, stores.is_postgresql),
    PLAIN,
)
_OF_STREAMS = tuple(each for each in PROTOCOLS if each.matches)
OF_MIDSTREAM = tuple((each.name, each.midstream) for each in PROTOCOLS if each.midstream)
OF_DATAGRAMS = tuple((each.name, each.datagrams) for each in PROTOCOLS if each.datagrams)
INFRASTRUCTURE = frozenset(each.name for each in PROTOCOLS if each.purpose is Purpose.INFRASTRUCTURE)
# What datagrams may be counted as that are application data in clear.
CLEAR_DATAGRAMS = frozenset(
    (TEXT, OPAQUE, *(each.name for each in PROTOCOLS if each.datagrams and each.purpose is Purpose.APPLICATION))
)


def match_preface(data: bytes) -> tuple[str, int]:
    """The name and length of the preface; empty and 0 if there is none. Raises TruncatedError if more are needed."""
    for name, matches in PREFACES_BY_BYTE[data[0]]:
        probe = Probe(data)
        if matches(probe):
            return name, probe.at
    return "", 0


def identify(data: bytes, candidates: tuple[Protocol, ...] = _OF_STREAMS) -> Protocol | None:
    """The protocol of a direction that begins so; None if unknown. Raises TruncatedError if more bytes are needed."""
    return next((each for each in candidates if each.matches and each.matches(Probe(data))), None)


def identify_last(data: bytes) -> Protocol:
    """The protocol of a direction that consists of these bytes alone."""
    for each in _OF_STREAMS:
        try:
            if each.matches and each.matches(Probe(data, ended=True)):
                return each
        except TruncatedError:
            continue
    return PLAIN
