"""SRTP and SRTCP (RFC 3711) in one direction, with keys from a DTLS handshake in the same flow (RFC 5764)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.layer import Layer
from overheard_capture.decoders.message_pieces import add_piece
from overheard_capture.decoders.values import read_unknown_value, read_values
from overheard_capture.packets.usual_text import has_long_text, is_prose
from overheard_capture.protocols.counters import Counters
from overheard_capture.protocols.encrypted import NO_CIPHERTEXT, Ciphertext

if TYPE_CHECKING:
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
_HEADER_LENGTH, _RTCP_HEADER_LENGTH, _TAG, _INDEX = 12, 8, 4, 4
# Shorter values may be text by chance; and so many bytes of it are the names of a conversation's streams.
_SHORTEST_TEXT, _MAX_NAMES = 8, 54
_RTCP = range(192, 224)
_EXTENSION, _SOURCES, _ONE_BYTE = 0x10, 0x0F, b"\xbe\xde"


def is_agreed(conversation: TlsConversation) -> bool:
    """Whether both sides agreed on SRTP that encrypts. DTLS 1.3 shows the client's offer only."""
    client, server = conversation.client_hello, conversation.server_hello
    if client is None or server is None:
        return False
    profiles = server.srtp or (client.srtp if server.version == "DTLS 1.3" else ())
    return bool(profiles) and all(profile in _TAGS for profile in profiles)


class SrtpPackets:
    """Reads the packets of one direction: headers are in clear, and payloads are ciphertext."""

    def __init__(self, findings: Findings, listener: TlsListener) -> None:
        self._findings = findings
        self._listener = listener
        self._ciphertext = Ciphertext(findings, (LAYER,), lambda: listener.problem(f"{NO_CIPHERTEXT} of SRTP"))
        self._counters = Counters(16)
        # Different texts in headers; None once they were reported.
        self._texts: set[bytes] | None = set()

    def packet(self, data: bytes, origin: Origin) -> bool:
        """Read a packet. Returns whether it is SRTP; if not, that is a fault of the flow."""
        start = self._rtcp(data) if len(data) > 1 and data[1] in _RTCP else self._rtp(data, origin)
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
        if data[0] & _EXTENSION:
            length = 4 * int.from_bytes(data[start + 2 : start + 4])
            self._read_extension(data[start : start + 2], data[start + 4 : start + 4 + length], origin.after(start + 4))
            start += 4 + length
        if len(data) < start + _TAG:
            return 0
        number, source = int.from_bytes(data[2:4]), int.from_bytes(data[8:_HEADER_LENGTH])
        return start if self._counters.fits(source, number) else 0

    def _read_extension(self, profile: bytes, extension: bytes, origin: Origin) -> None:
        """Elements of up to 16 bytes (RFC 8285, 4.2), or anything."""
        if profile != _ONE_BYTE:
            read_unknown_value(self._findings, (LAYER,), extension, origin)
            self._add_text(extension)
            add_piece(self._findings, (LAYER,), extension.rstrip(b"\0"), origin, profile)
            return
        at = 0
        while at < len(extension):
            length = (extension[at] & 15) + 1 if extension[at] else 0
            element, begins = extension[at + 1 : at + 1 + length], origin.after(at + 1)
            read_values(self._findings, (LAYER,), element, begins)
            add_piece(self._findings, (LAYER,), element, begins, extension[at] >> 4)
            self._add_text(element)
            at += 1 + length

    def _add_text(self, data: bytes) -> None:
        """Count a field of a header if it is text. Names of streams and sources are few, and short."""
        is_text = (len(data) >= _SHORTEST_TEXT and is_prose(data)) or has_long_text(data)
        if self._texts is None or not is_text:
            return
        self._texts.add(data)
        if (size := sum(map(len, self._texts))) > _MAX_NAMES:
            self._texts = None
            self._findings.report_in_clear("SRTP headers", size)

    def _rtcp(self, data: bytes) -> int:
        """Where the encrypted part of an SRTCP packet begins; 0 if it is not encrypted."""
        return _RTCP_HEADER_LENGTH if self._index(data) else 0

    def _index(self, data: bytes) -> int:
        """Where the index of an SRTCP packet is (RFC 3711, 3.4); 0 if the packet is not encrypted."""
        hellos = self._listener.conversation
        profiles = (hellos.server_hello and hellos.server_hello.srtp) or (
            hellos.client_hello and hellos.client_hello.srtp
        )
        for profile in profiles or ():
            index = len(data) - _TAGS.get(profile, 0) - _INDEX
            if index > _RTCP_HEADER_LENGTH and data[index] & 0x80:
                return index
        return 0

    def close(self) -> None:
        """The direction has ended."""
        self._ciphertext.close()
