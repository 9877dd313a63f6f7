"""Pickles of Python, of protocols 2 to 5, as caches and job queues keep objects."""

from __future__ import annotations

from overheard_capture.decoders.documents.contents import Contents, ItemKind, NotADocumentError, in_latin_1

_PROTO, _STOP, _FRAME, _GLOBAL = 0x80, ord("."), 0x95, ord("c")
_PROTOCOLS = range(2, 6)
# How Python 3 writes bytes in protocol 2, which has only text for them: `codecs.encode(text, "latin1")`.
_ENCODE = b"c_codecs\nencode\n"
# Opcodes without an argument: constants, collections, objects, and the memo.
_ALONE = frozenset(b"N\x88\x89]ael)t\x85\x86\x87}dsu\x8f\x90\x91(012\x94\x93Rbo\x81\x92Q\x97\x98")
# By the opcode, how long its argument is: a number; an index of the memo; a frame, or a registered class.
_NUMBERS = {ord("J"): 4, ord("K"): 1, ord("M"): 2, ord("G"): 8}
_INDEXES = {ord("h"): 1, ord("j"): 4, ord("q"): 1, ord("r"): 4, _FRAME: 8, 0x82: 1, 0x83: 2, 0x84: 4}
# And how long the length before its argument is: text; or bytes, strings of Python 2, and numbers of any length.
_TEXTS = {0x8C: 1, ord("X"): 4, 0x8D: 8}
_BYTES = {ord("C"): 1, ord("B"): 4, 0x8E: 8, 0x96: 8, ord("U"): 1, ord("T"): 4, 0x8A: 1, 0x8B: 4}


def pickled(found: Contents, at: int) -> int:
    """A pickle, up to its last opcode. What it would construct does not matter."""
    data = found.data
    if data[at] != _PROTO or data[at + 1] not in _PROTOCOLS:
        raise NotADocumentError
    at += 2
    while data[at] != _STOP:
        at = _opcode(found, data[at], at + 1)
    return at + 1


def _opcode(found: Contents, opcode: int, at: int) -> int:
    """Add what an opcode holds. Returns its end."""
    kind, start, end = ItemKind.SIMPLE, at, at
    if opcode in _NUMBERS:
        kind, end = ItemKind.NUMBER, at + _NUMBERS[opcode]
    elif opcode in _INDEXES:
        end = at + _INDEXES[opcode]
    elif opcode == _GLOBAL:
        return _line(found, _line(found, at))
    elif size := _TEXTS.get(opcode) or _BYTES.get(opcode):
        kind, start = ItemKind.TEXT if opcode in _TEXTS else ItemKind.BYTES, at + size
        end = start + int.from_bytes(found.data[at:start], "little")
        found.has_key |= kind is ItemKind.TEXT and end > start
        if kind is ItemKind.TEXT and found.is_before(at, _ENCODE) and in_latin_1(found.data[start:end]):
            kind = ItemKind.LATIN_1
    elif opcode not in _ALONE:
        raise NotADocumentError
    found.add(kind, start, end)
    return end


def _line(found: Contents, at: int) -> int:
    """Add a name that ends with a newline. Returns the offset after it."""
    end = found.data.find(b"\n", at)
    found.add(ItemKind.TEXT, at, len(found.data) + 1 if end < 0 else end)
    return end + 1
