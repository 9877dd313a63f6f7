"""What ordinary clients and servers have in each option of DHCP: anything else is what an application chose to say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.packets.usual_text import (
    are_usual_labels,
    has_text,
    is_description,
    is_location,
    is_name,
    is_token,
)
from overheard_capture.protocols.type_length_values import type_length_values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Usual = Callable[[bytes], bool]

_ADDRESS_OF_HARDWARE = 6
# The longest number, and the longest identifier that an enterprise gives (RFC 8415, 11.3).
LONGEST_NUMBER, _LONGEST_OF_ENTERPRISE = 8, 16
_UUID, _MAX_BINARY = 16, 64
# A list of codes has some of these, which all clients ask for, and few that are letters.
_ASKED_FOR, _LETTERS = b"\x01\x03\x06", b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_LONGEST_LIST = 128
# Sub-options of PXE and iPXE (43, 175) and of relays (82) have a code and a length each.
_END = 255


def _number(*lengths: int) -> Usual:
    """A number or a flag of these lengths."""
    return lambda value: len(value) in lengths


def _addresses(value: bytes) -> bool:
    """Addresses of IPv4."""
    return len(value) % 4 == 0 and _are_numbers(value)


def _addresses_6(value: bytes) -> bool:
    """Addresses of IPv6."""
    return len(value) % 16 == 0 and _are_numbers(value)


def _are_numbers(value: bytes) -> bool:
    return len(value) <= _MAX_BINARY and not has_text(value)


def _routes(value: bytes) -> bool:
    """Networks, each as long as it says, and their routers (RFC 3442)."""
    at = 0
    while at < len(value) and value[at] <= 32:
        at += 1 + (value[at] + 7) // 8 + 4
    return at == len(value) and _are_numbers(value)


def _requested(value: bytes) -> bool:
    """A list of option codes."""
    letters = sum(value.count(each) for each in _LETTERS)
    is_usual = any(each in value for each in _ASKED_FOR) and letters <= len(value) // 2
    return len(value) <= _LONGEST_LIST and (is_usual or not has_text(value))


def _class(value: bytes) -> bool:
    """A class of clients: a description, or several with a length each (RFC 3004, 4)."""
    return is_description(value) or all(map(is_description, _split(value, 1) or [value]))


def _identifier(value: bytes) -> bool:
    """The identifier of a client: its hardware address, a DUID (RFC 4361, 6.1), or a name (RFC 2132, 9.14)."""
    if value[:1] == b"\xff":
        return _identity(value[5:])
    text = value[1:] if value[:1] == b"\0" else value
    is_hardware = value[:1] == b"\1" and len(value) == 1 + _ADDRESS_OF_HARDWARE
    return is_hardware or is_description(text) or is_token(text) or is_name(text)


def _identity(value: bytes) -> bool:
    """A DUID (RFC 8415, 11; RFC 6355, 4): a hardware address with a time or without, a UUID, or an identifier."""
    kind, rest = int.from_bytes(value[:2]), value[2:]
    if kind == _ENTERPRISE:
        return 4 < len(rest) <= 4 + _LONGEST_OF_ENTERPRISE and not has_text(rest[4:])
    return len(rest) == _IDENTITIES.get(kind, -1) and not has_text(rest)


_ENTERPRISE = 2
_IDENTITIES = {1: 6 + _ADDRESS_OF_HARDWARE, 3: 2 + _ADDRESS_OF_HARDWARE, 4: _UUID}


def _full_name(value: bytes) -> bool:
    """Flags, two codes, and a name in ASCII or as in DNS (RFC 4702, 2)."""
    return len(value) >= 3 and (is_name(value[3:]) or are_usual_labels(value[3:]))


def _suboptions(value: bytes) -> bool:
    """Sub-options: numbers, which `dhcp` joins with those of other messages, names and descriptions."""
    parts = _split(value, 1, skip=1)
    return all(map(_is_suboption, [value] if parts is None else parts))


def _is_suboption(value: bytes) -> bool:
    is_number = len(value) <= LONGEST_NUMBER and not has_text(value)
    return is_number or is_description(value) or is_name(value) or is_location(value)


def _vendor_classes(value: bytes) -> bool:
    """An enterprise number, and data with a length (RFC 3925, 3)."""
    parts = _split(value[4:], 1)
    return parts is not None and all(map(is_description, parts))


def _vendor_options(value: bytes) -> bool:
    """An enterprise number, and sub-options with a length (RFC 3925, 4)."""
    parts = _split(value[4:], 1)
    return parts is not None and all(map(_suboptions, parts))


def suboptions(code: int, value: bytes, *, is_6: bool) -> Iterator[tuple[int, int, int]]:
    """The code of each sub-option, or 0 if it has none, and where it is in an option that has some."""
    at, code_size, length_size = (WITH_SUBOPTIONS_6 if is_6 else WITH_SUBOPTIONS).get(code, (len(value), 0, 1))
    while at + code_size < len(value):
        start = at + code_size + length_size
        end = min(start + int.from_bytes(value[at + code_size : start]), len(value))
        yield int.from_bytes(value[at : at + code_size]), start, end
        at = end


# Where sub-options begin, and how many bytes their codes and lengths have: those of vendors are behind a number.
WITH_SUBOPTIONS = {43: (0, 1, 1), 77: (0, 0, 1), 82: (0, 1, 1), 124: (4, 0, 1), 125: (5, 1, 1), 175: (0, 1, 1)}
WITH_SUBOPTIONS_6 = {15: (0, 0, 2), 16: (4, 0, 2), 17: (4, 2, 2)}


def is_name_or_path(value: bytes) -> bool:
    """Whether this is a name of a server or of a file."""
    return is_name(value) or is_description(value) or is_location(value)


def _split(value: bytes, size: int, skip: int = 0) -> list[bytes] | None:
    """The parts of a value with a length of `size` bytes each, behind `skip` bytes; None if they do not fill it."""
    at, parts = 0, list[bytes]()
    while at < len(value):
        if skip == 1 and value[at] == _END and not any(value[at + 1 :]):
            return parts
        start = at + skip + size
        at = start + int.from_bytes(value[at + skip : start])
        parts.append(value[start:at])
    return parts if at == len(value) else None


def _zone(value: bytes) -> bool:
    """A time zone (RFC 4833)."""
    return b" " not in value and is_description(value, 12)


def _table(*rows: tuple[str, Usual]) -> Mapping[int, Usual]:
    return {int(code): usual for codes, usual in rows for code in codes.split()}


# https://www.iana.org/assignments/bootp-dhcp-parameters
_OPTIONS = _table(
    ("1 2 16 24 32 35 38 50 51 54 58 59 91 108 152 153 154 156 211", _number(4)),
    ("13 22 26 57 93 117", _number(2, 4, 6)),
    ("19 20 23 27 29 30 31 34 36 37 39 46 52 53 116 151 157", _number(1)),
    ("94", _number(3)),
    ("97", lambda value: len(value) == 1 + _UUID and not has_text(value)),
    ("208", lambda value: value == bytes.fromhex("f100747e")),
    ("80", _number(0)),
    ("3 4 5 6 7 8 9 10 11 28 41 42 44 45 48 49 65 68 69 70 71 72 73 74 75 76 85 92 118 150", _addresses),
    ("21 33", lambda value: len(value) % 8 == 0 and _are_numbers(value)),
    ("25", lambda value: len(value) % 2 == 0 and _are_numbers(value)),
    ("121 249", _routes),
    # Algorithms of a forced renewal (RFC 6704, 3).
    ("145", lambda value: value == b"\1"),
    ("12 14 15 17 18 40 47 62 64 66 67 86 87 99 100 113 209 210", is_name_or_path),
    ("100 101", _zone),
    ("56", is_description),
    ("55", _requested),
    ("60 77", _class),
    ("61", _identifier),
    ("81", _full_name),
    ("95 98 114 160 161 252", is_name_or_path),
    ("43 82 125 128 129 130 131 132 133 134 135 175", _suboptions),
    ("119", are_usual_labels),
    ("124", _vendor_classes),
    ("125", _vendor_options),
    ("120", lambda value: are_usual_labels(value[1:]) if value[:1] == b"\0" else _addresses(value[1:])),
)


def _nested(header: int) -> Usual:
    """Options within an option, behind its header."""
    return lambda value: len(value) >= header and not any(unusual_in_6(value[header:]))


def _relayed(value: bytes) -> bool:
    """A message that is relayed (RFC 8415, 9)."""
    return _nested(34 if value[:1] in (b"\x0c", b"\x0d") else 4)(value)


def _vendor_options_6(value: bytes) -> bool:
    """An enterprise number, and options of its own (RFC 8415, 21.17)."""
    ranges = [(start, end) for _, start, end in type_length_values(value, 4)]
    fills = bool(ranges) and ranges[-1][1] == len(value)
    return fills and all(_is_suboption(value[start:end]) for start, end in ranges)


def _authentication(value: bytes) -> bool:
    """A protocol, an algorithm, a method, a counter, and a type with a key or a code (RFC 8415, 20.4)."""
    return len(value) in (11, 11 + 17) and value[:1] == b"\3" and not has_text(value[12:])


def _status(value: bytes) -> bool:
    return is_description(value[2:])


def _classes_6(value: bytes) -> bool:
    parts = _split(value, 2)
    return parts is not None and all(map(is_description, parts))


# https://www.iana.org/assignments/dhcpv6-parameters
_OPTIONS_6 = _table(
    ("1 2", _identity),
    ("3 25", _nested(12)),
    ("4", _nested(4)),
    ("5", _nested(24)),
    ("26", _nested(25)),
    ("6", lambda value: len(value) <= _MAX_BINARY * 2 and not any(value[::2])),
    ("9", _relayed),
    ("11", _authentication),
    ("18", _is_suboption),
    ("37", lambda value: len(value) > 4 and _is_suboption(value[4:])),
    ("38", is_name_or_path),
    ("79", _number(2 + _ADDRESS_OF_HARDWARE)),
    ("7 19", _number(1)),
    ("8", _number(2)),
    ("12 22 23 27 28 31", _addresses_6),
    ("13", _status),
    ("14 20", _number(0)),
    ("15", _classes_6),
    ("16", lambda value: _classes_6(value[4:])),
    ("32 82 83", _number(4)),
    ("21 24 29 30 33", are_usual_labels),
    ("39", lambda value: are_usual_labels(value[1:]) or is_name(value[1:])),
    ("17", _vendor_options_6),
    ("56", _nested(0)),
    ("59 103", is_name_or_path),
    ("61", _number(2, 4, 6)),
    ("62", _number(3)),
)


def is_usual(code: int, value: bytes) -> bool:
    """Whether an option of DHCP has what it ordinarily has."""
    return not any(value) or (code in _OPTIONS and _OPTIONS[code](value))


def is_usual_6(code: int, value: bytes) -> bool:
    """The same of an option of DHCPv6."""
    return code in _OPTIONS_6 and _OPTIONS_6[code](value)


def unusual_in_6(options: bytes) -> Iterator[tuple[int, int]]:
    """The codes and lengths of those options of DHCPv6 that have something else than they ordinarily have."""
    at = 0
    for code, start, at in type_length_values(options):
        value = options[start:at]
        if any(value) and not is_usual_6(code, value):
            yield code, len(value)
    if any(options[at:]):
        yield 0, len(options) - at
