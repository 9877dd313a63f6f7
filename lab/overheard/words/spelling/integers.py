"""A secret that is a number, such as that of a card, as binary documents and protocols have numbers."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from overheard.words.spelling.look import exactly, one_of, row
from overheard.words.spelling.numbers import digits_of
from overheard.words.spelling.shape import Pattern, Shape, Spelling, literally

# The bits of the largest number that is not searched for, as any four bytes are somewhere. And how many different bytes
# a number has at least: so are a few bytes and zeros.
_COMMON, _FEWEST_BYTES = 32, 4
# Numbers of more bits are neither a varint nor a double.
_WORD = 64
# Fewer bytes are only searched for together with what is beside them: as an integer, and as a varint.
_LONG, _LONG_VARINT = 7, 6
# In Protocol Buffers, that a field from 1 to 15 is a varint.
_TAGS = bytes(field << 3 for field in range(1, 16))


def as_integer(value: bytes) -> Iterator[Pattern]:
    """A number in either byte order, as a varint (LEB128), and as a double (IEEE 754).

    Longer fields begin with zeros or end in them, and so they contain it as well.
    """
    digits = digits_of(value)
    number = int(digits) if digits.isdigit() else 0
    whole = number.to_bytes(-(-number.bit_length() // 8), "big")
    if number.bit_length() <= _COMMON or len(set(whole)) < _FEWEST_BYTES:
        return
    yield from (literally("binary integer", each) for each in _fields(number, whole))
    if number.bit_length() <= _WORD:
        # Avro and Thrift have the sign of all numbers in the last bit (ZigZag), Protocol Buffers that of some.
        yield from (_as_varint(each) for each in (number, number << 1))
        if int(float(number)) == number:
            yield from (literally("double", struct.pack(order + "d", number)) for order in (">", "<"))


def _fields(number: int, whole: bytes) -> Iterator[bytes]:
    """All bytes of a long number; a short one in a field of eight, or behind its length as in ASN.1 and in pickle."""
    field = whole.rjust(_LONG, b"\0")
    yield from (field, field[::-1])
    if len(whole) < _LONG:
        signed = number.to_bytes(number.bit_length() // 8 + 1, "big")
        yield from (bytes([0x02, len(signed)]) + signed, bytes([0x8A, len(signed)]) + signed[::-1])


def _as_varint(number: int) -> Pattern:
    """Seven bits in each byte, the lowest first; the eighth says that another one follows."""
    groups = [number >> at & 0x7F for at in range(0, number.bit_length(), 7)]
    varint = exactly(bytes(group | 0x80 for group in groups[:-1]) + bytes(groups[-1:]))
    look = varint if len(groups) >= _LONG_VARINT else row(one_of(_TAGS), varint)
    return Pattern(Shape((look,)), (Spelling("varint"),), look)
