"""NTP (RFC 5905): clocks, in which there is no room for content. Longer messages are not taken: they may carry any."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.layer import Layer
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.decoders.message_pieces import add_number, add_piece
from overheard_capture.packets import Numbers
from overheard_capture.packets.usual_text import has_text

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.provenance.origin import Origin

# The header alone, or with a key identifier and a digest of MD5 or SHA-1 (RFC 5905, 7.3).
_LENGTHS = {48, 68, 72}
# A leap indicator, a version from 1 to 4, and a mode from 1 to 5.
FIRST_BYTES = frozenset(
    leap << 6 | version << 3 | mode for leap in range(4) for version in range(1, 5) for mode in range(1, 6)
)
_MAX_STRATUM, _MAX_POLL, _MAX_DISTANCE = 16, 17, 16
# Seconds as a power of two: not set, less than one, or 2**32, which chrony sends to tell nothing.
_PRECISIONS = frozenset({0, 32, *range(0xE0, 0x100)})
# Seconds of the 2000s and later, in the first era.
_CENTURY = 0xBC17C200
# Where the reference identifier and the transmit timestamp are.
_REFERENCE, _STAMP, _HEADER = 12, 40, 48

# Codes of clocks, and of what a server refuses (RFC 5905, 7.3 and 7.4); with numbers, those of drivers.
_CODES = lazy_pattern(
    rb"GOES|GAL|GLON|GNSS|GPS\d?|HPGPS|NMEA|PPS\d?|IRIG\d?|WWVB?H?|DCF|DCFa|HBG|MSF|JJY|LORC|TDF|CHU|NIST|ACTS|USNO|PTB"
    rb"|MRS|LOCL?|ATOM|CDMA|GOOG|AMZN|FB|PHC\d?|SHM\d?|SOCK?\d?|FREE|INIT|STEP|RATE|DENY|RSTR|XFAC|XMIS|AUTH|AUTO|BCST"
    rb"|CRYP|DROP|MCST|NKEY|ACST|DFM|PZF\d?|VRTC|UTC"
)
# Addresses that stand for drivers of clocks. A key has a number of two bytes (RFC 5905, 7.3).
_DRIVERS = b"\x7f\x7f"
_LETTERS = bytes(range(0x41, 0x5B)) + bytes(range(0x61, 0x7B)) + b" "
_FIRST_STAMP = 16

# Where numbers are. Of timestamps, the fractions of a second are random.
_NUMBERS = (
    (Numbers("NTP distances", is_random=False), 4, 12),
    (Numbers("NTP references", is_random=False), 12, 16),
    (Numbers("NTP reference timestamps"), 20, 24),
    (Numbers("NTP origin timestamps"), 28, 32),
    (Numbers("NTP receive timestamps"), 36, 40),
    (Numbers("NTP transmit timestamps"), 44, 48),
    (Numbers("NTP digests"), 52, 72),
)

LAYER = Layer("NTP")


class NtpReader:
    """Takes the messages of one direction. All their bytes are searched before."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings

    def datagram(self, data: bytes, origin: Origin) -> bool:
        """Whether it is NTP."""
        if not is_ntp(data):
            return False
        # A reference is four letters or an address.
        reference = data[_REFERENCE : _REFERENCE + 4].rstrip(b"\0")
        add_piece(self._findings, (LAYER,), reference, origin.after(_REFERENCE), "reference")
        # The last timestamp may be random.
        stamp = data[_STAMP:_HEADER]
        add_piece(self._findings, (LAYER,), stamp.rstrip(b"\0"), origin.after(_STAMP), "transmit timestamp")
        self._count_in_clear(data)
        self._add_numbers(data, origin)
        return True

    def _count_in_clear(self, data: bytes) -> None:
        """Count text in fields that have a code, a random number or a digest."""
        reference, is_clock = data[_REFERENCE : _REFERENCE + 4], data[1] <= 1
        is_code = _CODES.fullmatch(reference.rstrip(b"\0")) is not None or reference.startswith(_DRIVERS)
        if is_clock and any(reference) and not is_code:
            self._findings.report_in_clear("NTP reference ID", len(reference))
        # Of random timestamps, hardly any has letters alone.
        for at in range(_FIRST_STAMP, _HEADER, 8):
            if not data[at : at + 8].translate(None, _LETTERS):
                self._findings.report_in_clear("NTP timestamp", 8)
        if has_text(data[_HEADER + 4 :]) or any(data[_HEADER : _HEADER + 2]):
            self._findings.report_in_clear("NTP MAC", len(data) - _HEADER)

    def _add_numbers(self, data: bytes, origin: Origin) -> None:
        """Fractions of a second are random; a reference is an address, and distances are numbers."""
        for field, start, end in _NUMBERS:
            add_number(self._findings, (LAYER,), field, data[start:end], origin.after(start))

    def close(self) -> None:
        """Do nothing."""


def is_ntp(data: bytes) -> bool:
    """Whether this is a message with plausible fields."""
    if len(data) not in _LENGTHS or data[0] not in FIRST_BYTES or data[1] > _MAX_STRATUM or data[2] > _MAX_POLL:
        return False
    usual = data[3] in _PRECISIONS and all(int.from_bytes(data[at : at + 2]) < _MAX_DISTANCE for at in (4, 8))
    # The last timestamp of a client may be random, and a server returns it as the second one.
    stamps = [int.from_bytes(data[at : at + 4]) for at in (16, 32)]
    return usual and all(not seconds or seconds >= _CENTURY for seconds in stamps)
