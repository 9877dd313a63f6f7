"""The packets of OpenVPN's control channel, as they are, with an HMAC (tls-auth), or encrypted (tls-crypt)."""

from __future__ import annotations

from overheard.words.named_tuple import NamedTuple
from overheard_capture.protocols.tls.cursor import Cursor, TruncatedError

SOFT_RESET, CONTROL, ACK, DATA_V1, CLIENT_RESET, SERVER_RESET, DATA_V2, CLIENT_RESET_V3, CONTROL_WKC = (
    3, 4, 5, 6, 7, 8, 9, 10, 11,
)  # fmt: skip
RESETS = frozenset((CLIENT_RESET, SERVER_RESET, CLIENT_RESET_V3))
CONTROLS = frozenset((SOFT_RESET, CONTROL, ACK, CONTROL_WKC)) | RESETS
# The first byte of a reset: its opcode, and key 0.
FIRST_BYTES = frozenset(opcode << 3 for opcode in RESETS)

# An opcode and the session ID of the sender; a packet number and a time, if there is an HMAC.
_HEADER_LENGTH, _REPLAY = 9, 8
_HMACS = (0, 20, 32, 64, 16, 28, 48)
# With tls-crypt: the header, number and time, an HMAC, and at least an empty list and a number.
_CRYPT_HMAC, _SHORTEST_CRYPT = 32, 54
_MAX_ACKNOWLEDGED, _MAX_MESSAGE, _FIRST_NUMBERS = 8, 1 << 16, 64


class Wrapping(NamedTuple):
    """How control packets are protected: the length of their HMAC, and whether they are encrypted as well."""

    hmac: int
    encrypts: bool = False


class ControlPacket(NamedTuple):
    """A control packet: its number among all (-1 if it has none), its message number, and where its payload is.

    `peer` is the session ID of the other side, if messages of it are `acknowledged`, by their numbers.
    """

    number: int
    time: int
    message: int
    payload: int
    peer: bytes = b""
    acknowledged: tuple[int, ...] = ()


def wrapping_of(reset: bytes) -> Wrapping | None:
    """How a flow that begins with this packet is protected; None if it is no OpenVPN."""
    if len(reset) < _HEADER_LENGTH + 5 or reset[0] not in FIRST_BYTES or not any(reset[1:_HEADER_LENGTH]):
        return None
    return wrapping_of_key(reset)


def wrapping_of_key(reset: bytes) -> Wrapping | None:
    """How the control packets of a key are protected that begin with this one. It may be otherwise than before."""
    for hmac in _HMACS:
        try:
            packet = parse_control(reset, Wrapping(hmac))
        except TruncatedError:
            continue
        if packet.payload == len(reset) and not packet.message and packet.number < _FIRST_NUMBERS:
            return Wrapping(hmac)
    number = int.from_bytes(reset[_HEADER_LENGTH : _HEADER_LENGTH + 4], "big") & 0xFFFFFF
    return Wrapping(_CRYPT_HMAC, True) if len(reset) >= _SHORTEST_CRYPT and 0 < number < _FIRST_NUMBERS else None


def wrapped_key(data: bytes) -> int:
    """Where the client's key begins that the server wrapped (tls-crypt-v2), which is sent twice; else the end."""
    length = int.from_bytes(data[-2:], "big")
    has_key = data[0] >> 3 in (CLIENT_RESET_V3, CONTROL_WKC)
    return len(data) - length if has_key and 2 < length <= len(data) - _SHORTEST_CRYPT else len(data)


def parse_control(data: bytes, wrapping: Wrapping) -> ControlPacket:
    """Parse a control packet. Raises TruncatedError if it is malformed."""
    cursor = Cursor(data)
    cursor.take(_HEADER_LENGTH)
    number, time = -1, 0
    if wrapping.encrypts:
        if len(data) < _SHORTEST_CRYPT:
            raise TruncatedError
        return ControlPacket(cursor.number(4), cursor.number(4), -1, _HEADER_LENGTH + _REPLAY)
    if wrapping.hmac:
        cursor.take(wrapping.hmac)
        number, time = cursor.number(4), cursor.number(4)
    acknowledged = cursor.number(1)
    if acknowledged > _MAX_ACKNOWLEDGED:
        raise TruncatedError
    numbers = tuple(cursor.number(4) for _ in range(acknowledged))
    if any(each > _MAX_MESSAGE for each in numbers):
        raise TruncatedError
    peer = bytes(cursor.take(8 * (acknowledged > 0)))
    message = -1 if data[0] >> 3 == ACK else cursor.number(4)
    # An acknowledgement has no payload, and neither has a reset.
    if cursor and (message < 0 or data[0] >> 3 in RESETS or data[0] >> 3 == SOFT_RESET):
        raise TruncatedError
    return ControlPacket(number, time, message, len(data) - len(cursor), peer, numbers)
