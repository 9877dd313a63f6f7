"""Passwords in configurations that are hidden with a key that everybody knows: whoever listens can read them.

Those of Cisco IOS (type 7), Junos (`$9$`), WebSphere (`{xor}`), and Windows' group policies (`cpassword`, [MS-GPPREF]
2.2.1.1.4). Each stands within a line, and is decoded with a `LineDecoder`.
"""

from __future__ import annotations

import binascii
from itertools import cycle, islice, pairwise

from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.decoders.armour.within_line import WithinLine

_HEXADECIMAL = lazy_pattern(rb"\d\d(?:[0-9A-Fa-f]{2})+")
_BASE64 = lazy_pattern(rb"[A-Za-z0-9+/]+")
# Base64 may lack its own, and more than is needed is ignored.
_PADDING = b"=="
_CISCO = b"dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87"
_WEBSPHERE = ord("_")
_GROUP_POLICY = bytes.fromhex("4e9906e8fcb66cc9faf49310620ffee8f496e806cc057990209b09a433b66c1b")
_BLOCK = 16
# Junos: the characters in order, in four families. Behind one of the first there are three at random, of the next two.
_FAMILIES = (b"QzF3n6/9CAtpu0O", b"B1IREhcSyrleKvMW8LXx", b"7N-dVbwsY2g4oaJZGUDj", b"iHkq.mPf5T")
_AT_RANDOM = {character: 3 - at for at, family in enumerate(_FAMILIES) for character in family}
_PLACES = {character: at for at, character in enumerate(b"".join(_FAMILIES))}
_JUNOS = lazy_pattern(rb"[A-Za-z0-9./-]+")
# What each step from one character to the next counts, for one letter of the password after the other.
_WEIGHTS = ((1, 4, 32), (1, 16, 32), (1, 8, 32), (1, 64), (1, 32), (1, 4, 16, 128), (1, 32, 64))


class CiscoPassword(WithinLine):
    """The place in the key, in two decimal digits, and each byte combined with the next one of it (XOR)."""

    def line(self, line: bytes) -> bytes:
        """Decode the digits at the beginning."""
        digits = self.written(line, _HEXADECIMAL)
        key = islice(cycle(_CISCO), int(digits[:2] or b"0"), None)
        return bytes(byte ^ other for byte, other in zip(bytes.fromhex(digits[2:].decode()), key, strict=False))


class JunosPassword(WithinLine):
    """Each letter is the sum of what the steps between a few characters count."""

    def line(self, line: bytes) -> bytes:
        """Decode the characters at the beginning."""
        written = self.written(line, _JUNOS)
        if not written:
            return b""
        characters = written[:1] + written[1 + _AT_RANDOM[written[0]] :]
        steps = ((_PLACES[to] - _PLACES[of] - 1) % len(_PLACES) for of, to in pairwise(characters))
        letters = bytearray()
        for weights in cycle(_WEIGHTS):
            counted = list(islice(steps, len(weights)))
            if len(counted) < len(weights):
                break
            letters.append(sum(step * weight for step, weight in zip(counted, weights, strict=True)) % 256)
        return bytes(letters)


class WebSpherePassword(WithinLine):
    """Each byte combined with an underscore (XOR), in base64."""

    def line(self, line: bytes) -> bytes:
        """Decode the base64 at the beginning."""
        return bytes(byte ^ _WEBSPHERE for byte in binascii.a2b_base64(self.written(line, _BASE64) + _PADDING))


class GroupPolicyPassword(WithinLine):
    """UTF-16, encrypted with AES-256-CBC and the key that Microsoft has published, in base64."""

    def line(self, line: bytes) -> bytes:
        """Decrypt the base64 at the beginning."""
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes  # noqa: PLC0415  (takes time)

        encrypted = binascii.a2b_base64(self.written(line, _BASE64) + _PADDING)
        decryptor = Cipher(algorithms.AES(_GROUP_POLICY), modes.CBC(bytes(_BLOCK))).decryptor()
        padded = decryptor.update(encrypted[: len(encrypted) // _BLOCK * _BLOCK])
        return padded[: -padded[-1]] if padded and padded[-1] <= _BLOCK else padded
