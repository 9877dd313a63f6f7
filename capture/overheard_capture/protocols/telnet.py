"""Telnet (RFC 854, 855): the text that is typed or displayed, without the commands."""

from __future__ import annotations

import codecs
from enum import Enum, auto
from typing import TYPE_CHECKING

from overheard.words.layer import Layer, Layers
from overheard_capture.content.content import Content, SearchScope
from overheard_capture.content.findings import Reason
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.decoders.line_editing import LineEditing
from overheard_capture.decoders.terminal import TerminalTap
from overheard_capture.decoders.untyped import untyped
from overheard_capture.decoders.values import read_values
from overheard_capture.provenance.queue import ByteQueue

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.provenance.origin import Bytes, Origin

LAYER = Layer("telnet")

_IAC, _SB, _SE = 0xFF, 0xFA, 0xF0
# The maximum length of an option's subnegotiation.
_MAX_SUBNEGOTIATION = 16 << 10
# A value follows the code of the option, and perhaps a command and a length.
_BEFORE_VALUE = 3
# A carriage return is padded with NUL.
_PADDED = b"\r\0"

# Text in which more than one character in four is NUL or a control key is none: UTF-16, say, or a code for something.
# That is told block by block, and so few say nothing.
_KEYS = bytes((*range(7), *range(14, 27), *range(28, 32)))
_BLOCK, _FEW, _SHARE = 1 << 10, 16, 4

# Control characters become blanks for the untyped reader, except those of text layout and the first byte of gzip.
_BLANK = bytes(32 if (byte < 32 and byte not in b"\t\n\r\x1f") or byte == 127 else byte for byte in range(256))

_COMMAND = lazy_pattern(rb"\xff(?:\xfa(?:[^\xff]|\xff\xff)*\xff\xf0|[\xfb-\xfe][\0-\x31\x8a-\x8c\xff]|[\xf1-\xf9])")
_PARTIAL_COMMAND = lazy_pattern(rb"\xff(?:\xfa(?:[^\xff]|\xff\xff)*\xff?|[\xfb-\xfe])?\Z")
_BINARY = lazy_pattern(rb"\xff|(?<!\r)\0")
_ASCII = bytes(range(128))
_CONTROLS = lazy_pattern(rb"[\x01-\x06\x0e-\x1a\x1c-\x1f]")


def is_telnet(head: Bytes) -> bool:
    """Whether this is the beginning of a telnet direction: at least one command, and only text besides."""
    text, count = _COMMAND.subn(b"", bytes(head))
    text = _PARTIAL_COMMAND.sub(b"", text)
    return count > 0 and not _BINARY.search(text) and _is_text(text)


def _is_text(text: bytes) -> bool:
    """Whether this may be typed or displayed text: few control characters, and UTF-8 or few letters of Latin-1."""
    if len(_CONTROLS.findall(text)) * 4 > len(text):
        return False
    if len(text.translate(None, _ASCII)) * 4 <= len(text):
        return True
    try:
        codecs.getincrementaldecoder("utf-8")().decode(text)
    except UnicodeDecodeError:
        return False
    return True


class _DisplayedText:
    """Reads displayed text as untyped content. Control characters for cursor, bell and colour become blanks."""

    def __init__(self, findings: Findings, layers: Layers) -> None:
        self._reader = untyped(findings, layers)

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read `data`, which comes from `origin`."""
        self._reader.feed(bytes(data).translate(_BLANK), origin)

    def gap(self, length: int) -> None:
        """`length` bytes are missing here."""
        self._reader.gap(length)

    def close(self) -> None:
        """The direction has ended."""
        self._reader.close()


class _ControlKeys:
    """Counts NULs and control keys in a direction, and reports text that has too many of them to be any."""

    def __init__(self, findings: Findings, layers: Layers) -> None:
        self._findings, self._layers = findings, layers
        self._length = self._keys = 0

    def feed(self, text: bytes) -> None:
        """Take the next characters."""
        at = 0
        while at < len(text):
            block = text[at : at + _BLOCK - self._length]
            self._length += len(block)
            self._keys += len(block) - len(block.translate(None, _KEYS))
            at += len(block)
            if self._length == _BLOCK:
                self.end()

    def end(self) -> None:
        """The block has ended."""
        if self._keys > max(_FEW, self._length // _SHARE):
            self._findings.report_unread(Reason.OPAQUE, "control characters in telnet", self._layers)
        self._length = self._keys = 0


class _State(Enum):
    """What the next byte belongs to."""

    TEXT = auto()
    COMMAND = auto()
    OPTION = auto()
    SUBNEGOTIATION = auto()  # of an option, up to IAC SE
    SUBNEGOTIATION_IAC = auto()


class TelnetReader:
    """Reads one direction of telnet."""

    def __init__(self, findings: Findings, layers: Layers) -> None:
        self._findings = findings
        self._layers = (*layers, LAYER)
        self._content = Content(findings, self._layers, _DisplayedText, SearchScope.BOUNDARIES)
        self._typed = LineEditing(findings, self._layers)
        self._tap = TerminalTap(findings, self._layers)
        self._keys = _ControlKeys(findings, self._layers)
        self._state = _State.TEXT
        # Whether something was left out since the last text, and whether that text ended with a carriage return.
        self._interrupted = self._after_return = False
        # What an option says, up to IAC SE.
        self._subnegotiation = ByteQueue()
        findings.identify_as("telnet")

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read `data`, which comes from `origin`."""
        self._findings.read["telnet"] += len(data)
        chunk = bytes(data)
        at = 0
        while at < len(chunk):
            if self._state is _State.TEXT:
                at = self._read_text(chunk, at, origin)
            elif self._state in (_State.SUBNEGOTIATION, _State.SUBNEGOTIATION_IAC):
                at = self._read_subnegotiation(chunk, at, origin)
            else:
                at = self._read_command(chunk, at, origin)

    def _read_text(self, data: bytes, at: int, origin: Origin) -> int:
        if at == 0 and self._after_return and data[0] == 0:
            self._after_return, self._interrupted = False, True
            return 1
        end = data.find(_IAC, at)
        command = end >= 0
        end = end if command else len(data)
        padded = data.find(_PADDED, at, end)
        if padded >= 0:
            command, end = False, padded + 1
        if end > at:
            self._add_text(data[at:end], origin.after(at))
        if end == len(data):
            return end
        self._interrupted = True
        if command:
            self._state = _State.COMMAND
        return end + 1

    def _add_text(self, text: bytes, origin: Origin) -> None:
        self._content.feed(text, origin, contiguous=not self._interrupted)
        self._typed.feed(text, origin)
        self._tap.feed(text, origin)
        self._keys.feed(text)
        self._interrupted, self._after_return = False, text.endswith(b"\r")

    def _read_command(self, data: bytes, at: int, origin: Origin) -> int:
        if self._state is _State.OPTION:
            self._state = _State.TEXT
            return at + 1
        command = data[at]
        self._state = _State.TEXT
        if command == _SB:
            self._state, self._subnegotiation = _State.SUBNEGOTIATION, ByteQueue()
        elif _SB < command < _IAC:
            self._state = _State.OPTION
        elif command == _IAC:
            self._add_text(data[at : at + 1], origin.after(at))
        elif command < _SE:
            # Not a command, so the byte is text.
            return at
        return at + 1

    def _read_subnegotiation(self, data: bytes, at: int, origin: Origin) -> int:
        if self._state is _State.SUBNEGOTIATION_IAC:
            return self._end_subnegotiation(data, at, origin)
        end = data.find(_IAC, at)
        self._state = _State.SUBNEGOTIATION if end < 0 else _State.SUBNEGOTIATION_IAC
        end = len(data) if end < 0 else end
        # An endless subnegotiation must not hide the bytes after it.
        allowed = at + _MAX_SUBNEGOTIATION - len(self._subnegotiation)
        self._subnegotiation.add(data[at : min(end, allowed)], origin.after(at))
        if end > allowed:
            self._findings.report_unread(Reason.DAMAGED, "a telnet subnegotiation that is too long", self._layers)
            self._read_option()
            return allowed
        return end + (self._state is _State.SUBNEGOTIATION_IAC)

    def _end_subnegotiation(self, data: bytes, at: int, origin: Origin) -> int:
        """Read the byte after IAC."""
        if data[at] == _SE:
            self._read_option()
            return at + 1
        self._state = _State.SUBNEGOTIATION
        if data[at] == _IAC:
            # A doubled IAC is one byte of data (RFC 855).
            self._subnegotiation.add(data[at : at + 1], origin.after(at))
        return at + 1

    def _read_option(self) -> None:
        """Unwrap what was said of an option: its code, often a command such as IS, and a value."""
        said, origin = self._subnegotiation.take(len(self._subnegotiation))
        self._state = _State.TEXT
        read_values(self._findings, self._layers, said, origin, range(_BEFORE_VALUE + 1))

    def gap(self, length: int) -> None:
        """`length` bytes are missing here."""
        self._read_option()
        self._state, self._interrupted, self._after_return = _State.TEXT, True, False
        self._content.gap(length)
        self._typed.gap()

    def close(self) -> None:
        """The direction has ended."""
        self._read_option()
        self._content.close()
        self._keys.end()
        self._typed.close()
        self._tap.close()


def telnet(findings: Findings, layers: Layers) -> TelnetReader:
    """Create a reader of one direction."""
    return TelnetReader(findings, layers)
