"""Strings of JSON that may go on in the next one of the same name, whatever is between them.

The strings of an array have the name before it; names that differ only in numbers are the same.
"""

from __future__ import annotations

import ctypes
import re
from typing import TYPE_CHECKING

from overheard_capture.decoders.secret_forms import REACH
from overheard_capture.native import core, pointer
from overheard_capture.native.structures import STRING_SLOTS, Strings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard_capture.decoders.secret_forms import Forms

# Longer strings are not joined; and how far two may be from each other.
LONGEST, FURTHEST = 1 << 15, 4096
_BEHIND = re.compile(rb"[ \t-\r]{0,64}+(:)?")
_LEADING, _TRAILING = re.compile(rb"(?: |\\[nrt])*+"), re.compile(rb"(?: |\\[nrt])*+\Z")
_DIGITS = b"0123456789"
_ROOM, _FIELDS = 256, 5
_FOUND = (ctypes.c_uint64 * (_FIELDS * _ROOM))()


def continued_strings(
    text: bytes, state: Strings, forms: Forms, *, is_last: bool
) -> Iterator[tuple[int, int, int, int, int]]:
    """Read the next strings of a text, which begins at `state.base` of the whole, from `state.at` on.

    Yields for each that may go on the hash of its name, and where both begin and end in the whole. A string of which
    more may follow is left for the next call, unless these are the last bytes.
    """
    compiled = core()
    if compiled is None:
        yield from _in_python(text, state, forms, is_last=is_last)
        return
    count, size, room = _ROOM, ctypes.c_uint64(len(text)), ctypes.c_uint64(_ROOM)
    while count == _ROOM:
        count = compiled.continued_strings(
            pointer(text), size, is_last, ctypes.byref(state), forms.packed, _FOUND, room
        )
        found = _FOUND[: _FIELDS * count]
        yield from zip(*(found[each::_FIELDS] for each in range(_FIELDS)), strict=True)


def _in_python(text: bytes, state: Strings, forms: Forms, *, is_last: bool) -> Iterator[tuple[int, int, int, int, int]]:
    base, at = state.base, state.at - state.base
    while at < len(text):
        if state.within:
            at = _string_end(text, 0, at) + 1
            state.within = at > len(text)
            continue
        begin = text.find(b'"', at) + 1
        if not begin:
            at = len(text)
            break
        end = _string_end(text, begin, begin)
        if end - begin > LONGEST:
            state.names[state.name % STRING_SLOTS] = state.name + 1
            state.within, at = True, begin + LONGEST
            continue
        at = begin - 1
        behind = _BEHIND.match(text, end + 1)
        if end == len(text) or not behind or (behind.end() == len(text) and not behind[1] and not is_last):
            break
        at = end + 1
        if behind[1]:
            state.name = _hash(text[begin:end])
        elif before := _value_before(text, state, forms, begin, end):
            yield state.name, *before, base + begin, base + end
    state.at = base + min(at, len(text))


def _string_end(text: bytes, begin: int, at: int) -> int:
    """The end of the string that begins at `begin`, from `at` on: its quotation mark, or that of the text."""
    while (at := text.find(b'"', at)) >= 0:
        if (at - len(text[begin:at].rstrip(b"\\")) - begin) % 2 == 0:
            return at
        at += 1
    return len(text)


def _hash(name: bytes) -> int:
    """FNV-1a, without digits."""
    out = 2166136261
    for byte in name.translate(None, _DIGITS):
        out = (out ^ byte) * 16777619 % (1 << 32)
    return out


def _value_before(text: bytes, state: Strings, forms: Forms, begin: int, end: int) -> tuple[int, int] | None:
    """Where the value before this one begins and ends, if it may go on in it. This one is remembered instead."""
    base, slot = state.base, state.name % STRING_SLOTS
    tail = _TRAILING.search(text, begin, end)
    if tail is None or tail.start() == begin:
        return None
    head = _LEADING.match(text, begin, end)
    last, last_tail = (state.begins[slot], state.ends[slot]), state.tails[slot] - base
    is_near = state.names[slot] == state.name and last[1] and base + begin - last[1] <= FURTHEST
    state.names[slot], state.begins[slot], state.ends[slot] = state.name, base + begin, base + end
    state.tails[slot] = base + tail.start()
    before = text[max(last[0] - base, last_tail - REACH, 0) : last_tail] if is_near else b""
    return last if head and before and forms.go_on(before, text[head.end() : tail.start()]) else None
