"""Payloads of IKEv2 in clear: which belong there, and the structure that each has (RFC 7296, 3), byte by byte."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.packets.usual_text import has_long_text, is_description, is_prose, is_written

if TYPE_CHECKING:
    from collections.abc import Callable

# Those of IKE_SA_INIT (RFC 7296, 1.2): proposals, a public value, a request for certificates, a nonce, notifications,
# and vendor IDs.
PROPOSALS, PUBLIC_VALUE, REQUEST, NONCE, NOTIFY, VENDOR = 33, 34, 38, 40, 41, 43
# The lengths of public values by group (https://www.iana.org/assignments/ikev2-parameters); of ML-KEM, by either side.
_PUBLIC_VALUES = {
    1: (96,), 2: (128,), 5: (192,), 14: (256,), 15: (384,), 16: (512,), 17: (768,), 18: (1024,), 19: (64,), 20: (96,),
    21: (132,), 22: (128,), 23: (256,), 24: (256,), 25: (48,), 26: (56,), 27: (56,), 28: (64,), 29: (96,), 30: (128,),
    31: (32,), 32: (56,), 35: (800, 768), 36: (1184, 1088), 37: (1568,),
}  # fmt: skip
# Half the key of a PRF or more (RFC 7296, 2.10): programs have so many whole words.
_NONCES, HASH, MAX_HASHES = range(16, 65, 4), 20, 64
# Certificates that are asked for by hashes of keys: X.509, and bundles of it (3.6).
_CERTIFICATES = {4, 12, 13}
# Of notifications, how long the data is: hashes of addresses, codes of SHA-1 or longer with a time or number (2.6),
# a group; all others have none.
_NAT, _COOKIE, _HASHES, _GROUP, _CRITICAL = {16388, 16389}, 16390, 16431, 17, 1
_COOKIES = {16, 20, 24, 28, 32, 36, 40, 48, 64}
_HASH_ALGORITHMS = range(1, 8)
# Vendor IDs are hashes, of MD5 and SHA-1, with a version or several of Check Point; and the beginning of one, of XAUTH.
_VENDORS = {8, 16, 20, 40}
# What precedes the data of a notification: a protocol, the length of an SPI, and a type.
_NOTIFY_HEADER = 4
# So many letters of a vendor ID may be no known words, such as the name of a feature. Many are hashes.
_FEW = 8
# Types of transforms, up to seven additional key exchanges (RFC 9370), with the last number of each; an attribute is
# the length of a key.
_TRANSFORMS = {1: 35, 2: 9, 3: 14, 4: 37, 5: 1, **dict.fromkeys(range(6, 13), 37)}
_KEY_LENGTH, _KEY_LENGTHS = b"\x80\x0e", range(40, 449, 8)
_PROPOSAL_HEADER, _TRANSFORM_HEADER = 8, 8


def is_ordinary(kind: int, body: bytes) -> bool:
    """Whether a payload is of a type that is in clear, and has its structure; that of a vendor ID names the vendor."""
    if not any(body):
        return True
    check = _CHECKS.get(kind)
    try:
        return check is not None and check(body)
    except IndexError:
        return False


def _is_random(value: bytes) -> bool:
    return not (has_long_text(value) or is_written(value))


def fits_group(body: bytes) -> bool:
    """Whether a public value is as long as those of its group (3.4), and what is reserved is zero."""
    return len(body) - 4 in _PUBLIC_VALUES.get(int.from_bytes(body[:2]), ()) and not any(body[2:4])


def _is_public_value(body: bytes) -> bool:
    return fits_group(body) and _is_random(body[4:])


def _is_nonce(body: bytes) -> bool:
    return len(body) in _NONCES and _is_random(body)


def _is_request(body: bytes) -> bool:
    """An encoding and hashes of keys (3.7)."""
    hashes, rest = divmod(len(body) - 1, HASH)
    each = [body[at : at + HASH] for at in range(1, len(body), HASH)]
    return body[0] in _CERTIFICATES and not rest and hashes <= MAX_HASHES and all(map(_is_random, each))


def _is_notification(body: bytes) -> bool:
    """A notification (3.10), which belongs to no other SA yet."""
    kind, data = int.from_bytes(body[2:4]), body[_NOTIFY_HEADER:]
    if body[0] > 1 or body[1]:
        return False
    if kind in _NAT:
        return len(data) == HASH and _is_random(data)
    if kind == _COOKIE:
        return len(data) in _COOKIES and _is_random(data) and not is_prose(data)
    if kind == _HASHES:
        return len(data) % 2 == 0 and not any(data[::2]) and all(each in _HASH_ALGORITHMS for each in data[1::2])
    return len(data) == {_GROUP: 2, _CRITICAL: 1}.get(kind, 0)


def _is_vendor(body: bytes) -> bool:
    is_text = is_prose(body) or has_long_text(body) or is_written(body)
    return is_description(body, _FEW) if is_text else len(body) in _VENDORS


def _are_proposals(body: bytes) -> bool:
    """Proposals without an SPI (3.3), whose transforms are assigned."""
    at = 0
    while at < len(body):
        end = at + int.from_bytes(body[at + 2 : at + 4])
        # Its number, IKE, and no SPI.
        if (
            not body[at + 4]
            or body[at + 5] != 1
            or body[at + 6]
            or not _are_transforms(body[at + _PROPOSAL_HEADER : end])
        ):
            return False
        at = max(end, at + _PROPOSAL_HEADER)
    return True


def _are_transforms(body: bytes) -> bool:
    at = 0
    while at < len(body):
        length, kind = int.from_bytes(body[at + 2 : at + 4]), body[at + 4]
        number = int.from_bytes(body[at + 6 : at + 8])
        attribute = body[at + _TRANSFORM_HEADER : at + length]
        is_key_length = attribute[:2] == _KEY_LENGTH and int.from_bytes(attribute[2:]) in _KEY_LENGTHS
        if body[at + 5] or number > _TRANSFORMS.get(kind, -1) or not (is_key_length or not attribute):
            return False
        at += max(length, _TRANSFORM_HEADER)
    return True


_CHECKS: dict[int, Callable[[bytes], bool]] = {
    PROPOSALS: _are_proposals,
    PUBLIC_VALUE: _is_public_value,
    REQUEST: _is_request,
    NONCE: _is_nonce,
    NOTIFY: _is_notification,
    VENDOR: _is_vendor,
}
