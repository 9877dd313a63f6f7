"""What ordinary clients and servers have in each option of DHCP: anything else is what an application chose to say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.packets.usual_text import (
    are_usual_labels,
    has_text,
    is_description,
    is_identifier,
    is_location,
    is_name,
    is_token,
)
from overheard_capture.protocols.type_length_values import type_length_values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Usual = Callable[[bytes], bool]

_HARDWARE, _MAX_BINARY = range(1, 33), 64
# A list of codes has some of these, which all clients ask for, and few that are letters.
_ASKED_FOR, _LETTERS = b"\x01\x03\x06", b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_LONGEST_LIST = 128
# Sub-options of PXE and iPXE (43, 175) and of relays (82) have a code and a length each.
_END = 255


def _number(*lengths: int) -> Usual:
    """A number or a flag of these lengths."""
    return lambda value: len(value) in lengths


def _addresses(value: bytes) -> bool:
    """Addresses, routes, numbers: binary data."""
    return len(value) <= _MAX_BINARY and not has_text(value)


def _requested(value: bytes) -> bool:
    """A list of option codes."""
    letters = sum(value.count(each) for each in _LETTERS)
    is_usual = any(each in value for each in _ASKED_FOR) and letters <= len(value) // 2
    return len(value) <= _LONGEST_LIST and (is_usual or not has_text(value))


def _class(value: bytes) -> bool:
    """A class of clients: a description, or several with a length each (RFC 3004, 4)."""
    return is_description(value) or all(map(is_description, _split(value, 1) or [value]))


def _identifier(value: bytes) -> bool:
    """The identifier of a client: its hardware address, a DUID, or a name behind a zero (RFC 2132, 9.14)."""
    text = value[1:] if value[:1] == b"\0" else value
    return is_identifier(value[1:], _MAX_BINARY) or is_description(text) or is_token(text) or is_name(text)


def _full_name(value: bytes) -> bool:
    """Flags, two codes, and a name in ASCII or as in DNS (RFC 4702, 2)."""
    return len(value) >= 3 and (is_name(value[3:]) or are_usual_labels(value[3:]))


def _suboptions(value: bytes) -> bool:
    """Sub-options, each an identifier, a name or a description."""
    parts = _split(value, 1, skip=1)
    whole = [value] if parts is None else parts
    return all(is_identifier(part) or is_description(part) or is_name(part) or is_location(part) for part in whole)


def _vendor_classes(value: bytes) -> bool:
    """An enterprise number, and data with a length (RFC 3925, 3)."""
    parts = _split(value[4:], 1)
    return parts is not None and all(map(is_description, parts))


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
    ("97", lambda value: len(value) == 17 and not has_text(value)),
    ("208", lambda value: value == bytes.fromhex("f100747e")),
    ("80", _number(0)),
    (
        "3 4 5 6 7 8 9 10 11 21 25 28 33 41 42 44 45 48 49 65 68 69 70 71 72 73 74 75 76 85 92 118 121 150 249",
        _addresses,
    ),
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
    ("120", lambda value: are_usual_labels(value[1:]) or _addresses(value)),
)


def _identity(value: bytes) -> bool:
    """A DUID (RFC 8415, 11)."""
    return 2 <= len(value) <= 130 and is_identifier(value[2:], 128)


def _nested(header: int) -> Usual:
    """Options within an option, behind its header."""
    return lambda value: len(value) >= header and not any(unusual_in_6(value[header:]))


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
    ("7 19", _number(1)),
    ("8", _number(2)),
    ("12 22 23 27 28 31", _addresses),
    ("13", _status),
    ("14 20", _number(0)),
    ("15", _classes_6),
    ("16", lambda value: _classes_6(value[4:])),
    ("32 82 83", _number(4)),
    ("21 24 29 30 33", are_usual_labels),
    ("39", lambda value: are_usual_labels(value[1:]) or is_name(value[1:])),
    ("17", _nested(4)),
    ("56", _nested(0)),
    ("59 103", is_name_or_path),
    ("61", _number(2, 4, 6)),
    ("62", _number(3)),
)


def is_usual(code: int, value: bytes) -> bool:
    """Whether an option of DHCP has what it ordinarily has; of one that is not known, an identifier."""
    return not any(value) or _OPTIONS.get(code, is_identifier)(value)


def is_usual_6(code: int, value: bytes) -> bool:
    """The same of an option of DHCPv6."""
    return _OPTIONS_6.get(code, is_identifier)(value)


def unusual_in_6(options: bytes) -> Iterator[tuple[int, int]]:
    """The codes and lengths of those options of DHCPv6 that have something else than they ordinarily have."""
    at = 0
    for code, start, at in type_length_values(options):
        value = options[start:at]
        if any(value) and not is_usual_6(code, value):
            yield code, len(value)
    if at < len(options) and has_text(options[at:]):
        yield 0, len(options) - at
