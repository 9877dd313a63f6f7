"""Links and addresses that are rewritten on their way: Proofpoint's URL Defense, and Cloudflare's protection of mail.

Each stands within a line, and is decoded with a `LineDecoder`.
"""

from __future__ import annotations

import base64
import re
from itertools import islice

from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.decoders.armour.within_line import WithinLine

_DIGITS = lazy_pattern(rb"[0-9A-Fa-f]*")
# Up to what no URL has, or to the next parameter.
_URL = lazy_pattern(rb"[^\s\"'<>&\\]*")
_ESCAPE = lazy_pattern(rb"-([0-9A-Fa-f]{2})|_")
# The URL, and what was taken out of it: a run of characters is two asterisks and a letter for its length.
_WITHOUT_SIGNS = lazy_pattern(rb"(?P<url>[^\s\"'<>\\]*?)__;(?P<signs>[0-9A-Za-z_-]*)")
_TAKEN_OUT = lazy_pattern(rb"\*\*([A-Za-z0-9_-])|\*")
_LENGTHS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_FEWEST_IN_RUN = 2


class MailAddress(WithinLine):
    """The key, and a mail address, each byte of which was combined with it (XOR)."""

    def line(self, line: bytes) -> bytes:
        """Decode the digits at the beginning."""
        digits = self.written(line, _DIGITS)
        key, *others = bytes.fromhex(digits[: len(digits) & ~1].decode()) or b"\0"
        return bytes(key ^ other for other in others)


class RewrittenUrl(WithinLine):
    """URL Defense, version 2: a hyphen for each percent sign, and an underscore for each slash."""

    def line(self, line: bytes) -> bytes:
        """Decode the URL at the beginning."""
        url = self.written(line, _URL)
        return _ESCAPE.sub(lambda escape: bytes([int(escape[1], 16)]) if escape[1] else b"/", url)


class UrlWithoutSigns(WithinLine):
    """URL Defense, version 3: an asterisk for each sign, which are in base64 behind it."""

    def line(self, line: bytes) -> bytes:
        """Put the signs back."""
        found = _WITHOUT_SIGNS.match(line)
        if not found:
            raise ValueError
        self.rest = len(line) - found.end()
        signs = iter(
            base64.urlsafe_b64decode(found["signs"] + b"=" * (-len(found["signs"]) % 4)).decode(errors="replace")
        )

        def put_back(taken: re.Match[bytes]) -> bytes:
            count = _LENGTHS.index(taken[1]) + _FEWEST_IN_RUN if taken[1] else 1
            return "".join(islice(signs, count)).encode()

        return _TAKEN_OUT.sub(put_back, found["url"])
