"""The data of ICMP echoes: what programs fill it with, which says nothing."""

from __future__ import annotations

import struct

from overheard_capture.packets.usual_text import is_printable

# What Windows and traceroute send, over and over, and what monitors send.
_LETTERS, _SIGNS = b"abcdefghijklmnopqrstuvw", bytes(range(0x40, 0x80))
_TEXTS = {b"Prometheus Blackbox Exporter", b"liboping -- ICMP ping library <http://octo.it/liboping/>"}
# Letters with which hping and ping3 fill an echo; any other letter may be one of a text.
_FILLERS = b"XQ"
# What Cisco IOS sends behind four zeros and a clock.
_CISCO, _HEAD = b"\xab\xcd", 8
# A clock is right to within a day, in seconds. A short one has four bytes.
_DAY, SHORT_CLOCK = 86_400, 4
# Behind a clock: the number of the echo, as check_icmp sends it, or an UUID, as pro-bing does.
_NUMBER, _UUID = 8, 16


def is_usual_echo(data: bytes, now: float) -> bool:
    """Whether the data of an echo is what ping programs send: a pattern, perhaps after the time."""
    if any(data == _repeated(letters, len(data)) for letters in (_LETTERS, _SIGNS)) or data in _TEXTS:
        return True
    if any(_is_time(data[:clock], now) and _is_filler(data[clock:], clock) for clock in (0, 8, 16)):
        return True
    if not any(data[:4]) and len(data) > _HEAD and data[_HEAD:] == _repeated(_CISCO, len(data) - _HEAD):
        return True
    # Busybox sends four bytes of a clock, and zeros.
    is_text = len(data) <= SHORT_CLOCK and is_printable(data)
    return not is_text and not any(data[SHORT_CLOCK:])


def _repeated(pattern: bytes, length: int) -> bytes:
    return (pattern * (length // len(pattern) + 1))[:length]


def _is_filler(rest: bytes, clock: int) -> bool:
    """Whether bytes count up, are one or two over and over, or are numbers and zeros behind a clock."""
    counted = bytes((clock + at) % 256 for at in range(len(rest)))
    if rest == counted or (_says_nothing(rest[:2]) and rest == _repeated(rest[:2], len(rest))):
        return True
    if not clock:
        return False
    number, after = rest[:_NUMBER].rstrip(b"\0"), rest[_UUID:]
    return (not any(rest[_NUMBER:]) and not number.isascii()) or (len(after) > 0 and after == b"\1" * len(after))


def _says_nothing(pattern: bytes) -> bool:
    """Whether a pattern is no text, or letters that are usual."""
    return not pattern.strip(_FILLERS) or not any(32 <= byte < 127 for byte in pattern)


def _is_time(clock: bytes, now: float) -> bool:
    """Whether these bytes are seconds and microseconds, a time in one number, or nothing."""
    if not clock:
        return True
    if len(clock) not in (8, 16):
        return False
    half = "Q" if len(clock) == 16 else "I"
    for order in "<>":
        seconds, fraction = struct.unpack(f"{order}{half}{half}", clock)
        if abs(seconds - now) <= _DAY and fraction < 1_000_000_000:
            return True
        if len(clock) == 8:
            (number,), (real,) = struct.unpack(f"{order}Q", clock), struct.unpack(f"{order}d", clock)
            if abs(real - now) <= _DAY or any(abs(number / unit - now) <= _DAY for unit in (1, 10**3, 10**6, 10**9)):
                return True
    return False
