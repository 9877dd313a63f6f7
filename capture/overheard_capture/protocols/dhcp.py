"""DHCP (RFC 2131) and DHCPv6 (RFC 8415): the values of options are read, each by itself."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from overheard.words.layer import Layer
from overheard_capture.content.byte_scan import is_plain
from overheard_capture.content.content import search_bytes
from overheard_capture.content.nesting import MAX_IDENTIFIER, speculative
from overheard_capture.decoders.message_pieces import add_number, add_piece, wants_pieces
from overheard_capture.decoders.read_before import read_unless_empty
from overheard_capture.decoders.short import ShortReader
from overheard_capture.decoders.values import BEHIND_HEADER, SHORTEST_VALUE, read_values
from overheard_capture.packets import Numbers
from overheard_capture.packets.usual_text import has_text
from overheard_capture.protocols.type_length_values import type_length_values
from overheard_capture.provenance.origin import Origin, joined
from overheard_capture.provenance.spans import LazySpans

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard_capture.content.findings import Findings

LAYER = Layer("DHCP")

_COOKIE = b"\x63\x82\x53\x63"
_COOKIE_AT, _OPTIONS_AT = 236, 240
_SERVER_NAME, _FILE_NAME = (44, 108), (108, 236)
_ADDRESS = (28, 44)
# The identifier of a transaction, and of version 6; seconds, four addresses, and that of the client's hardware.
_TRANSACTION, _TRANSACTION_6 = (4, 8), (1, 4)
_TRANSACTIONS = Numbers("DHCP transactions")
_NUMBERS = (
    (Numbers("DHCP seconds", is_random=False), 8, 10),
    (Numbers("DHCP client addresses", is_random=False), 12, 16),
    (Numbers("DHCP offered addresses", is_random=False), 16, 20),
    (Numbers("DHCP server addresses", is_random=False), 20, 24),
    (Numbers("DHCP relay addresses", is_random=False), 24, 28),
    (Numbers("DHCP hardware addresses", is_random=False), 28, 34),
)
# Options with addresses, times, sizes and identifiers, also of version 6. Those of clients and relays may be text.
_NUMBER_OPTIONS = {1, 3, 6, 28, 42, 44, 50, 51, 54, 57, 58, 59, 93, 94, 97, 118, 121}
_NUMBER_OPTIONS_6 = {1, 2, 3, 8, 18, 25, 37}
# One bit of the flags is known, and a message is relayed up to so often (RFC 1542, 4.1.1).
_FLAGS, _BROADCAST, _MOST_HOPS = slice(10, 12), 0x8000, 16
_PAD, _END, _OVERLOAD, _REST = 0, 255, 52, -1
# Message types and option codes of DHCPv6, and the codes of the two that identify a client and a server.
_TYPES_6, _MAX_CODE_6, _IDENTIFIERS_6 = range(1, 12), 150, {1, 2}
# Addresses, identifiers and lists of codes have up to so many bytes.
_MAX_BINARY = 64

FIRST_BYTES = frozenset(_TYPES_6)
_Ranges = list[tuple[int, int]]


class DhcpReader:
    """Reads the messages of one direction."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings

    def datagram(self, data: bytes, origin: Origin) -> bool:
        """Read a datagram. Returns whether it is DHCP."""
        values = _values(data)
        if values is None:
            return False
        from overheard_capture.protocols.dhcp_fields import WITH_SUBOPTIONS, WITH_SUBOPTIONS_6  # noqa: PLC0415  (few captures have any)

        is_6 = data[_COOKIE_AT:_OPTIONS_AT] != _COOKIE
        numbers, parts = (_NUMBER_OPTIONS_6, WITH_SUBOPTIONS_6) if is_6 else (_NUMBER_OPTIONS, WITH_SUBOPTIONS)
        wants = wants_pieces(self._findings, (LAYER,))
        for start, end in values:
            option = data[start:end]
            code = data[start - 2] if not is_6 else int.from_bytes(data[start - 4 : start - 2])
            # Of most options nothing is left to do, once there were so many: a message may have hundreds.
            if not (wants or len(option) >= SHORTEST_VALUE or code in numbers or code in parts):
                continue
            where = origin.after(start)
            self._read(option, where)
            for value in {option, option.rstrip(b"\0")} if wants else ():
                part = (data[start - 2], len(value) == end - start)
                add_piece(self._findings, (LAYER,), value, where, part)
            if code in numbers:
                add_number(self._findings, (LAYER,), _numbers(f"option {code}"), option, where)
            if code in parts:
                self._add_suboptions(code, option, where, is_6=is_6)
        self._add_numbers(data, origin)
        for field, size in _in_clear(data):
            self._findings.report_in_clear(f"DHCP {field}", size)
        many = [(start, end) for start, end in values if _may_be_data(data[start:end])]
        self._read_joined(data, origin, many)
        # What clients say about themselves tells nothing about what is beside it.
        for ranges in (*_split(data), [each for each in many if not _is_usual_text(data, *each)]):
            self._read_joined(data, origin, ranges, is_certain=True)
        return True

    def _add_suboptions(self, code: int, value: bytes, origin: Origin, *, is_6: bool) -> None:
        """Put aside each sub-option, and all of them in order."""
        from overheard_capture.protocols.dhcp_fields import LONGEST_NUMBER, suboptions  # noqa: PLC0415  (few captures have any)

        wants = wants_pieces(self._findings, (LAYER,))
        for inner, start, end in suboptions(code, value, is_6=is_6):
            for part in (("sub-option", code, inner), ("sub-options", code)) if wants else ():
                add_piece(self._findings, (LAYER,), value[start:end], origin.after(start), part)
            if end - start <= LONGEST_NUMBER and any(value[start:end]):
                numbers = _numbers(f"sub-options {inner} of {code}")
                add_number(self._findings, (LAYER,), numbers, value[start:end], origin.after(start))

    def _add_numbers(self, data: bytes, origin: Origin) -> None:
        """The identifier of a transaction is random; others are times and addresses."""
        is_6 = data[_COOKIE_AT:_OPTIONS_AT] != _COOKIE
        start, end = _TRANSACTION_6 if is_6 else _TRANSACTION
        add_number(self._findings, (LAYER,), _TRANSACTIONS, data[start:end], origin.after(start))
        for field, start, end in () if is_6 else _NUMBERS:
            add_number(self._findings, (LAYER,), field, data[start:end], origin.after(start))

    def _read_joined(self, data: bytes, origin: Origin, ranges: _Ranges, *, is_certain: bool = False) -> None:
        value = b"".join([data[start:end] for start, end in ranges])
        parts = [(origin, start, end) for start, end in ranges]
        # In most of them nothing is found, and there may be hundreds of parts.
        value_origin = Origin(LazySpans(lambda: joined(parts).sliced(0, len(value))))
        search_bytes(self._findings, (LAYER,), value, value_origin)
        # Clients send the same again and again.
        way = (LAYER,) * (1 + is_certain)
        read_unless_empty(self._findings, way, value, lambda: self._read(value, value_origin, is_certain=is_certain))

    def _read(self, value: bytes, origin: Origin, *, is_certain: bool = True) -> None:
        is_guess = len(value) <= _MAX_BINARY or not is_certain
        # A message has room for hundreds of short ones, and was searched.
        if not (is_guess and len(value) < SHORTEST_VALUE) and any(value):
            reader = ShortReader(speculative(self._findings) if is_guess else self._findings, (LAYER,))
            reader.feed(value, origin)
            reader.close()
            read_values(self._findings, (LAYER,), value, origin, BEHIND_HEADER)

    def close(self) -> None:
        """Do nothing: each message is read by itself."""


@lru_cache(maxsize=1024)
def _numbers(name: str) -> Numbers:
    return Numbers(f"DHCP {name}", is_random=False)


def _values(data: bytes) -> _Ranges | None:
    """Where values are; None if this is no such message."""
    if data[_COOKIE_AT:_OPTIONS_AT] == _COOKIE and data[0] in {1, 2} and data[2] <= 16:
        options = _options(data)
        if not options:
            return None
        last = options[-1][1]
        # Names are padded with zeros.
        names = [(start, start + len(data[start:end].rstrip(b"\0"))) for start, end in (_SERVER_NAME, _FILE_NAME)]
        return [*names, *options, (min(last + 1, len(data)), len(data))]
    if len(data) >= 8 and data[0] in _TYPES_6:
        codes, values = _options_6(data)
        if codes & _IDENTIFIERS_6 and max(codes) <= _MAX_CODE_6:
            return values
    return None


def _in_clear(data: bytes) -> Iterator[tuple[str, int]]:
    """The fields that have something else than ordinary programs send, and how many bytes."""
    from overheard_capture.protocols.dhcp_fields import is_name_or_path, is_usual, unusual_in_6  # noqa: PLC0415  (few captures have any)

    if data[_COOKIE_AT:_OPTIONS_AT] != _COOKIE:
        for code, size in unusual_in_6(data[4:]):
            yield f"option {code} of version 6", size
        return
    parts = _by_code(data)
    # Options may continue in the fields for names (RFC 2132, 9.3).
    overload = (parts.get(_OVERLOAD) or b"\0")[0]
    for name, (start, end), bit in (("file name", _FILE_NAME, 1), ("server name", _SERVER_NAME, 2)):
        if overload & bit:
            for code, value in _by_code(bytes(_OPTIONS_AT) + data[start:end]).items():
                parts[code] = parts.get(code, b"") + value
        elif not is_name_or_path(text := data[start:end].rstrip(b"\0")):
            yield name, len(text)
    for code, value in parts.items():
        if not is_usual(code, value):
            yield (f"option {code}" if code != _REST else "padding"), len(value)
    yield from _unused_in_clear(data)


def _unused_in_clear(data: bytes) -> Iterator[tuple[str, int]]:
    """What must be zero: flags that are not known, hops that no message has, and what is behind an address."""
    if data[3] > _MOST_HOPS or int.from_bytes(data[_FLAGS]) & ~_BROADCAST:
        yield "flags", 3
    address = data[slice(*_ADDRESS)][data[2] :]
    if any(address):
        yield "address", len(address)


def _by_code(data: bytes) -> dict[int, bytes]:
    """The values by code, and what follows the end as `_REST`."""
    values: dict[int, bytes] = {}
    at = _OPTIONS_AT
    for start, at in _options(data):
        values[data[start - 2]] = values.get(data[start - 2], b"") + data[start:at]
    values[_REST] = data[at:].lstrip(b"\0").removeprefix(b"\xff").strip(b"\0")
    return values


@lru_cache(maxsize=4)
def _options(data: bytes) -> _Ranges:
    return [*_each_option(data)]


def _each_option(data: bytes) -> Iterator[tuple[int, int]]:
    at = _OPTIONS_AT
    while at + 1 < len(data) and data[at] != _END:
        if data[at] == _PAD:
            at += 1
            continue
        end = at + 2 + data[at + 1]
        if end > len(data):
            return
        yield at + 2, end
        at = end


@lru_cache(maxsize=1024)
def _may_be_data(value: bytes) -> bool:
    """Whether this may be a part of data that is split over several options: text, or longer than an identifier."""
    return any(value) and (len(value) > MAX_IDENTIFIER or is_plain(value))


def _is_usual_text(data: bytes, start: int, end: int) -> bool:
    """Whether a value is a name or a description of the kind that is usual for its option."""
    from overheard_capture.protocols.dhcp_fields import is_name_or_path, is_usual_6  # noqa: PLC0415  (few captures have any)

    value = data[start:end].rstrip(b"\0")
    if data[_COOKIE_AT:_OPTIONS_AT] != _COOKIE:
        return has_text(value) and is_usual_6(int.from_bytes(data[start - 4 : start - 2]), value)
    if start in (_SERVER_NAME[0], _FILE_NAME[0]):
        return has_text(value) and is_name_or_path(value)
    return _is_usual_option(data[start - 2], value)


@lru_cache(maxsize=1024)
def _is_usual_option(code: int, value: bytes) -> bool:
    from overheard_capture.protocols.dhcp_fields import is_usual  # noqa: PLC0415  (few captures have any)

    return has_text(value) and is_usual(code, value)


def _split(data: bytes) -> list[_Ranges]:
    """The parts of each option that is split over several of the same code (RFC 3396, 7), as it may be over 255 bytes.

    Options may continue in the fields for names, which option 52 tells; those are read with the others.
    """
    parts: dict[int, _Ranges] = {}
    if data[_COOKIE_AT:_OPTIONS_AT] == _COOKIE:
        for start, end in _options(data):
            parts.setdefault(data[start - 2], []).append((start, end))
    return [ranges for ranges in parts.values() if len(ranges) > 1]


def _options_6(data: bytes) -> tuple[set[int], _Ranges]:
    """The codes and the values; no codes if the options do not fill the message."""
    at, codes, values = 4, set[int](), []
    for code, start, at in type_length_values(data, at):  # noqa: B020
        codes.add(code)
        values.append((start, at))
    return (codes if at == len(data) else set()), values
