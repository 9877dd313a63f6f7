"""What packets of OpenVPN have in clear beside their payload: each field is too short to say anything alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.layer import Layer
from overheard_capture.decoders.message_pieces import add_number
from overheard_capture.packets import Numbers
from overheard_capture.packets.usual_text import is_written
from overheard_capture.protocols.openvpn import packets

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.protocols.openvpn.packets import Wrapping
    from overheard_capture.provenance.origin import Origin

LAYER = Layer("OpenVPN")
_IDS, _CODES = Numbers("OpenVPN session IDs"), Numbers("OpenVPN codes")
_WRAPPED_KEYS = Numbers("OpenVPN wrapped keys")
_PEERS, _NUMBERS, _DATA_NUMBERS, _TIMES, _ACKNOWLEDGED = (
    Numbers(f"OpenVPN {field}", is_random=False)
    for field in ("peers", "packet numbers", "data packet numbers", "times", "acknowledged messages")
)
_ID, _HEADER_LENGTH, _NUMBER = slice(1, 9), 9, 4


def add_control(findings: Findings, data: bytes, wrapping: Wrapping, origin: Origin, acknowledged: int) -> None:
    """Put aside what a control packet has: the ID that its sender chose, the code, numbers and times, and a key."""

    def add(field: Numbers, at: int, length: int) -> None:
        add_number(findings, (LAYER,), field, data[at : at + length], origin.after(at))

    if data[0] >> 3 in packets.RESETS:
        add(_IDS, _ID.start, _ID.stop - _ID.start)
    at = _HEADER_LENGTH
    if wrapping.hmac:
        # With tls-crypt the code is behind the number and the time.
        numbers = at if wrapping.encrypts else at + wrapping.hmac
        codes = at + 2 * _NUMBER if wrapping.encrypts else at
        add(_NUMBERS, numbers, _NUMBER)
        add(_TIMES, numbers + _NUMBER, _NUMBER)
        add(_CODES, codes, wrapping.hmac)
        if is_written(data[codes : codes + wrapping.hmac]):
            findings.report_in_clear("OpenVPN code", wrapping.hmac)
        at += wrapping.hmac + 2 * _NUMBER
    for number in range(acknowledged):
        add(_ACKNOWLEDGED, at + 1 + _NUMBER * number, _NUMBER)
    key = packets.wrapped_key(data)
    add(_WRAPPED_KEYS, key, len(data) - key)


def add_peer(findings: Findings, peer: bytes, origin: Origin) -> None:
    """Put aside the ID of a peer in a data packet."""
    add_number(findings, (LAYER,), _PEERS, peer, origin)


def add_data_number(findings: Findings, number: bytes, origin: Origin) -> None:
    """Put aside the number of a data packet."""
    add_number(findings, (LAYER,), _DATA_NUMBERS, number, origin)
