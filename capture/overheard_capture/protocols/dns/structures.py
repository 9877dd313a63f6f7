"""The structure of binary records and options of DNS, byte by byte.

A number has its length and its range; a hash, a key or a signature is random, and exactly as long as its algorithm
makes it. What has another structure, or none that is known here, may say anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.packets.usual_text import has_text, is_name, is_prose
from overheard_capture.protocols.type_length_values import type_length_values

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping

    Lengths = Mapping[int, Container[int]]

# By algorithm (https://www.iana.org/assignments/dns-sec-alg-numbers), how long signatures and keys are; all others are
# RSA, with 512 to 4096 bits.
_RSA = {5, 7, 8, 10}
_SIGNATURES: Lengths = dict.fromkeys(_RSA, range(64, 513)) | {13: {64}, 14: {96}, 15: {64}, 16: {114}}
_KEYS: Lengths = {13: {64}, 14: {96}, 15: {32}, 16: {57}}
# By the type of a digest: DS (https://www.iana.org/assignments/ds-rr-types), SSHFP (RFC 6594), TLSA (RFC 6698, 2.1.3).
_DIGESTS: Lengths = {1: {20}, 2: {32}, 3: {32}, 4: {48}, 5: {32}, 6: {32}}
_FINGERPRINTS: Lengths = {1: {20}, 2: {32}}
_ASSOCIATIONS: Lengths = {1: {32}, 2: {64}}
# A key for zones, one that signs keys, a revoked one, and none (RFC 4034, 2.1.1).
_KEY_FLAGS, _KEY_PROTOCOL = {0, 256, 257, 384, 385}, 3
# The longest exponent, and the bytes of a modulus.
_LONGEST_EXPONENT, _WORD, _TOP_BIT = 4, 8, 0x80
_MOST_ITERATIONS, _LONGEST_SALT, _HASH = 2500, 16, 20
_NUMBERS_OF_SIGNATURE = 18
# Types in the first block of a bitmap that are assigned (https://www.iana.org/assignments/dns-parameters), and blocks.
_ASSIGNED = {*range(1, 69), *range(99, 110), 128, *range(249, 256)}
_BLOCKS, _LONGEST_BLOCK = {0, 1, 128}, 32
# Codes of TSIG (RFC 8945, 6): how long they are, cut or not.
_CODES = {0, 10, 12, 14, 16, 20, 24, 28, 32, 48, 64}
# Parameters of a service (https://www.iana.org/assignments/dns-svcb).
_ECH, _PATH, _ALPN = 5, 7, 1
_PROTOCOL = lazy_pattern(
    rb"h2c?|h3(?:-\d\d|-Q\d{3})?|hq(?:-\d\d)?|http/1\.[01]|spdy/[123](?:\.1)?|do[tq]|co|acme-tls/1"
)
_PATH_FORM = lazy_pattern(rb"/?(?:dns-query|resolve|query)?(?:\{\?dns\})?")
# So many bytes at once show whether they are text.
_HALF = 12
_ECH_VERSION, _KEYS_OF_ECH = b"\xfe\x0d", {0x10: 65, 0x11: 97, 0x12: 133, 0x20: 32, 0x21: 56}


def has_structure(kind: int, value: bytes) -> bool:
    """Whether the data of a record has the structure of its type."""
    try:
        return kind in _RECORDS and _RECORDS[kind](value)
    except IndexError:
        return False


def random_at(kind: int, value: bytes) -> int:
    """Where what is random begins in the data of a record; -1 if nothing is."""
    if kind == _RRSIG:
        return after_name(value, _NUMBERS_OF_SIGNATURE)
    return _RANDOM_FROM.get(kind, -1)


def after_name(value: bytes, at: int) -> int:
    """The offset behind a name, which may end in a pointer."""
    while at < len(value) and value[at]:
        if value[at] >= 0xC0:
            return at + 2
        at += 1 + value[at]
    return at + 1


def is_usual_option(code: int, value: bytes) -> bool:
    """Whether an option of EDNS that is a number, a list of them or a random value has its structure."""
    try:
        return code in _OPTIONS and _OPTIONS[code](value)
    except IndexError:
        return False


def _is_random(value: bytes) -> bool:
    """Whether this may be random: no text, in long values at the beginning and end alone."""
    return not (_has_words(value) or is_prose(value))


def _has_words(value: bytes) -> bool:
    """Whether long random bytes have more letters in a row than any have by chance, or are all letters."""
    starts = range(0, max(len(value) - _HALF, 1), _HALF)
    windows = [value[at : at + 2 * _HALF] for at in starts]
    return any(has_text(each) and sum(32 <= byte < 127 for byte in each) * 8 >= len(each) * 7 for each in windows)


def _digest(kind_at: int, at: int, lengths: Lengths, most: int = 255) -> Callable[[bytes], bool]:
    """A digest behind its type and other small numbers."""

    def is_digest(value: bytes) -> bool:
        size = len(value) - at
        return size in lengths.get(value[kind_at], ()) and max(value[:kind_at]) <= most and _is_random(value[at:])

    return is_digest


def _is_key(value: bytes) -> bool:
    """DNSKEY (RFC 4034, 2)."""
    if int.from_bytes(value[:2]) not in _KEY_FLAGS or value[2] != _KEY_PROTOCOL:
        return False
    algorithm, key = value[3], value[4:]
    if algorithm in _RSA:
        # An exponent with its length, and a modulus (RFC 3110, 2), whose first and last bits are set.
        modulus = key[1 + key[0] :]
        is_modulus = len(modulus) in _SIGNATURES[algorithm] and len(modulus) % _WORD == 0 and modulus[0] >= _TOP_BIT
        return key[0] <= _LONGEST_EXPONENT and is_modulus and modulus[-1] % 2 == 1 and _is_random(modulus)
    # With none, a parent is asked to remove its own (RFC 8078, 4).
    return key == b"\0" if algorithm == 0 else len(key) in _KEYS.get(algorithm, ()) and _is_random(key)


def _is_signature(value: bytes) -> bool:
    """RRSIG (RFC 4034, 3)."""
    signature = value[after_name(value, _NUMBERS_OF_SIGNATURE) :]
    return len(signature) in _SIGNATURES.get(value[2], ()) and _is_random(signature)


def _is_bitmap(value: bytes) -> bool:
    """Types that there are for a name (RFC 4034, 4.1.2)."""
    at = 0
    while at < len(value):
        block, length = value[at], value[at + 1]
        bits = value[at + 2 : at + 2 + length]
        if block not in _BLOCKS or not 0 < length == len(bits) <= _LONGEST_BLOCK or has_text(bits):
            return False
        types = [8 * byte + bit for byte in range(length) for bit in range(8) if bits[byte] << bit & _TOP_BIT]
        if not _ASSIGNED.issuperset(types) if block == 0 else length > 2:
            return False
        at += 2 + length
    return True


def _is_hashed(value: bytes) -> bool:
    """NSEC3 (RFC 5155, 3): a salt, the hash of the next name, and types."""
    salt = 5 + value[4]
    following = value[salt + 1 : salt + 1 + value[salt]]
    is_next = len(following) == _HASH and _is_random(following) and _is_bitmap(value[salt + 1 + _HASH :])
    return is_next and _are_parameters(value[:salt])


def _are_parameters(value: bytes) -> bool:
    """NSEC3PARAM (RFC 5155, 4): SHA-1, flags, how often, and a salt."""
    salt = value[5:]
    is_few = int.from_bytes(value[2:4]) <= _MOST_ITERATIONS
    return value[0] == 1 and value[1] <= 1 and is_few and len(salt) == value[4] <= _LONGEST_SALT and not has_text(salt)


def _is_code(value: bytes) -> bool:
    """TSIG (RFC 8945, 4.2): an algorithm, a time, a code, an identifier, and another time if clocks differ."""
    at = after_name(value, 0) + 8
    size = int.from_bytes(value[at : at + 2])
    other = at + 2 + size + 4
    length = int.from_bytes(value[other : other + 2])
    return size in _CODES and length in (0, 6) and len(value) == other + 2 + length and _is_random(value[at + 2 :])


def _is_service(value: bytes) -> bool:
    """The parameters of a service (RFC 9460, 2.2), behind its priority and name."""
    at = after_name(value, 2)
    for key, start, at in type_length_values(value, at):  # noqa: B020
        if key not in _PARAMETERS or not _PARAMETERS[key](value[start:at]):
            return False
    return at == len(value)


def _are_protocols(value: bytes) -> bool:
    at = 0
    while at < len(value):
        if not _PROTOCOL.fullmatch(value, at + 1, at + 1 + value[at]):
            return False
        at += 1 + value[at]
    return at == len(value)


def _is_ech(value: bytes) -> bool:
    """A list of configurations (RFC 9849, 4): a key, ciphers, the name of a server, and no extensions."""
    at = 2
    while at < len(value):
        end = at + 4 + int.from_bytes(value[at + 2 : at + 4])
        key = at + 9
        size = int.from_bytes(value[at + 7 : key])
        ciphers = key + size + 2
        name = ciphers + int.from_bytes(value[ciphers - 2 : ciphers]) + 2
        public = value[name : name + value[name - 1]]
        is_key = size == _KEYS_OF_ECH.get(int.from_bytes(value[at + 5 : at + 7])) and _is_random(
            value[key : key + size]
        )
        are_ciphers = (name - 2 - ciphers) % 4 == 0 and not any(value[ciphers : name - 2 : 2])
        if value[at : at + 2] != _ECH_VERSION or not (is_key and are_ciphers and is_name(public)):
            return False
        if value[name + len(public) : end] != b"\0\0":
            return False
        at = end
    return at == len(value) == 2 + int.from_bytes(value[:2])


def _is_subnet(value: bytes) -> bool:
    """A family, two lengths, and as much of an address (RFC 7871, 6)."""
    longest = {1: 32, 2: 128}.get(int.from_bytes(value[:2]), 0)
    return value[2] <= longest and len(value) == 4 + (value[2] + 7) // 8 and not has_text(value[4:])


def _length(*lengths: int) -> Callable[[bytes], bool]:
    return lambda value: len(value) in lengths


def _list_of(size: int) -> Callable[[bytes], bool]:
    """A list of numbers of a size, or of addresses: what several have is looked at together elsewhere."""
    return lambda value: len(value) % size == 0 and not has_text(value)


_PARAMETERS: Mapping[int, Callable[[bytes], bool]] = {
    0: lambda keys: len(keys) % 2 == 0 and not any(keys[::2]),
    _ALPN: _are_protocols,
    2: _length(0),
    3: _length(2),
    4: _list_of(4),
    _ECH: _is_ech,
    6: _list_of(16),
    _PATH: lambda path: _PATH_FORM.fullmatch(path) is not None,
    8: _length(0),
}
_RRSIG = 46
_RECORDS: Mapping[int, Callable[[bytes], bool]] = {
    1: _length(4),
    28: _list_of(16),
    104: _length(10),
    105: _length(6),
    106: _length(10),
    108: _length(6),
    29: lambda value: len(value) == 16 and value[0] == 0 and not has_text(value),
    109: lambda value: len(value) == 8 and not has_text(value),
    **dict.fromkeys((43, 59), lambda value: value == bytes(5) or _digest(3, 4, _DIGESTS)(value)),
    44: _digest(1, 2, _FINGERPRINTS, most=6),
    **dict.fromkeys((52, 53), _digest(2, 3, _ASSOCIATIONS, most=3)),
    **dict.fromkeys((25, 48, 60), _is_key),
    _RRSIG: _is_signature,
    47: lambda value: _is_bitmap(value[after_name(value, 0) :]),
    50: _is_hashed,
    51: _are_parameters,
    250: _is_code,
    **dict.fromkeys((64, 65), _is_service),
}
# Salts and hashes, keys and digests.
_RANDOM_FROM = {25: 4, 43: 4, 44: 2, 48: 4, 50: 5, 51: 5, 52: 3, 53: 3, 59: 4, 60: 4}
# Options (https://www.iana.org/assignments/dns-parameters): the owner of a service that sleeps, algorithms that are
# understood, a subnet, an expiry, a cookie (RFC 7873, 4), a time, tags of keys; and the address of a client, as dnsmasq
# adds it.
_OPTIONS: Mapping[int, Callable[[bytes], bool]] = {
    # A version, a counter, and two addresses of hardware, of which the second may be left out.
    4: lambda value: len(value) in (8, 14) and value[0] == 0 and not has_text(value),
    **dict.fromkeys((5, 6, 7), lambda value: len(set(value)) == len(value) and max(value) <= 16),
    8: _is_subnet,
    9: _length(0, 4),
    10: lambda value: (len(value) == 8 or 16 <= len(value) <= 40) and not any(map(is_prose, (value[:8], value[8:]))),
    11: _length(0, 2),
    14: _list_of(2),
    65001: lambda value: len(value) == 6 and not has_text(value),
}
