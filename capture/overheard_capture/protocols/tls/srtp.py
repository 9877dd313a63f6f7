"""SRTP and SRTCP (RFC 3711) in one direction, with keys from a DTLS handshake in the same flow (RFC 5764)."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from overheard.words.layer import Layer
from overheard_capture.content.content import search_bytes
from overheard_capture.decoders.message_pieces import add_number, add_piece
from overheard_capture.decoders.values import read_unknown_value, read_values
from overheard_capture.packets import Numbers
from overheard_capture.packets.pdu import NumbersOfField
from overheard_capture.packets.usual_text import has_long_text, is_prose
from overheard_capture.protocols.counters import Counters
from overheard_capture.protocols.encrypted import NO_CIPHERTEXT, Ciphertext

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard_capture.content.findings import Findings
    from overheard_capture.protocols.tls.conversation import TlsConversation
    from overheard_capture.protocols.tls.listener import TlsListener
    from overheard_capture.provenance.origin import Origin

LAYER = Layer("SRTP")

# Version 2 (RFC 7983, 7).
FIRST_BYTES = frozenset(range(128, 192))
# Profiles that encrypt, by the length of the tag behind the index of SRTCP
# (https://www.iana.org/assignments/srtp-protection). Two others have the NULL cipher.
_TAGS = {1: 10, 2: 10, 7: 0, 8: 0, 9: 0, 10: 0, 11: 10, 12: 4, 13: 10, 14: 4, 15: 0, 16: 0}
# The tag of RTP packets: that of AEAD is within the ciphertext, and some profiles have a short one.
_SHORT_TAGS, _SHORT, _AEAD = {2, 12, 14}, 4, 16
_HEADER_LENGTH, _RTCP_HEADER_LENGTH, _INDEX = 12, 8, 4
# Shorter values may be text by chance; and so many bytes of it are the names of a conversation's streams.
_SHORTEST_TEXT, _MAX_NAMES = 8, 54
_RTCP = range(192, 224)
# How many words reports of senders and receivers have before their blocks, and in each (RFC 3550, 6.4).
_REPORTS, _BLOCK = {200: 6, 201: 1}, 6
_EXTENSION, _SOURCES, _ONE_BYTE, _TWO_BYTES = 0x10, 0x0F, b"\xbe\xde", b"\x10\0"
_STOP, _LONGEST_ELEMENT = 15, 16
# Of packets in a row with the same value so many say something, as words have letters twice; and none in even steps.
_MOST_SAME, _LONGEST_STEP = 4, 1024
# What packets have beside their payload, each of which is too short to say anything alone.
_TYPES, _NUMBERS, _TIMES, _INDEXES = (
    Numbers(f"SRTP {field}", is_random=False)
    for field in ("payload types", "sequence numbers", "timestamps", "indexes")
)
_SENDERS, _CONTRIBUTORS = Numbers("SRTP sources"), Numbers("SRTP contributing sources")
_ELEMENTS = {number: Numbers(f"SRTP element {number}", is_random=False) for number in range(1, 256)}


def is_agreed(conversation: TlsConversation) -> bool:
    """Whether both sides agreed on SRTP that encrypts. DTLS 1.3 shows the client's offer only."""
    client, server = conversation.client_hello, conversation.server_hello
    if client is None or server is None:
        return False
    profiles = server.srtp or (client.srtp if server.version == "DTLS 1.3" else ())
    return bool(profiles) and all(profile in _TAGS for profile in profiles)


def _elements(extension: bytes, *, two_bytes: bool) -> Iterator[tuple[int, int, bytes]]:
    """The number, the offset and the bytes of each element. The rest has the number 0, if it is none, and not zeros."""
    at, head = 0, 1 + two_bytes
    while at < len(extension):
        if not extension[at]:
            at += 1
            continue
        number, length = (extension[at], (*extension, 0)[at + 1]) if two_bytes else divmod(extension[at], 16)
        end = at + head + length + (not two_bytes)
        if not number or (not two_bytes and number == _STOP) or end > len(extension):
            yield 0, at, extension[at:]
            return
        yield number, at + head, extension[at + head : end]
        at = end


class SrtpPackets:
    """Reads the packets of one direction: headers are in clear, and payloads are ciphertext."""

    def __init__(self, findings: Findings, listener: TlsListener) -> None:
        self._findings = findings
        self._listener = listener
        self._ciphertext = Ciphertext(findings, (LAYER,), lambda: listener.problem(f"{NO_CIPHERTEXT} of SRTP"))
        self._counters, self._reports = Counters(16), Counters(31)
        # The last value of each field.
        self._last = defaultdict[Numbers, NumbersOfField](NumbersOfField)
        # Different texts in headers; None once they were reported.
        self._texts: set[bytes] | None = set()

    def packet(self, data: bytes, origin: Origin) -> bool:
        """Read a packet. Returns whether it is SRTP; if not, that is a fault of the flow."""
        start = self._rtcp(data, origin) if len(data) > 1 and data[1] in _RTCP else self._rtp(data, origin)
        if not start:
            self._listener.problem("a datagram in a DTLS flow that is not DTLS")
            return False
        self._findings.identify_as("SRTP", encrypts=True)
        self._findings.read[LAYER] += len(data)
        if not self._ciphertext.repeats(data):
            self._check(data, start, origin)
            read_values(self._findings, (LAYER,), data[start:], origin.after(start), ())
        return True

    def _check(self, data: bytes, start: int, origin: Origin) -> None:
        """Check what is encrypted. The index of SRTCP, before its tag, counts."""
        index = self._index(data) if data[1] in _RTCP else len(data)
        self._ciphertext.is_ciphertext(data[start:index] + data[index + _INDEX :], origin=origin.after(start))

    def _rtp(self, data: bytes, origin: Origin) -> int:
        """Where the payload of an RTP packet begins (RFC 3550, 5.1); 0 if it is malformed."""
        start = _HEADER_LENGTH + 4 * (data[0] & _SOURCES)
        read_values(self._findings, (LAYER,), data[_HEADER_LENGTH:start], origin.after(_HEADER_LENGTH))
        self._add_text(data[_HEADER_LENGTH:start])
        self._add_numbers(data, start, origin)
        if data[0] & _EXTENSION:
            length = 4 * int.from_bytes(data[start + 2 : start + 4])
            self._read_extension(data[start : start + 2], data[start + 4 : start + 4 + length], origin.after(start + 4))
            start += 4 + length
        if len(data) < start + self._shortest_tag:
            return 0
        number, source = int.from_bytes(data[2:4]), int.from_bytes(data[8:_HEADER_LENGTH])
        return start if self._counters.fits(source, number) else 0

    def _add_numbers(self, data: bytes, end: int, origin: Origin) -> None:
        """Put aside the fields of the header, which ends there, that say something else than before."""
        kind = bytes((data[1] & 0x7F,))
        for field, value, at in (
            (_TYPES, kind, 1),
            (_NUMBERS, data[2:4], 2),
            (_TIMES, data[4:8], 4),
            (_SENDERS, data[8:_HEADER_LENGTH], 8),
            *((_CONTRIBUTORS, data[at : at + 4], at) for at in range(_HEADER_LENGTH, end, 4)),
        ):
            self._add_number(field, value, origin.after(at))

    def _add_number(self, field: Numbers, value: bytes, origin: Origin) -> None:
        if not self._last[field].goes_on(value, _MOST_SAME, _LONGEST_STEP if field is _NUMBERS else 0):
            add_number(self._findings, (LAYER,), field, value, origin)

    def _read_extension(self, profile: bytes, extension: bytes, origin: Origin) -> None:
        """Elements (RFC 8285, 4.2 and 4.3), or anything."""
        if profile not in (_ONE_BYTE, _TWO_BYTES):
            self._read_unknown(extension, origin, profile)
            return
        elements = [*_elements(extension, two_bytes=profile == _TWO_BYTES)]
        for number, at, element in elements:
            begins = origin.after(at)
            if number not in _ELEMENTS:
                self._read_unknown(element, begins, profile)
                continue
            read = read_values if len(element) <= _LONGEST_ELEMENT else read_unknown_value
            read(self._findings, (LAYER,), element, begins)
            add_piece(self._findings, (LAYER,), element, begins, number)
            self._add_number(_ELEMENTS[number], element, begins)
            self._add_text(element)
        if len(elements) > 1:
            together = b"".join([element for _, _, element in elements])
            where = origin.derived([(0, 0, len(extension))])
            search_bytes(self._findings, (LAYER,), together, where)
            read_values(self._findings, (LAYER,), together, where)
            self._add_text(together)

    def _read_unknown(self, data: bytes, origin: Origin, profile: bytes) -> None:
        """Read what is no element of a header: nobody knows what it is."""
        self._findings.report_in_clear("SRTP header extension", len(profile) + len(data))
        read_unknown_value(self._findings, (LAYER,), data, origin)
        self._add_text(data)
        add_piece(self._findings, (LAYER,), data.rstrip(b"\0"), origin, profile)

    def _add_text(self, data: bytes) -> None:
        """Count a field of a header if it is text. Names of streams and sources are few, and short."""
        is_text = (len(data) >= _SHORTEST_TEXT and is_prose(data)) or has_long_text(data)
        if self._texts is None or not is_text:
            return
        self._texts.add(data)
        if (size := sum(map(len, self._texts))) > _MAX_NAMES:
            self._texts = None
            self._findings.report_in_clear("SRTP headers", size)

    def _rtcp(self, data: bytes, origin: Origin) -> int:
        """Where the encrypted part of an SRTCP packet begins; 0 if it is not encrypted, or malformed."""
        index = self._index(data)
        if not index:
            return 0
        self._add_number(_SENDERS, data[4:_RTCP_HEADER_LENGTH], origin.after(4))
        self._add_number(_INDEXES, data[index : index + _INDEX], origin.after(index))
        # The first of several packets has a length in words, of which reports have so many (RFC 3550, 6.4).
        words, before = int.from_bytes(data[2:4]), _REPORTS.get(data[1])
        fits = 4 * words + 4 <= index and (before is None or words == before + _BLOCK * (data[0] & 31))
        source, number = data[4:_RTCP_HEADER_LENGTH], int.from_bytes(data[index : index + _INDEX]) & 0x7FFFFFFF
        is_next = self._reports.fits(int.from_bytes(source), number, from_start=True)
        return _RTCP_HEADER_LENGTH if fits and is_next else 0

    @property
    def _profiles(self) -> tuple[int, ...]:
        hellos = self._listener.conversation
        chosen, offered = hellos.server_hello, hellos.client_hello
        return tuple((chosen and chosen.srtp) or (offered and offered.srtp) or ())

    @cached_property
    def _shortest_tag(self) -> int:
        """How long a payload is at least."""
        tags = (_SHORT if profile in _SHORT_TAGS else _TAGS.get(profile) or _AEAD for profile in self._profiles)
        return min(tags, default=_SHORT)

    def _index(self, data: bytes) -> int:
        """Where the index of an SRTCP packet is (RFC 3711, 3.4); 0 if the packet is not encrypted."""
        for profile in self._profiles:
            index = len(data) - _TAGS.get(profile, 0) - _INDEX
            if index > _RTCP_HEADER_LENGTH and data[index] & 0x80:
                return index
        return 0

    def close(self) -> None:
        """The direction has ended."""
        self._ciphertext.close()
