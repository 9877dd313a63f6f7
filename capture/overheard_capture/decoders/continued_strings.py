"""Strings of JSON that may go on in the next one of the same name, whatever is between them.

The strings of an array have the name before it; names that differ only in numbers are the same. A key that goes down
and up is there twice, behind different values: so a string may also go on in the next one of its name behind the same.
"""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, TypeAlias

from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.decoders.secret_forms import REACH
from overheard_capture.native import core, pointer
from overheard_capture.native.structures import STRING_SLOTS, Strings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard_capture.decoders.secret_forms import Forms

# Longer strings are not joined; and how far two may be from each other.
LONGEST, FURTHEST = 1 << 15, 4096
_BEHIND = lazy_pattern(rb"[ \t-\r]{0,64}+(:)?")
_SPACE = lazy_pattern(rb"(?: |\\++[nrt])*+")
_BLANK, _BACKSLASH = b" \\"
_DIGITS = b"0123456789"
_ROOM, _FIELDS = 256, 5
# The hash of the name of a value that may go on in the next one, and where both begin and end in the whole text.
Continued: TypeAlias = "tuple[int, int, int, int, int]"
_FOUND = (ctypes.c_uint64 * (_FIELDS * _ROOM))()


def continued_strings(
    text: bytes | bytearray, state: Strings, forms: Forms, level: int = 0, *, is_last: bool
) -> Iterator[Continued]:
    """Read the next strings of a text, which begins at `state.base` of the whole, from `state.at` on.

    A string of which more may follow is left for the next call, unless these are the last bytes. At `level` 1 quotation
    marks are escaped once, as where JSON is in a string.
    """
    compiled = core()
    if compiled is None:
        yield from _in_python(text, state, forms, level, is_last=is_last)
        return
    count, size, room = _ROOM, ctypes.c_uint64(len(text)), ctypes.c_uint64(_ROOM)
    while count >= _ROOM - 1:
        count = compiled.continued_strings(
            pointer(text), size, level, is_last, ctypes.byref(state), forms.packed, _FOUND, room
        )
        if not count:
            return
        found = _FOUND[: _FIELDS * count]
        yield from zip(*(found[each::_FIELDS] for each in range(_FIELDS)), strict=True)


def _in_python(
    text: bytes | bytearray, state: Strings, forms: Forms, level: int, *, is_last: bool
) -> Iterator[Continued]:
    base, at = state.base, state.at - state.base
    while at < len(text):
        if state.within:
            at = _quote_at(level, text, 0, at, state) + 1
            state.within = at > len(text)
            continue
        begin = _quote_at(level, text, 0, at, state) + 1
        close = _quote_at(level, text, begin, begin, state)
        at = begin - 1
        if close - begin > LONGEST:
            for slot, name in _slots(state):
                state.names[slot] = name + 1
            state.within, at = True, begin + LONGEST
            continue
        behind = _BEHIND.match(text, close + 1)
        if close >= len(text) or not behind or (behind.end() == len(text) and not behind[1] and not is_last):
            break
        at, end = close + 1, close - level
        if behind[1]:
            state.name = _hash(bytes(text[begin:end]))
        else:
            for name, before in _values_before(text, state, forms, begin, end):
                yield name, *before, base + begin, base + end
    state.at = base + min(at, len(text))


def _quote_at(level: int, text: bytes | bytearray, begin: int, at: int, state: Strings) -> int:
    """The quotation mark from `at` on that has this level; the end of the text if there is none."""
    while (at := text.find(b'"', at)) >= 0:
        escape = at
        while escape > begin and text[escape - 1] == _BACKSLASH:
            escape -= 1
        state.escaped |= at > escape
        if (at - escape) % (2 * (level + 1)) == level:
            return at
        at += 1
    return len(text)


def _without_space(text: bytes | bytearray, begin: int, end: int) -> int:
    """The end of a value without the white space at its end, of which some is escaped."""
    while end > begin:
        if text[end - 1] == _BLANK:
            end -= 1
        elif text[end - 1] in b"nrt" and end - begin > 1 and text[end - 2] == _BACKSLASH:
            end -= 1
            while end > begin and text[end - 1] == _BACKSLASH:
                end -= 1
        else:
            break
    return end


def _hash(name: bytes) -> int:
    """Of the first and last four bytes of a name, and its length, without digits at its end."""
    name = name.rstrip(_DIGITS)
    first, last = (name[:4], name[-4:]) if len(name) > 3 else (name, b"")
    mixed = (int.from_bytes(first) << 32 | int.from_bytes(last)) ^ len(name)
    return mixed * 0x9E3779B97F4A7C15 % (1 << 64) >> 32


def _slots(state: Strings) -> tuple[tuple[int, int], tuple[int, int]]:
    """The slots of the last name, and of it with the last value, each with its hash."""
    with_value = state.name ^ state.value * 0x9E3779B1 % (1 << 32)
    return (state.name % STRING_SLOTS, state.name), (STRING_SLOTS + with_value % STRING_SLOTS, with_value)


def _values_before(
    text: bytes | bytearray, state: Strings, forms: Forms, begin: int, end: int
) -> Iterator[tuple[int, tuple[int, int]]]:
    """Where values before this one begin and end that may go on in it, by name. This one is remembered instead."""
    tail = _without_space(text, begin, end)
    head = _SPACE.match(text, begin, tail)
    start = head.end() if head else begin
    if start == tail:
        if text[begin:end] != b" ":
            return
        start, tail = begin, end
    seen: set[tuple[int, int]] = set()
    for slot, name in _slots(state):
        last, before = (state.begins[slot], state.ends[slot]), _value_before(text, state, slot, name, begin)
        state.names[slot], state.begins[slot], state.ends[slot] = name, state.base + begin, state.base + end
        state.tails[slot] = state.base + tail
        # What goes on either way is joined once.
        if last not in seen and before and forms.go_on(before, bytes(text[start:tail])):
            yield name, last
        seen.add(last)
    state.value = _hash(bytes(text[begin:end]))


def _value_before(text: bytes | bytearray, state: Strings, slot: int, name: int, begin: int) -> bytes:
    """The end of the last value in a slot, if that is near and of this name."""
    base, ends = state.base, state.ends[slot]
    if state.names[slot] != name or not ends or base + begin - ends > FURTHEST:
        return b""
    tail = state.tails[slot] - base
    return bytes(text[max(state.begins[slot] - base, tail - REACH, 0) : tail])
