"""Control chunks of SCTP (RFC 9260, 3.3), and whether each has what its type says, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.packets.usual_text import has_long_text, has_text, is_description, is_name, printable_runs

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Mapping

_MAX_COOKIE, _MAX_HEARTBEAT, _MAX_QUOTED = 4096, 128, 1500
# Parameters of INIT and INIT ACK that have a fixed length, or a few numbers: addresses, a preservative, types of
# addresses and chunks, codes (RFC 4895, 3), and those of extensions.
_PARAMETERS: Mapping[int, Container[int]] = {
    5: {4},
    6: {16},
    9: {4},
    12: range(2, 13, 2),
    0x8000: {0},
    0x8001: {4},
    0x8002: range(16, 257),
    0x8003: range(65),
    0x8004: range(2, 17, 2),
    0x8008: range(33),
    0xC000: {0},
    0xC006: {4},
}
_COOKIE, _HOST_NAME, _UNRECOGNIZED, _PADDING = 7, 11, 8, 0x8005
# Causes of errors: those of a fixed length, those that quote the other side, and those with a text.
_CAUSES: Mapping[int, Container[int]] = {1: {4}, 3: {4}, 4: {0}, 7: {0}, 9: {4}, 10: {0}}
_QUOTING, _WITH_TEXT = {2, 5, 6, 8, 11, 0xA0, 0xA1, 0xA2, 0xA3, 0xA4, 0x105}, {12, 13}
# Parameters of address configuration (RFC 5061, 4.2), and of the configuration of streams (RFC 6525, 4).
_ADDRESSES, _LONGEST_ADDRESS = {5, 6, 0xC001, 0xC002, 0xC003, 0xC004, 0xC005, 0xC006}, 64
_STREAMS: Mapping[int, Container[int]] = {
    13: range(12, 1024, 2),
    14: range(4, 1024, 2),
    15: {4},
    16: {8, 16},
    17: {8},
    18: {8},
}
_CODES = {20, 32}
# Chunks with causes of errors, which may have a text: so many of its letters may be no known words. What is up to so
# long is no sentence.
_ENDING, _FEW, _SHORT = {6, 9}, 16, 16


def is_ordinary(kind: int, value: bytes) -> bool:
    """Whether a chunk, without its header, has what its type says; True for types that are not known."""
    check = _CHUNKS.get(kind)
    if check is None or not any(value):
        return True
    return check(value) and (kind in _ENDING or not has_long_text(value))


def _parameters(value: bytes) -> Iterator[tuple[int, bytes]]:
    """The type and value of each parameter or cause; -1 for what is none."""
    at = 0
    while at < len(value):
        kind, length = int.from_bytes(value[at : at + 2]), int.from_bytes(value[at + 2 : at + 4])
        if length < 4 or at + length > len(value):
            yield -1, value[at:]
            return
        yield kind, value[at + 4 : at + length]
        end = at + length + -length % 4
        if any(value[at + length : end]):
            yield -1, value[at + length : end]
        at = end


def _is_parameter(kind: int, value: bytes) -> bool:
    if kind in _PARAMETERS:
        return len(value) in _PARAMETERS[kind] and not has_text(value)
    if kind == _HOST_NAME:
        return is_name(value.rstrip(b"\0"))
    if kind == _UNRECOGNIZED:
        return len(value) <= _LONGEST_ADDRESS and not has_text(value)
    return (kind == _COOKIE and len(value) <= _MAX_COOKIE) or (kind == _PADDING and not any(value))


def _is_cause(kind: int, value: bytes) -> bool:
    if kind in _CAUSES:
        return len(value) in _CAUSES[kind]
    if kind in _WITH_TEXT:
        # The chunk that is wrong may follow the text.
        described = all(is_description(run, _FEW) for run in printable_runs(value))
        return described and len(value) <= _MAX_QUOTED and (len(value) > _SHORT or not has_text(value))
    return kind in _QUOTING and len(value) <= _MAX_QUOTED and not has_long_text(value)


def _is_heartbeat(value: bytes) -> bool:
    """One parameter, which only its sender reads: an address, times and a random number."""
    return len(value) <= _MAX_HEARTBEAT and all(kind == 1 and not has_text(each) for kind, each in _parameters(value))


def _is_reconfiguration(value: bytes) -> bool:
    return all(len(each) in _STREAMS.get(kind, ()) for kind, each in _parameters(value))


def _has_addresses(value: bytes) -> bool:
    parameters = _parameters(value[4:])
    return all(kind in _ADDRESSES and len(each) <= _LONGEST_ADDRESS and not has_text(each) for kind, each in parameters)


def _is_acknowledgement(value: bytes) -> bool:
    counts = int.from_bytes(value[8:10]) + int.from_bytes(value[10:12])
    return len(value) == 12 + 4 * counts


def _numbers(first: int, each: int = 0) -> Callable[[bytes], bool]:
    """Whether there is a number of this length, and then only pairs of such a length."""
    return lambda value: len(value) == first or (each > 0 and len(value) > first and (len(value) - first) % each == 0)


def _is_initiation(value: bytes) -> bool:
    return all(_is_parameter(*each) for each in _parameters(value[16:]))


def _are_causes(value: bytes) -> bool:
    return all(_is_cause(*each) for each in _parameters(value))


_CHUNKS: dict[int, Callable[[bytes], bool]] = {
    **dict.fromkeys((1, 2), _is_initiation),
    3: _is_acknowledgement,
    **dict.fromkeys((4, 5), _is_heartbeat),
    **dict.fromkeys((6, 9), _are_causes),
    7: _numbers(4),
    **dict.fromkeys((8, 11, 14), _numbers(0)),
    10: lambda value: len(value) <= _MAX_COOKIE,
    12: _numbers(4, 4),
    13: _numbers(4),
    15: lambda value: len(value) - 4 in _CODES and not has_text(value[4:]),
    **dict.fromkeys((128, 193), _has_addresses),
    130: _is_reconfiguration,
    132: lambda value: not any(value),
    192: _numbers(4, 4),
    194: _numbers(4, 8),
}
