"""Codings of bytes as text that a mark begins, decoded line by line.

uuencode, base85, yEnc, rewritten links, and passwords that are hidden with a published key.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from html import unescape
from typing import Protocol

from overheard.words.layer import Layer, LayerKind
from overheard.words.named_tuple import NamedTuple
from overheard_capture.content.findings import PRIVATE_KEY, SESSION_KEYS, SYMMETRIC_KEY
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.decoders.armour.links import MailAddress, RewrittenUrl, UrlWithoutSigns
from overheard_capture.decoders.armour.published_keys import (
    CiscoPassword,
    GroupPolicyPassword,
    JunosPassword,
    WebSpherePassword,
)

UUENCODE = Layer("uuencode", LayerKind.SPELLED)
BASE85, YENC = Layer("base85"), Layer("yEnc")
CLOUDFLARE, URL = Layer("Cloudflare address"), Layer("URL Defense")
CISCO, JUNOS = Layer("Cisco type 7 password"), Layer("Junos $9$ password")
WEBSPHERE, GROUP_POLICY = Layer("WebSphere {xor} password"), Layer("group policy password")


class LineDecoder(Protocol):
    """Decodes lines.

    `ended` is set at the end, and `restarts` if what follows is another content. The last `rest` bytes of the last line
    are no part of it.
    """

    ended: bool
    restarts: bool
    rest: int

    def line(self, line: bytes) -> bytes:
        """What a line decodes to. It may be only a part of a line, if that is long. Raises ValueError."""


class _Lines:
    def __init__(self) -> None:
        self.ended = self.restarts = False
        self.rest = 0


def _fitting(line: bytes, length: Callable[[int], int]) -> bytes:
    """A line of the length that its first byte announces, unescaped if it is longer: from HTML, or quotes doubled.

    Or from quoted-printable, which may stand in HTML.
    """
    text = line
    for _ in range(_ESCAPED):
        if len(text) <= length(text[0]):
            return text
        if not _ESCAPES.search(text):
            break
        if b"=" in text:
            plain = binascii.a2b_qp(text)
            if len(plain) == length(plain[0]):
                return plain
        singles = text.replace(b"''", b"'"), text.replace(b'""', b'"')
        for single in (*singles, singles[0].replace(b'""', b'"')):
            if len(single) == length(single[0]):
                return single
        text = unescape(text.decode("latin-1")).encode("latin-1", errors="replace")
    # A checksum may follow it.
    return line


class Uuencode(_Lines):
    """The lines after `begin MODE NAME` (POSIX, uuencode)."""

    def line(self, line: bytes) -> bytes:
        """Decode a line: its first character is the number of bytes. It may be indented, and end in a checksum."""
        line = line.rstrip(b"\r\n").lstrip(b" \t")
        if line == b"end" or not line:
            self.ended = line == b"end"
            return b""
        line = _fitting(line, lambda first: 1 + (((first - 32) & 63) + 2) // 3 * 4)
        length = (line[0] - 32) & 63
        return binascii.a2b_uu(line[: 1 + (length + 2) // 3 * 4])


class GitPatch(_Lines):
    """The lines after `GIT binary patch`: `literal` or `delta` before each of two contents, which are zlib."""

    def line(self, line: bytes) -> bytes:
        """Decode a line: its first letter is the number of bytes."""
        line = line.strip()
        self.restarts = bool(_GIT_CONTENT.fullmatch(line))
        if self.restarts or not line:
            return b""
        if not line[:1].isalpha():
            raise ValueError
        line = _fitting(line, lambda first: 1 + (_git_length(first) + 3) // 4 * 5)
        return base64.b85decode(line[1:])[: _git_length(line[0])]


def _git_length(letter: int) -> int:
    """The number of bytes for which a letter stands: 1 to 26 for capital ones, 27 to 52 for small ones."""
    return letter - 64 if letter < 96 else letter - 70


class Ascii85(_Lines):
    """What follows `<~`, up to `~>`."""

    def __init__(self) -> None:
        super().__init__()
        # An incomplete group of five characters.
        self._pending = b""

    def line(self, line: bytes) -> bytes:
        """Decode a line, or a part of one."""
        line, end, _ = line.partition(b"~")
        chars = self._pending + line.translate(None, b" \t\r\n\0\f\v").replace(b"z", b"!!!!!")
        self.ended = bool(end)
        whole = len(chars) if self.ended else len(chars) // 5 * 5
        self._pending = chars[whole:]
        return base64.a85decode(chars[:whole])


class Yenc(_Lines):
    """The lines after `=ybegin` (yEnc 1.3)."""

    def line(self, line: bytes) -> bytes:
        """Decode a line: to each byte 42 was added, and 64 more after an equals sign."""
        if line.startswith(b"=y"):
            self.ended = line.startswith(b"=yend")
            return b""
        first, *escaped = line.rstrip(b"\r\n").split(b"=")
        return b"".join([first.translate(_LESS_42), *(_unescaped(piece) for piece in escaped)])


def _unescaped(piece: bytes) -> bytes:
    return piece[:1].translate(_LESS_106) + piece[1:].translate(_LESS_42)


# How often a line may be escaped; and what there is in one that is.
_ESCAPED = 4
_ESCAPES = lazy_pattern(rb"[=&]|''|\"\"")
_LESS_42, _LESS_106 = (bytes((byte - less) % 256 for byte in range(256)) for less in (42, 106))
_GIT_CONTENT = lazy_pattern(rb"(?:literal|delta) \d+")


class Key(NamedTuple):
    """A key that lets a listener read what is encrypted: the marks, one of which it begins with, and what it is."""

    marks: tuple[bytes, ...]
    begins: re.Pattern[bytes]
    what: str


def _in_json(pattern: bytes) -> re.Pattern[bytes]:
    """A pattern with `@` for a quote, which is escaped if the JSON is in a string, and blanks around each colon."""
    return lazy_pattern(pattern.replace(b"@:@", rb"@\s{0,8}:\s{0,8}@").replace(b"@", rb'\\{0,3}"'))


KEYS = (
    # RFC 7468, 10; a line of base64 follows, and not the headers of one with a password (RFC 1421, 4.6.1.1).
    Key(
        tuple(b"-----BEGIN %bPRIVATE KEY-----" % kind for kind in (b"", b"RSA ", b"EC ")),
        lazy_pattern(rb"-----BEGIN (?:RSA |EC )?PRIVATE KEY-----(?:\s|\\+[rn]){1,8}[A-Za-z0-9+/]{40}"),
        PRIVATE_KEY,
    ),
    # RFC 7518, 6.3.2
    Key((b'"dq"',), lazy_pattern(rb'"dq"\s{0,8}:\s{0,8}"[A-Za-z0-9_-]{40}'), PRIVATE_KEY),
    # RFC 7518, 6.2.2 and 6.4.1; RFC 8037, 2. Members are in any order, most often in this or in that of the alphabet.
    Key(
        (b'"kty', b'"crv'),
        _in_json(
            rb'"(?:kty@:@(?:EC|OKP)|crv@:@(?:P-(?:256|384|521)|secp256k1|Ed(?:25519|448)|X(?:25519|448)))@'
            rb"[^{}]{0,700}?@d@:@[A-Za-z0-9_-]{43,88}@"
        ),
        PRIVATE_KEY,
    ),
    Key(
        (b'"kty', b'"k":', b'"k\\":'),
        _in_json(
            rb'"(?:kty@:@oct@[^{}]{0,700}?@k@:@[A-Za-z0-9_-]{20,}@'
            rb"|k@:@[A-Za-z0-9_-]{20,}@[^{}]{0,300}?@kty@:@oct@)"
        ),
        SYMMETRIC_KEY,
    ),
    # As APIs of routers, VPNs and Zabbix have them: the name says that it is a key, and its value is no identifier.
    Key(
        (b'psk"', b"psk\\", b"ivateKey", b"ivate_key", b"haredKey", b"hared_key"),
        _in_json(
            rb"(?:psk|hared_?[kK]ey)@:@[0-9A-Fa-f]{32,128}@"
            rb"|(?:psk|hared_?[kK]ey|ivate_?[kK]ey)@:@(?:[A-Za-z0-9+]|\\{0,3}/){42}[AEIMQUYcgkosw048]=@"
        ),
        SYMMETRIC_KEY,
    ),
    # ipsec.secrets of strongSwan, wpa_supplicant.conf, and the files of WireGuard (wg(8)) and OpenVPN.
    Key(
        (b": PSK ", b"psk=", b"PrivateKey = ", b"PresharedKey = ", b"-----BEGIN OpenVPN Static key V1-----"),
        lazy_pattern(
            rb": PSK (?:\x22[^\x22\n]{1,128}\x22|0x[0-9A-Fa-f]{16,}|0s[A-Za-z0-9+/]{16,})"
            rb"|psk=[0-9A-Fa-f]{64}(?![0-9A-Fa-f])"
            rb"|(?:PrivateKey|PresharedKey) = [A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]="
            rb"|-----BEGIN OpenVPN Static key V1-----(?:\s|\\+[rn]){1,8}[0-9a-f]{32}"
        ),
        SYMMETRIC_KEY,
    ),
    # RFC 9850, 1.1
    Key(
        (b"CLIENT_RANDOM ", *(b"%b_TRAFFIC_SECRET_" % side for side in (b"CLIENT", b"SERVER"))),
        lazy_pattern(rb"(?:CLIENT_RANDOM|(?:CLIENT|SERVER)_TRAFFIC_SECRET_\d+) [0-9A-Fa-f]{64} [0-9A-Fa-f]{64}"),
        SESSION_KEYS,
    ),
)


class LineCoding(NamedTuple):
    """A coding: the marks, one of which stands before it and may be the beginning of a line; its layer and decoder."""

    marks: tuple[bytes, ...]
    begins: re.Pattern[bytes]
    layer: Layer
    make: Callable[[], LineDecoder]


# After the word of uuencode, which is frequent, there is an octal number.
BEGIN = tuple(b"begin %d" % digit for digit in range(8))
# The lines after it are no text.
YENC_MARK = b"=ybegin "
URL_DEFENSE = b"urldefense."
LINE_CODINGS = (
    LineCoding(BEGIN, lazy_pattern(rb"begin [0-7]{3,4} [^\r\n]{1,255}\r?\n"), UUENCODE, Uuencode),
    LineCoding((b"GIT binary patch",), lazy_pattern(rb"GIT binary patch\r?\n"), BASE85, GitPatch),
    LineCoding((YENC_MARK,), lazy_pattern(rb"=ybegin (?:[a-z]+=\d{1,20} ){2,4}name=[^\r\n]{0,500}\r?\n"), YENC, Yenc),
    LineCoding((b"<~",), lazy_pattern(rb"<~"), BASE85, Ascii85),
    LineCoding(
        (b"cfemail=", b"email-protection#"),
        lazy_pattern(rb"(?:cfemail=(?:\\{0,3}[\"']|&quot;)?|email-protection#)(?=[0-9A-Fa-f]{8})"),
        CLOUDFLARE,
        MailAddress,
    ),
    LineCoding((URL_DEFENSE,), lazy_pattern(rb"urldefense\.[a-z.]{2,20}/v2/url\?u="), URL, RewrittenUrl),
    LineCoding((URL_DEFENSE,), lazy_pattern(rb"urldefense\.[a-z.]{2,20}/v3/__"), URL, UrlWithoutSigns),
    LineCoding(
        tuple(b"%b 7 " % word for word in (b"password", b"secret", b"key", b"string", b"ascii", b"md5")),
        lazy_pattern(rb"[a-z5]+ 7 [\"']?(?=(?:0\d|1[0-5])(?:[0-9A-Fa-f]{2}){3})"),
        CISCO,
        CiscoPassword,
    ),
    LineCoding((b"$9$",), lazy_pattern(rb"\$9\$(?=[A-Za-z0-9./-]{8})"), JUNOS, JunosPassword),
    LineCoding((b"{xor}",), lazy_pattern(rb"\{xor\}(?=[A-Za-z0-9+/]{4})"), WEBSPHERE, WebSpherePassword),
    LineCoding(
        (b"cpassword",),
        lazy_pattern(rb"cpassword(?:\\{0,3}[\"'])?\s?[=:]\s?(?:\\{0,3}[\"']|&quot;)?(?=[A-Za-z0-9+/]{22})"),
        GROUP_POLICY,
        GroupPolicyPassword,
    ),
)
