"""Telnet: what somebody types or reads, with what the two ends say to each other between (RFC 854, 855)."""

from __future__ import annotations

import codecs
import re
from enum import Enum, auto
from typing import TYPE_CHECKING

from overheard.words.layer import Layer, Layers
from overheard_capture.content.content import Content, SearchScope
from overheard_capture.content.findings import Reason
from overheard_capture.decoders.line_editing import LineEditing
from overheard_capture.decoders.untyped import untyped

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.provenance.origin import Bytes, Origin

LAYER = Layer("telnet")

_IAC, _SB, _SE = 0xFF, 0xFA, 0xF0
# More nobody has to say of an option.
_LONGEST = 16 << 10
# A return, which a NUL pads.
_PADDED = b"\r\0"

# Of the controls, all but those that lay out text and the first byte of a gzip file are a space to a leaf.
_BLANK = bytes(32 if (byte < 32 and byte not in b"\t\n\r\x1f") or byte == 127 else byte for byte in range(256))

_WHOLE = re.compile(rb"\xff(?:\xfa(?:[^\xff]|\xff\xff)*\xff\xf0|[\xfb-\xfe][\0-\x31\x8a-\x8c\xff]|[\xf1-\xf9])")
_CUT_OFF = re.compile(rb"\xff(?:\xfa(?:[^\xff]|\xff\xff)*\xff?|[\xfb-\xfe])?\Z")
_BINARY = re.compile(rb"\xff|(?<!\r)\0")
_ASCII = bytes(range(128))
_NO_TEXT = re.compile(rb"[\x01-\x06\x0e-\x1a\x1c-\x1f]")


def is_telnet(head: Bytes) -> bool:
    """Whether a direction that begins like this is telnet: commands, and nothing but text between them."""
    text, count = _WHOLE.subn(b"", bytes(head))
    text = _CUT_OFF.sub(b"", text)
    return count > 0 and not _BINARY.search(text) and _is_typed(text)


def _is_typed(text: bytes) -> bool:
    """Whether it may be typed or shown. Keys that are held down with Control are few, and so are letters of Latin-1."""
    if len(_NO_TEXT.findall(text)) * 4 > len(text):
        return False
    if len(text.translate(None, _ASCII)) * 4 <= len(text):
        return True
    try:
        codecs.getincrementaldecoder("utf-8")().decode(text)
    except UnicodeDecodeError:
        return False
    return True


class _Shown:
    """Lets a leaf read what is shown. Keys and sequences that move, ring or colour are no text, and nothing secret."""

    def __init__(self, findings: Findings, layers: Layers) -> None:
        self._leaf = untyped(findings, layers)

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read on."""
        self._leaf.feed(bytes(data).translate(_BLANK), origin)

    def gap(self, length: int) -> None:
        """So many bytes are missing here."""
        self._leaf.gap(length)

    def close(self) -> None:
        """There is no more to come."""
        self._leaf.close()


class _State(Enum):
    """What the next byte is part of."""

    TEXT = auto()
    COMMAND = auto()
    OPTION = auto()
    TALK = auto()  # of an option, up to IAC SE
    TALK_ENDS = auto()


class Telnet:
    """Reads one direction."""

    def __init__(self, findings: Findings, layers: Layers) -> None:
        self._findings = findings
        self._layers = (*layers, LAYER)
        self._content = Content(findings, self._layers, _Shown, SearchScope.BOUNDARIES)
        self._typed = LineEditing(findings, self._layers)
        self._now = _State.TEXT
        # Whether something was left out since the last text, and whether that ended in a return.
        self._cut = self._returned = False
        self._talked = 0
        findings.identify_as("telnet")

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read on."""
        self._findings.read["telnet"] += len(data)
        held = bytes(data)
        at = 0
        while at < len(held):
            if self._now is _State.TEXT:
                at = self._read_text(held, at, origin)
            elif self._now in (_State.TALK, _State.TALK_ENDS):
                at = self._read_talk(held, at)
            else:
                at = self._read_command(held, at, origin)

    def _read_text(self, data: bytes, at: int, origin: Origin) -> int:
        if at == 0 and self._returned and data[0] == 0:
            self._returned, self._cut = False, True
            return 1
        ends = data.find(_IAC, at)
        command = ends >= 0
        ends = ends if command else len(data)
        padded = data.find(_PADDED, at, ends)
        if padded >= 0:
            command, ends = False, padded + 1
        if ends > at:
            self._text(data[at:ends], origin.after(at))
        if ends == len(data):
            return ends
        self._cut = True
        if command:
            self._now = _State.COMMAND
        return ends + 1

    def _text(self, text: bytes, origin: Origin) -> None:
        self._content.feed(text, origin, contiguous=not self._cut)
        self._typed.feed(text, origin)
        self._cut, self._returned = False, text.endswith(b"\r")

    def _read_command(self, data: bytes, at: int, origin: Origin) -> int:
        if self._now is _State.OPTION:
            self._now = _State.TEXT
            return at + 1
        command = data[at]
        self._now = _State.TEXT
        if command == _SB:
            self._now, self._talked = _State.TALK, 0
        elif _SB < command < _IAC:
            self._now = _State.OPTION
        elif command == _IAC:
            self._text(data[at : at + 1], origin.after(at))
        elif command < _SE:
            # This is no command, and thus was none.
            return at
        return at + 1

    def _read_talk(self, data: bytes, at: int) -> int:
        begins = at
        if self._now is _State.TALK_ENDS:
            self._now = _State.TEXT if data[at] == _SE else _State.TALK
            return at + 1
        at = data.find(_IAC, at)
        if at >= 0:
            self._now = _State.TALK_ENDS
        ends = len(data) if at < 0 else at + 1
        # Where it never ends, what follows is looked at all the same.
        allowed = _LONGEST - self._talked
        self._talked += ends - begins
        if self._talked > _LONGEST:
            self._findings.unread(Reason.DAMAGED, "an endless option of telnet", self._layers)
            self._now = _State.TEXT
            return begins + allowed
        return ends

    def gap(self, length: int) -> None:
        """So many bytes are missing here."""
        self._now, self._cut, self._returned = _State.TEXT, True, False
        self._content.gap(length)
        self._typed.gap()

    def close(self) -> None:
        """There is no more to come."""
        self._content.close()
        self._typed.close()


def telnet(findings: Findings, layers: Layers) -> Telnet:
    """A reader of one direction."""
    return Telnet(findings, layers)
