"""Secrets under a key of one byte: anybody finds them, as what differs from one byte to the next is the same.

That is looked for where little is: in infrastructure and handshakes, as it is and in the codes of names and texts.
"""

from __future__ import annotations

import ctypes
from base64 import b32decode, urlsafe_b64decode
from functools import lru_cache
from typing import TYPE_CHECKING

from overheard.words.layer import Layer, Layers
from overheard_capture.content.content import search_bytes
from overheard_capture.native import core

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from overheard.words.secret import Secret
    from overheard_capture.content.findings import Findings
    from overheard_capture.provenance.origin import Bytes, Origin
    from overheard_capture.search import Search

LAYER = Layer("XOR with one byte")

# A secret has so many differences of so many values, as other bytes that repeat have the same.
_FEWEST, _FEWEST_VALUES = 6, 4
# So much of a message or a field is looked at, as that takes time.
_LONGEST = 4 << 10
_SIGNS = bytes.maketrans(b"+/", b"-_")
_DIGITS, _LETTERS = b"0123456789", b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BLANK = ord(" ")


def _only(alphabet: bytes) -> bytes:
    """The table that makes a blank of every byte that is not in an alphabet: no expression has to be compiled."""
    return bytes(byte if byte in alphabet else _BLANK for byte in range(256))


# By the letters of a code, from which length on, how many characters are a group in it, and what it stands for.
_CODES: tuple[tuple[bytes, int, int, Callable[[bytes], bytes]], ...] = (
    (_only(_DIGITS + b"ABCDEFabcdef"), 14, 2, lambda code: bytes.fromhex(code.decode())),
    (_only(b"234567" + _LETTERS), 12, 8, lambda code: b32decode(code.upper())),
    (_only(_DIGITS + _LETTERS + b"+/_-"), 10, 4, lambda code: urlsafe_b64decode(code.translate(_SIGNS))),
)


def search_under_key(findings: Findings, layers: Layers, data: Bytes, origin: Origin) -> None:
    """Search a message or a field under any key of one byte."""
    for plain in plain_texts(findings.search, bytes(data)):
        search_bytes(findings, (*layers, LAYER), plain, origin.derived([(0, 0, len(data))]))


def plain_texts(search: Search, data: bytes) -> set[bytes]:
    """What some bytes, and the codes in them, are without each key under which they have a secret."""
    secrets = _differences_of(search.secrets)
    if not secrets or not _FEWEST < len(data) <= _LONGEST or not _may_have(search.secrets, data):
        return set()
    return {plain for each in (data, *_decoded(data)) for plain in _without_key(each, secrets)}


def texts_in_code(search: Search, data: bytes) -> list[bytes]:
    """Those of some bytes, and of the codes in them, in which there is a secret as it is."""
    if (
        not _FEWEST < len(data) <= _LONGEST
        or not _differences_of(search.secrets)
        or not _may_have(search.secrets, data)
    ):
        return []
    return [each for each in (data, *_decoded(data)) if any(True for _ in search.matches(each))]


def _may_have(secrets: tuple[Secret, ...], data: bytes) -> bool:
    """Whether there may be one, as far as the compiled part rules nothing out."""
    if not (compiled := core()):
        return True
    packed = packed_differences(secrets)
    return bool(compiled.has_under_key(data, ctypes.c_uint64(len(data)), packed, ctypes.c_uint64(len(packed))))


def _decoded(data: bytes) -> Iterator[bytes]:
    """What the codes in some bytes stand for: the byte before one, such as its length, may look like a part of it."""
    for only, shortest, group, decode in _CODES:
        for run in data.translate(only).split():
            if len(run) >= shortest:
                for code in (run, run[1:]):
                    yield decode(code + b"A" * (-len(code) % group))


def _without_key(data: bytes, secrets: tuple[tuple[int, bytes], ...]) -> Iterator[bytes]:
    differences = _differences(data)
    for first, secret in secrets:
        at = differences.find(secret)
        while at >= 0:
            if key := data[at] ^ first:
                yield (int.from_bytes(data) ^ int.from_bytes(bytes([key]) * len(data))).to_bytes(len(data))
            at = differences.find(secret, at + 1)


@lru_cache(maxsize=8)
def _differences_of(secrets: tuple[Secret, ...]) -> tuple[tuple[int, bytes], ...]:
    """The first byte of each secret, and its differences."""
    found = [(secret.value[0], _differences(secret.value)) for secret in secrets]
    return tuple((first, each) for first, each in found if len(each) >= _FEWEST and len({*each}) >= _FEWEST_VALUES)


@lru_cache(maxsize=8)
def packed_differences(secrets: tuple[Secret, ...]) -> bytes:
    """The differences of each secret behind their length, for the compiled part; none is in as much as is looked at."""
    found = (each for _, each in _differences_of(secrets) if len(each) < _LONGEST)
    return b"".join(len(each).to_bytes(2) + each for each in found)


def _differences(data: bytes) -> bytes:
    """In which bits each byte differs from the next one."""
    return (int.from_bytes(data[:-1]) ^ int.from_bytes(data[1:])).to_bytes(max(len(data) - 1, 0))
