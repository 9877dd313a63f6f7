"""Logins of protocols that are lines of text: FTP, POP3, IMAP, SMTP, NNTP, IRC and XMPP."""

from __future__ import annotations

import re

from overheard_capture.credentials.kind import CredentialKind, CredentialPattern
from overheard_capture.credentials.values import from_base64, is_placeholder, is_text

# At the beginning of a line. Lines end in CR and LF, or LF alone.
_LINE, _EOL = rb"(?<![^\n])", rb"\r?\n"
_BASE64 = rb"[A-Za-z0-9+/]{4,1000}={0,2}"
# RFC 1635: everybody is.
_ANONYMOUS = frozenset((b"anonymous", b"ftp"))
_TAG = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_"


def _is_password(match: re.Match[bytes]) -> bool:
    return not is_placeholder(match["value"])


def _is_login(match: re.Match[bytes]) -> bool:
    return match["user"].strip().lower() not in _ANONYMOUS and _is_password(match)


def _is_plain(match: re.Match[bytes]) -> bool:
    """Who acts, who logs in, and the password, each after a zero (RFC 4616, 2)."""
    parts = from_base64(match["value"]).split(b"\0")
    return len(parts) == 3 and all(map(is_text, parts)) and bool(parts[1]) and not is_placeholder(parts[2])


def _is_text(match: re.Match[bytes]) -> bool:
    password = from_base64(match["value"])
    return is_text(password) and not is_placeholder(password)


def _is_cram(match: re.Match[bytes]) -> bool:
    """A user and an HMAC (RFC 2195, 2)."""
    return re.fullmatch(rb"[^\0\r\n]+ [0-9a-f]{32}", from_base64(match["value"])) is not None


_ASTRING = rb"(?:\"(?:[^\"\\\r\n]|\\.){0,200}\"|\{[0-9]{1,3}\+?\}\r?\n[^\r\n ]{1,200}|[^\s\"(){%*]{1,200})"
LOGINS: tuple[CredentialKind, ...] = (
    CredentialPattern(
        "ftp-pop3-login",
        (b"user ",),
        re.compile(
            _LINE
            + rb"(?i:user) (?P<user>[^\r\n]{1,128})"
            + _EOL
            + rb"(?:[^\r\n]{0,128}\r?\n){0,3}?(?i:pass) (?P<value>[^\r\n]{1,512})"
            + _EOL
        ),
        _is_login,
        any_case=True,
    ),
    CredentialPattern(
        "pop3-apop",
        (b"apop ",),
        re.compile(_LINE + rb"(?i:apop) [^ \r\n]{1,128} (?P<value>[0-9a-f]{32})" + _EOL),
        any_case=True,
    ),
    CredentialPattern(
        "irc-password",
        (b"pass ",),
        re.compile(_LINE + rb"(?i:pass) :?(?P<value>[^\r\n]{1,512})\r?\n(?:CAP [^\r\n]{0,200}\r?\n){0,2}(?i:nick) "),
        _is_password,
        any_case=True,
    ),
    CredentialPattern(
        "irc-nickserv",
        (b"nickserv :identify ", b"nickserv identify "),
        re.compile(rb"(?i:nickserv) :?(?i:identify) (?:[^\s]{1,64} )?(?P<value>[^\s]{1,256})" + _EOL),
        _is_password,
        any_case=True,
    ),
    CredentialPattern(
        "imap-login",
        (b" login ",),
        # A tag of programs has a digit, and people write the command in capitals; else it is a sentence.
        re.compile(
            _LINE
            + rb"(?:[\w.-]{1,32} LOGIN|(?=[a-zA-Z_.-]{0,32}[0-9])[\w.-]{1,32} (?i:login)) "
            + rb"(?P<user>%b) (?P<value>%b)" % (_ASTRING, _ASTRING)
            + _EOL
        ),
        _is_password,
        any_case=True,
        before=_TAG,
    ),
    CredentialPattern(
        "sasl-plain",
        (b"auth plain", b"authenticate plain"),
        re.compile(
            rb"(?i:auth|authenticate) (?i:plain)(?: |\r?\n(?:(?i:authenticate) )?)(?P<value>" + _BASE64 + rb")" + _EOL
        ),
        _is_plain,
        any_case=True,
    ),
    CredentialPattern(
        "sasl-login",
        (b"auth login", b"authenticate login"),
        re.compile(rb"(?i:auth|authenticate) (?i:login)(?: |\r?\n)%b\r?\n(?P<value>%b)" % (_BASE64, _BASE64) + _EOL),
        _is_text,
        any_case=True,
    ),
    CredentialPattern(
        "sasl-cram-md5",
        (b"auth cram-md5", b"authenticate cram-md5"),
        re.compile(rb"(?i:auth|authenticate) (?i:cram-md5)\r?\n(?P<value>" + _BASE64 + rb")" + _EOL),
        _is_cram,
        any_case=True,
    ),
    CredentialPattern(
        "nntp-login",
        (b"authinfo pass ",),
        re.compile(_LINE + rb"(?i:authinfo pass) (?P<value>[^\r\n]{1,512})" + _EOL),
        _is_password,
        any_case=True,
    ),
    CredentialPattern(
        "sasl-plain",
        (b"mechanism='plain'", b'mechanism="plain"'),
        re.compile(rb"(?i:mechanism=['\"]plain['\"])[^<>]{0,200}>(?P<value>" + _BASE64 + rb")<"),
        _is_plain,
        any_case=True,
    ),
)
