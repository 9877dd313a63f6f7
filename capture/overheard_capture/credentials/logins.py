"""Logins of protocols that are lines of text: FTP, POP3, IMAP, SMTP, NNTP, IRC and XMPP."""

from __future__ import annotations

import re

from overheard_capture.credentials.kind import ALPHANUMERIC, CredentialKind, CredentialPattern, worded
from overheard_capture.credentials.values import from_base64, is_given, is_placeholder, is_text

# At the beginning of a line. Lines end in CR and LF, or LF alone.
_LINE, _EOL = rb"(?<![^\n])", rb"\r?\n"
_BASE64 = rb"[A-Za-z0-9+/]{4,1000}={0,2}"
# RFC 1635: everybody is.
_ANONYMOUS = frozenset((b"anonymous", b"ftp"))
# A digest of SHA-1, SHA-256 or SHA-512 in base64. What follows it may be anything.
_PROOF = rb"(?:[A-Za-z0-9+/]{27}=|[A-Za-z0-9+/]{43}=|[A-Za-z0-9+/]{86}==)"
_TAG = ALPHANUMERIC + b".-_"


def _is_login(match: re.Match[bytes]) -> bool:
    return match["user"].strip().lower() not in _ANONYMOUS and is_given(match)


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
    worded(
        "ftp-pop3-login",
        (b"user ",),
        _LINE
        + rb"(?i:user) (?P<user>[^\r\n]{1,128})"
        + _EOL
        + rb"(?:[^\r\n]{0,128}\r?\n){0,3}?(?i:pass) (?P<value>[^\r\n]{1,512})"
        + _EOL,
        _is_login,
    ),
    worded(
        "pop3-apop",
        (b"apop ",),
        _LINE + rb"(?i:apop) [^ \r\n]{1,128} (?P<value>[0-9a-f]{32})" + _EOL,
    ),
    worded(
        "irc-password",
        (b"pass ",),
        _LINE + rb"(?i:pass) :?(?P<value>[^\r\n]{1,512})\r?\n(?:CAP [^\r\n]{0,200}\r?\n){0,2}(?i:nick) ",
        is_given,
    ),
    worded(
        "irc-nickserv",
        (b"nickserv :identify ", b"nickserv identify "),
        rb"(?i:nickserv) :?(?i:identify) (?:[^\s]{1,64} )?(?P<value>[^\s]{1,256})" + _EOL,
        is_given,
    ),
    worded(
        "imap-login",
        (b" login ",),
        # A tag of programs has a digit, and people write the command in capitals; else it is a sentence.
        _LINE
        + rb"(?:[\w.-]{1,32} LOGIN|(?=[a-zA-Z_.-]{0,32}[0-9])[\w.-]{1,32} (?i:login)) "
        + rb"(?P<user>%b) (?P<value>%b)" % (_ASTRING, _ASTRING)
        + _EOL,
        is_given,
        before=_TAG,
    ),
    worded(
        "sasl-plain",
        (b"auth plain", b"authenticate plain"),
        rb"(?i:auth|authenticate) (?i:plain)(?: |\r?\n(?:(?i:authenticate) )?)(?P<value>" + _BASE64 + rb")" + _EOL,
        _is_plain,
    ),
    worded(
        "sasl-login",
        (b"auth login", b"authenticate login"),
        rb"(?i:auth|authenticate) (?i:login)(?: |\r?\n)%b\r?\n(?P<value>%b)" % (_BASE64, _BASE64) + _EOL,
        _is_text,
    ),
    worded(
        "sasl-cram-md5",
        (b"auth cram-md5", b"authenticate cram-md5"),
        rb"(?i:auth|authenticate) (?i:cram-md5)\r?\n(?P<value>" + _BASE64 + rb")" + _EOL,
        _is_cram,
    ),
    # Within base64, most often: this is what is in it (RFC 5802, 7; RFC 2831, 2.1.2).
    CredentialPattern(
        "sasl-scram",
        (b"c=biws,r=", b"c=eSws,r=", b"c=cD10bHMt"),
        re.compile(rb"c=[A-Za-z0-9+/]{4,1000}={0,2},r=[!-+\--~]{8,256},p=(?P<value>" + _PROOF + rb")"),
    ),
    CredentialPattern(
        "sasl-digest-md5",
        (b"digest-uri=",),
        re.compile(rb"digest-uri=[!-~]{1,256}?,[^\0\r\n]{0,400}?(?<=[, ])response=(?P<value>[0-9a-f]{32})(?![0-9a-f])"),
    ),
    worded(
        "nntp-login",
        (b"authinfo pass ",),
        _LINE + rb"(?i:authinfo pass) (?P<value>[^\r\n]{1,512})" + _EOL,
        is_given,
    ),
    worded(
        "sasl-plain",
        (b"mechanism='plain'", b'mechanism="plain"'),
        rb"(?i:mechanism=['\"]plain['\"])[^<>]{0,200}>(?P<value>" + _BASE64 + rb")<",
        _is_plain,
    ),
)
