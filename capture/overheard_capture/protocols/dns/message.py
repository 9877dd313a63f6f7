"""A parser of DNS messages (RFC 1035, 4): the names and texts in a message, with their positions."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from overheard.words.named_tuple import NamedTuple

if TYPE_CHECKING:
    from overheard_capture.provenance.origin import Bytes

# Start and end offset of some bytes.
ByteRange: TypeAlias = tuple[int, int]

_HEADER_LENGTH = 12
# The maximum number of compression pointers in one name, which has 255 bytes at most (2.3.4).
_MAX_POINTERS = 32
# Query, inverse query, status, notify, update, stateful operations; and those of NetBIOS, such as registration.
_OPCODES = {0, 1, 2, 4, 5, 6, 7, 8, 9, 15}
_MIN_QUESTION, _MIN_RECORD = 5, 11

# Record types whose data contains names: how many bytes precede the names, and how many names there are.
_NAMES = {2: (0, 1), 5: (0, 1), 6: (0, 2), 7: (0, 1), 8: (0, 1), 9: (0, 1), 12: (0, 1), 14: (0, 2), 15: (2, 1)}
_NAMES |= {17: (0, 2), 18: (2, 1), 21: (2, 1), 33: (6, 1), 36: (2, 1), 39: (0, 1), 47: (0, 1), 64: (2, 1), 65: (2, 1)}
# The name that is a mailbox (RFC 1035, 8), of those in the data: SOA, MB, MINFO, and RP.
_MAILBOXES = {6: (1,), 7: (0,), 14: (0, 1), 17: (0,)}
# Record types whose data is strings: HINFO, TXT, X25, SPF. And those with arbitrary bytes: NULL, and private ones.
_STRINGS = {13, 16, 19, 99}
_BYTES = {10, *range(65280, 65535)}
# By record type, the length of an address, or of a location; and what precedes a text in URI and CAA.
_ADDRESSES = {1: 4, 28: 16, 29: 16}
_BEFORE_TEXT = {256: 4, 257: 2}
_CAA = 257
# What a CAA record may be about (https://www.iana.org/assignments/pkix-parameters).
TAGS = {b"issue", b"issuewild", b"issuemail", b"issuevmc", b"iodef", b"contactemail", b"contactphone"}
# NAPTR (RFC 3403, 4.1): two numbers, three strings, and a name.
_NAPTR, _BEFORE_RULE, _RULE_STRINGS = 35, 4, 3
_OPT = 41
# Record types with binary data of a known form, such as keys, hashes and signatures
# (https://www.iana.org/assignments/dns-parameters). And the options of OPT (RFC 6891, 6.1.2) that are like that.
_BINARY = {11, 20, 22, *range(24, 54), *range(55, 69), *range(104, 110), 249, 250, *range(256, 263), 32768, 32769}
# NSEC3 (RFC 5155, 3) and signatures of it: the first label is a hash in base32.
_HASHED, _HASH = {46, 50}, 32
_PADDING = 12
_OPTIONS = {*range(1, 21), 20292, 26946} - {_PADDING}


class DnsContents(NamedTuple):
    """The contents of a message: names as lists of labels, texts, addresses, and bytes of unknown meaning.

    `binary` are fields of a known form that are not text; `unknown` those of types that nobody knows. `mailboxes` are
    names that stand for mail addresses, and are among the names, and so are `hashed`, which are hashes of names.
    `records` has the types of records, and where their data is, and `owners` the names of these; `classes`, where those
    of questions are.
    """

    names: list[list[ByteRange]]
    texts: list[ByteRange]
    addresses: list[ByteRange]
    opaque: list[ByteRange]
    binary: list[ByteRange]
    unknown: list[ByteRange]
    mailboxes: list[list[ByteRange]]
    hashed: list[list[ByteRange]]
    records: list[tuple[int, int, int]]
    owners: list[list[ByteRange]]
    classes: list[int]


def parse_message(data: Bytes) -> DnsContents | None:
    """Parse a message; None unless all of `data` is one."""
    if len(data) < _HEADER_LENGTH or data[2] >> 3 & 15 not in _OPCODES:
        return None
    counts = [int.from_bytes(data[at : at + 2], "big") for at in range(4, _HEADER_LENGTH, 2)]
    if not any(counts) or counts[0] * _MIN_QUESTION + sum(counts[1:]) * _MIN_RECORD > len(data) - _HEADER_LENGTH:
        return None
    message = _MessageParser(data)
    try:
        message.read(counts[0], sum(counts[1:]))
    except (IndexError, ValueError):
        return None
    return message.contents if message.at == len(data) else None


class _MessageParser:
    """Parses a message from offset `at` on. Raises IndexError or ValueError if it is malformed."""

    def __init__(self, data: Bytes) -> None:
        self._data = data
        self.at = _HEADER_LENGTH
        self.contents = DnsContents([], [], [], [], [], [], [], [], [], [], [])

    def read(self, questions: int, records: int) -> None:
        for _ in range(questions):
            self._read_name()
            self._skip(4)
            self.contents.classes.append(self.at - 2)
        for _ in range(records):
            labels = self._read_name()
            kind = self._number(self.at)
            if kind in _HASHED and labels and labels[0][1] - labels[0][0] == _HASH:
                self.contents.hashed.append(labels)
            length = self._number(self.at + 8)
            self._skip(10 + length)
            self.contents.records.append((kind, self.at - length, self.at))
            self.contents.owners.append(labels)
            self._record_data(kind, self.at - length, self.at)

    def _number(self, at: int) -> int:
        return self._data[at] << 8 | self._data[at + 1]

    def _skip(self, count: int) -> None:
        self.at += count
        if self.at > len(self._data):
            raise ValueError

    def _read_name(self) -> list[ByteRange]:
        labels, self.at = self._read_labels(self.at)
        if labels:
            self.contents.names.append(labels)
        return labels

    def _read_labels(self, at: int) -> tuple[list[ByteRange], int]:
        """The labels of the name at an offset, and the offset after it."""
        data, labels = self._data, []
        size = pointers = end = 0
        lowest = at
        while length := data[at]:
            if length >= 0xC0:  # a pointer to an earlier part of the message (4.1.4)
                end = end or at + 2
                at = self._number(at) & 0x3FFF
                pointers += 1
                if at >= lowest or pointers > _MAX_POINTERS:
                    raise ValueError
                lowest = at
                continue
            size += length + 1
            if length > 63 or size > 255:
                raise ValueError
            labels.append((at + 1, at + 1 + length))
            at += 1 + length
        return labels, end or at + 1

    def _record_data(self, kind: int, start: int, end: int) -> None:
        """Parse the data of a record."""
        if kind in _NAMES:
            self._read_names(*_NAMES[kind], start, end, _MAILBOXES.get(kind, ()))
        elif kind in _STRINGS:
            self._read_strings(start, end)
        elif kind == _NAPTR and end > start + _BEFORE_RULE:
            self._read_rule(start, end)
        elif kind in _ADDRESSES and end > start:
            is_one = end - start == _ADDRESSES[kind]
            (self.contents.addresses if is_one else self.contents.unknown).append((start, end))
        elif kind in _BEFORE_TEXT:
            self._read_text(kind, start, end)
        elif kind == _OPT:
            self._read_options(start, end)
        elif kind in _BYTES:
            self.contents.opaque.append((start, end))
        elif end > start:
            (self.contents.binary if kind in _BINARY else self.contents.unknown).append((start, end))

    def _read_names(self, before: int, count: int, start: int, end: int, mailboxes: tuple[int, ...]) -> None:
        at = start + before
        for number in range(count if end > start else 0):
            labels, at = self._read_labels(at)
            if labels:
                self.contents.names.append(labels)
            if number in mailboxes and len(labels) > 1:
                self.contents.mailboxes.append(labels)
        if at > end > start:
            raise ValueError
        if at < end:
            self.contents.binary.append((at, end))

    def _read_rule(self, start: int, end: int) -> None:
        at = start + _BEFORE_RULE
        for _ in range(_RULE_STRINGS):
            at = self._read_string(at, end)
        self._read_names(at - start, 1, start, end, ())

    def _read_text(self, kind: int, start: int, end: int) -> None:
        at = min(start + _BEFORE_TEXT[kind], end)
        if kind == _CAA and end - start > 1 and at + self._data[start + 1] <= end:
            # A tag is before the value (RFC 8659, 4.1): a known one is no text.
            behind = at + self._data[start + 1]
            if bytes(self._data[at:behind]) not in TAGS:
                self.contents.texts.append((at, behind))
            at = behind
        self.contents.texts.append((at, end))

    def _read_options(self, at: int, end: int) -> None:
        while at + 4 <= end:
            code, start = self._number(at), at + 4
            at = start + self._number(at + 2)
            if at > end:
                raise ValueError
            if any(self._data[start:at]):  # Padding is zeros (RFC 7830, 3).
                (self.contents.binary if code in _OPTIONS else self.contents.unknown).append((start, at))
        if at < end:
            self.contents.unknown.append((at, end))

    def _read_strings(self, at: int, end: int) -> None:
        while at < end:
            at = self._read_string(at, end)

    def _read_string(self, at: int, end: int) -> int:
        """Read a string. Returns the offset after it."""
        start = at + 1
        after = start + self._data[at]
        if after > end:
            raise ValueError
        self.contents.texts.append((start, after))
        return after
