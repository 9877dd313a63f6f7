"""What a DNS message says (RFC 1035, 4): the names and texts in it, and where each stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from overheard_capture.provenance.origin import Bytes

# Where some bytes begin and end.
Stretch: TypeAlias = tuple[int, int]

_HEAD = 12
# More pointers than this nobody needs for one name, which has 255 bytes at most (2.3.4).
_MOST_POINTERS = 32
# Query, inverse query, status, notify, update, stateful operations; registrations and so on of NetBIOS.
_OPCODES = {0, 1, 2, 4, 5, 6, 7, 8, 9, 15}
_LEAST_QUESTION, _LEAST_RECORD = 5, 11

# Types whose data holds names, and how many; before them stand so many bytes.
_NAMES = {2: (0, 1), 5: (0, 1), 6: (0, 2), 7: (0, 1), 8: (0, 1), 9: (0, 1), 12: (0, 1), 14: (0, 2), 15: (2, 1)}
_NAMES |= {17: (0, 2), 18: (2, 1), 21: (2, 1), 33: (6, 1), 36: (2, 1), 39: (0, 1), 64: (2, 1), 65: (2, 1)}
# Types whose data is strings: HINFO, TXT, X25, SPF. And those that hold bytes of anybody: NULL, and private ones.
_STRINGS = {13, 16, 19, 99}
_BYTES = {10, *range(65280, 65535)}
_ADDRESSES = {1, 28}


class DnsContents(NamedTuple):
    """What stands in a message: names as their labels, texts, addresses, and bytes of which nobody knows the sense."""

    names: list[list[Stretch]]
    texts: list[Stretch]
    addresses: list[Stretch]
    others: list[Stretch]


def contents_of(data: Bytes) -> DnsContents | None:
    """What a message says, if all of `data` is one."""
    if len(data) < _HEAD or data[2] >> 3 & 15 not in _OPCODES:
        return None
    counts = [int.from_bytes(data[at : at + 2], "big") for at in range(4, _HEAD, 2)]
    if not any(counts) or counts[0] * _LEAST_QUESTION + sum(counts[1:]) * _LEAST_RECORD > len(data) - _HEAD:
        return None
    message = _MessageParser(data)
    try:
        message.read(counts[0], sum(counts[1:]))
    except (IndexError, ValueError):
        return None
    return message.said if message.at == len(data) else None


class _MessageParser:
    """Reads on from a place in a message. Raises IndexError or ValueError where it is none."""

    def __init__(self, data: Bytes) -> None:
        self._data = data
        self.at = _HEAD
        self.said = DnsContents([], [], [], [])

    def read(self, questions: int, records: int) -> None:
        for _ in range(questions):
            self._name()
            self._skip(4)
        for _ in range(records):
            self._name()
            kind = self._number(self.at)
            length = self._number(self.at + 8)
            self._skip(10 + length)
            self._content(kind, self.at - length, self.at)

    def _number(self, at: int) -> int:
        return self._data[at] << 8 | self._data[at + 1]

    def _skip(self, count: int) -> None:
        self.at += count
        if self.at > len(self._data):
            raise ValueError

    def _name(self) -> None:
        labels, self.at = self._labels(self.at)
        if labels:
            self.said.names.append(labels)

    def _labels(self, at: int) -> tuple[list[Stretch], int]:
        """The labels of the name at a place, and where it ends."""
        data, labels = self._data, []
        size = pointers = ends = 0
        lowest = at
        while length := data[at]:
            if length >= 0xC0:  # a pointer, to what stands before (4.1.4)
                ends = ends or at + 2
                at = self._number(at) & 0x3FFF
                pointers += 1
                if at >= lowest or pointers > _MOST_POINTERS:
                    raise ValueError
                lowest = at
                continue
            size += length + 1
            if length > 63 or size > 255:
                raise ValueError
            labels.append((at + 1, at + 1 + length))
            at += 1 + length
        return labels, ends or at + 1

    def _content(self, kind: int, begins: int, ends: int) -> None:
        """Read the data of a record."""
        if kind in _NAMES:
            before, count = _NAMES[kind]
            at = begins + before
            for _ in range(count if ends > begins else 0):
                labels, at = self._labels(at)
                if labels:
                    self.said.names.append(labels)
            if at > ends > begins:
                raise ValueError
        elif kind in _STRINGS:
            self._strings(begins, ends)
        elif kind in _ADDRESSES:
            self.said.addresses.append((begins, ends))
        elif kind in _BYTES:
            self.said.others.append((begins, ends))

    def _strings(self, at: int, ends: int) -> None:
        while at < ends:
            begins = at + 1
            at = begins + self._data[at]
            if at > ends:
                raise ValueError
            self.said.texts.append((begins, at))
