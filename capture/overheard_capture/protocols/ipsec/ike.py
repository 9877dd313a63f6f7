"""Messages of IKEv2 (RFC 7296): payloads in clear are read, each by its own rules, and encrypted ones are checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.content.findings import Reason
from overheard_capture.decoders.message_pieces import add_number, add_piece
from overheard_capture.decoders.values import read_unknown_value, read_values
from overheard_capture.packets import Numbers
from overheard_capture.protocols.ipsec.clear_payloads import (
    HASH,
    MAX_HASHES,
    NONCE,
    NOTIFY,
    PROPOSALS,
    PUBLIC_VALUE,
    REQUEST,
    VENDOR,
    fits_group,
    is_ordinary,
)
from overheard_capture.protocols.tls.cursor import Cursor, TruncatedError

if TYPE_CHECKING:
    from overheard.words.layer import Layers
    from overheard_capture.content.findings import Findings
    from overheard_capture.protocols.encrypted import EncryptedDirection
    from overheard_capture.provenance.origin import Origin

_HEADER_LENGTH, _VERSION = 28, 0x20
# IKE_SA_INIT to INFORMATIONAL, IKE_SESSION_RESUME, IKE_INTERMEDIATE and IKE_FOLLOWUP_KE.
_EXCHANGES, _FLAGS, _MAX_NUMBER = {34, 35, 36, 37, 38, 43, 44}, 0x38, 1 << 16
_SK, _SKF = 46, 53
_CRITICAL = 0x80
_MAX_NONCE, _MAX_VENDOR = 64, 32
# NAT detection, a cookie, and hash algorithms, by the lengths of their data.
_NOTIFIES = {16388: range(20, 21), 16389: range(20, 21), 16390: range(1, 65), 16431: range(2, 33, 2)}
_SPIS, _SPI = {0, 4, 8}, 8
_SPI_NUMBERS = tuple((Numbers(f"IKEv2 SPIs of {side}"), at) for side, at in (("initiators", 0), ("responders", _SPI)))
# Most are hashes of names, and some are names.
_VENDORS = Numbers("IKEv2 vendor IDs", is_random=False)
_ENCRYPTION, _NULL = 1, {0, 11}
# An IV, the length of the padding, and a tag (RFC 7296, 3.14; RFC 5282, 3), of 8 bytes each at least.
_SHORTEST_ENCRYPTED = 17


def is_ike(data: bytes, at: int) -> bool:
    """Whether a message begins at `at`, and fills the datagram."""
    return (
        len(data) >= at + _HEADER_LENGTH
        and data[at + 17] == _VERSION
        and data[at + 18] in _EXCHANGES
        and not data[at + 19] & ~_FLAGS
        and any(data[at : at + 8])
        and int.from_bytes(data[at + 20 : at + 24]) < _MAX_NUMBER
        and int.from_bytes(data[at + 24 : at + _HEADER_LENGTH]) == len(data) - at
    )


def read_message(
    findings: Findings, layers: Layers, direction: EncryptedDirection, message: bytes, origin: Origin
) -> bool:
    """Read the payloads of a message. Returns whether one is encrypted; raises TruncatedError if one is malformed."""
    kind, at = message[16], _HEADER_LENGTH
    for field, start in _SPI_NUMBERS:
        add_number(findings, layers, field, message[start : start + _SPI], origin.after(start))
    while kind:
        header = message[at : at + 4]
        end = at + int.from_bytes(header[2:4])
        if len(header) < 4 or end < at + 4 or end > len(message) or header[1] & ~_CRITICAL:
            raise TruncatedError
        body, begins = message[at + 4 : end], origin.after(at + 4)
        if kind in (_SK, _SKF):
            if end != len(message):
                raise TruncatedError
            # A fragment begins with its number and the number of fragments (RFC 7383, 2.5).
            skipped = 4 * (kind == _SKF)
            if len(body) - skipped < _SHORTEST_ENCRYPTED:
                raise TruncatedError
            direction.read_ciphertext(body[skipped:], begins.after(skipped), 8)
            return True
        if not is_ordinary(kind, body):
            findings.report_in_clear(f"IKEv2 payload of type {kind}", len(body))
        _Payload(findings, layers, direction, begins).read(kind, body)
        kind, at = header[0], end
    if at != len(message):
        raise TruncatedError
    return False


class _Payload:
    """Reads a payload in clear, which was searched before."""

    def __init__(self, findings: Findings, layers: Layers, direction: EncryptedDirection, origin: Origin) -> None:
        self._findings, self._layers, self._direction, self._origin = findings, layers, direction, origin

    def read(self, kind: int, body: bytes) -> None:
        """Read it by its type."""
        if kind == PROPOSALS:
            self._proposals(Cursor(body), len(body))
        elif kind == PUBLIC_VALUE:
            self._value(kind, body, 4, is_known=fits_group(body))
        elif kind == NONCE:
            self._value(kind, body, 0, is_known=len(body) <= _MAX_NONCE)
        elif kind == REQUEST:
            self._value(kind, body, 1, is_known=len(body) % HASH == 1 and len(body) <= HASH * MAX_HASHES)
        elif kind == NOTIFY:
            self._notify(body)
        elif kind == VENDOR and len(body) <= _MAX_VENDOR:
            read_values(self._findings, self._layers, body, self._origin)
            add_piece(self._findings, self._layers, body, self._origin, kind)
            add_number(self._findings, self._layers, _VENDORS, body, self._origin)
        else:
            self._unknown(body, 0)

    def _value(self, kind: int, body: bytes, at: int, *, is_known: bool) -> None:
        """A value that looks random, of a type of payloads or notifications, if its length is known."""
        if not is_known:
            self._unknown(body, at)
            return
        if not self._direction.repeats(body[at:]):
            # A message that a cookie is added to has the same values again (RFC 7296, 2.6).
            self._direction.is_ciphertext(body[at:])
            end = min(at + _MAX_NONCE, len(body))
            values = Numbers(f"IKEv2 values of type {kind}")
            add_number(self._findings, self._layers, values, body[at:end], self._origin.after(at))
        read_values(self._findings, self._layers, body[at:], self._origin.after(at))

    def _notify(self, body: bytes) -> None:
        cursor = Cursor(body)
        cursor.take(1)
        spi, kind = cursor.number(1), cursor.number(2)
        if spi not in _SPIS:
            raise TruncatedError
        cursor.take(spi)
        if len(cursor) in _NOTIFIES.get(kind, ()):
            self._value(kind, body, len(body) - len(cursor), is_known=True)
        elif cursor:
            at = len(body) - len(cursor)
            self._unknown(body, at)
            add_piece(self._findings, self._layers, body[at:], self._origin.after(at), NOTIFY)

    def _unknown(self, body: bytes, at: int) -> None:
        if any(body[at:]):
            read_unknown_value(self._findings, self._layers, body[at:], self._origin.after(at))

    def _proposals(self, cursor: Cursor, length: int) -> None:
        """Proposals and their transforms: numbers alone, with an SPI (RFC 7296, 3.3)."""
        while cursor:
            proposal, ends = self._part(cursor, 8)
            spi, transforms = proposal[6], Cursor(proposal[8:])
            if spi not in _SPIS:
                raise TruncatedError
            transforms.take(spi)
            while transforms:
                transform, _ = self._part(transforms, 8)
                kind, number = transform[4], int.from_bytes(transform[6:8])
                if kind == _ENCRYPTION and number in _NULL:
                    self._direction.problem("IKEv2 without encryption", Reason.OPAQUE)
                # The length of a key, in one attribute of two bytes.
                if len(transform) not in {8, 12}:
                    raise TruncatedError
            if len(cursor) and ends:
                raise TruncatedError
        if length < 8:
            raise TruncatedError

    @staticmethod
    def _part(cursor: Cursor, header: int) -> tuple[bytes, bool]:
        """A proposal or a transform, and whether it is the last one. What is reserved in its header must be zero."""
        start = bytes(cursor.take(4))
        length = int.from_bytes(start[2:4])
        if start[1] or length < header:
            raise TruncatedError
        return start + bytes(cursor.take(length - 4)), not start[0]
