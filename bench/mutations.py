"""Changes at random, of bytes, of lines and of JSON: what `fuzz.py` gives to the readers."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence

# What is seldom where it is expected: ends of lines, of strings and of numbers, marks of encodings, terminal sequences.
PIECES = (
    b"",
    b"\0",
    b"\n",
    b"\r\n",
    b"\r",
    b"\x0b\x1c\x85",
    b"\xff",
    b"\xed\xa0\x80",
    b"\xc0\x80",
    b"\x1b[31m",
    b"\x1b]8;;",
    b"\xe2\x80\xae",
    b"\xe2\x80\xa8",
    b"::error::x",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"-1",
    b"1e999",
    b"9" * 5000,
    b"0x",
    b"[" * 3000,
    b"{" * 3000,
    b'"',
    b"'",
    b"\\",
    b"%",
    b"%00",
    b"../",
    b"=",
    b":",
    b" ",
    b"A" * 400,
    bytes(range(256)),
)
_ENCODINGS = ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig")
# Values of JSON as they are written: of each type, too large, too deep, and no JSON at all but for Python.
_VALUES = (
    *("null", "true", "0", "-1", "0.5", "1e400", "-1e400", "NaN", "Infinity", "9" * 400, "9" * 5000, "1e-400"),
    *('""', '"\\ud800"', '"\\u0000"', '"\\u001b[31m"', '"\\u202e"', '"a,b,,"', '","', "[]", "{}", '{"a": 1}', "[[1]]"),
    *("[" * 2000 + "]" * 2000, "[" * 100_000, '{"a":' * 5000, f'"{"x" * 70_000}"'),
)


def changed(data: bytes, draw: random.Random, pieces: Sequence[bytes] = PIECES) -> bytes:
    """`data` with up to eight changes; seldom in another encoding, seldom not at all."""
    made = data
    for _ in range(draw.choice((0, 1, 1, 1, 2, 3, 8))):
        made = draw.choice(_CHANGES)(made, draw, pieces)
    if draw.random() < 0.03:
        made = made.decode("latin-1").encode(draw.choice(_ENCODINGS))
    return made


def _place(data: bytes, draw: random.Random) -> tuple[int, int]:
    begin = draw.randrange(len(data) + 1)
    return begin, min(len(data), begin + draw.choice((0, 1, 2, 4, 20, 200)))


def _another(data: bytes, draw: random.Random, _pieces: Sequence[bytes]) -> bytes:
    at = draw.randrange(len(data) + 1)
    return data[:at] + bytes([draw.randrange(256)]) + data[at + 1 :]


def _without(data: bytes, draw: random.Random, _pieces: Sequence[bytes]) -> bytes:
    begin, end = _place(data, draw)
    return data[:begin] + data[end:]


def _with(data: bytes, draw: random.Random, pieces: Sequence[bytes]) -> bytes:
    begin, end = _place(data, draw)
    return data[:begin] + draw.choice(pieces) + data[draw.choice((begin, end)) :]


def _again(data: bytes, draw: random.Random, _pieces: Sequence[bytes]) -> bytes:
    begin, end = _place(data, draw)
    times = draw.choice((2, 2, 3, 50, 1000 if end - begin < 50 else 2))
    return data[:begin] + data[begin:end] * times + data[end:]


def _moved(data: bytes, draw: random.Random, _pieces: Sequence[bytes]) -> bytes:
    lines = data.split(b"\n")
    line = lines.pop(draw.randrange(len(lines)))
    lines.insert(draw.randrange(len(lines) + 1), line)
    return b"\n".join(lines)


def _cut(data: bytes, draw: random.Random, _pieces: Sequence[bytes]) -> bytes:
    return data[: draw.randrange(len(data) + 1)]


def _shifted(data: bytes, draw: random.Random, _pieces: Sequence[bytes]) -> bytes:
    """One bit of a byte is another: digits become letters, and letters change their case."""
    at = draw.randrange(len(data) + 1)
    return data[:at] + bytes(byte ^ (1 << draw.randrange(8)) for byte in data[at : at + 1]) + data[at + 1 :]


_CHANGES = (_another, _another, _without, _with, _with, _again, _moved, _cut, _shifted)


def changed_json(fields: dict[str, object], draw: random.Random) -> bytes:
    """An object in which fields have other values, are missing, unknown, or there twice."""
    written = [(json.dumps(name), json.dumps(value)) for name, value in fields.items()]
    for _ in range(draw.choice((1, 1, 1, 2, 3))):
        at = draw.randrange(len(written))
        match draw.randrange(8):
            case 0:
                del written[at]
            case 1:
                written.append((written[at][0], draw.choice(_VALUES)))
            case 2:
                written.append((json.dumps("an unknown one"), draw.choice(_VALUES)))
            case _:
                written[at] = written[at][0], draw.choice(_VALUES)
        written = written or [('"name"', '""')]
    text = ", ".join(f"{name}: {value}" for name, value in written)
    return f"{{{text}}}".encode()
