"""Credentials in header fields of HTTP, and of what has the same fields, such as SIP and RTSP."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from overheard_capture.credentials.kind import CredentialKind, CredentialRange, worded
from overheard_capture.credentials.values import from_base64, is_given, is_placeholder, is_random

if TYPE_CHECKING:
    from collections.abc import Iterator

# The end of a field, in HTTP and where a program writes its fields in JSON: without it, a value may go on.
_END = rb"[ \t]*[\r\n\"',]"
_FIELD = rb"(?i:authorization)[\"']?[ \t]*:[ \t]*[\"']?"


def _is_basic(match: re.Match[bytes]) -> bool:
    """User and password, with a colon between them (RFC 7617, 2)."""
    _, colon, password = from_base64(match["value"]).partition(b":")
    return bool(colon) and not is_placeholder(password)


def _is_of_sip(match: re.Match[bytes]) -> bool:
    return re.search(rb"(?i)uri=\"?sips?:", match[0]) is not None


def _is_of_http(match: re.Match[bytes]) -> bool:
    return not _is_of_sip(match)


_DIGEST = _FIELD + rb"(?i:digest)[^\r\n]{0,900}?[ ,]response=\"?(?P<value>[0-9A-Fa-f]{32,128})[^\r\n]{0,500}[\r\n]"

# Cookies are sessions by their name, or because they are random; those of these names are not.
_SESSION = re.compile(
    rb"(?i)(?<!pos)sess|token|auth(?!or)|jwt|login|remember|(?:^|[._-])s?sid$|^sid(?![a-z])|connect\.sid|ticket|identity"
)
_OTHER = re.compile(
    rb"(?i)^_?(?:awsalb|_utm|ga|gid|gat|gcl|fbp|fbc|hj|pk_|ajs_|mp_|dc_|_cf|cf_|_hs|hubspot|optimizely|amplitude|intercom|uet|clck|"
    rb"clsk|muid|nid|ide$|lang|locale|theme|tz|time_?zone|currency|country|region|ab_?test|experiment|device|visitor|client_id)"
    rb"|consent|gdpr|ccpa|privacy|banner|csrf|xsrf|analytics|tracking"
)
_PAIR = re.compile(
    rb"[ \t]*(?P<name>[!#$%&'*+\-.^_`|~\w]{1,128})=\"?(?P<value>[^;\s\",]{1,1500})\"?[ \t]*(?P<end>[;\r\n])"
)
_DATE = re.compile(rb"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LEAST_SESSION, _LEAST_COOKIE = 8, 24


def is_session(name: bytes, value: bytes) -> bool:
    """Whether a cookie of this name and value may be that of a session."""
    if _OTHER.search(name) or is_placeholder(value, name):
        return False
    if _SESSION.search(name):
        return len(value) >= _LEAST_SESSION and any(character in b"0123456789" for character in value)
    return is_random(value, _LEAST_COOKIE) and not _DATE.match(value)


@dataclass(frozen=True)
class Cookies:
    """Cookies of a request or response: each that may be that of a session."""

    code: str = "http-cookie"
    anchors: tuple[bytes, ...] = (b"cookie:",)
    any_case: bool = True

    def find(self, text: bytes, at: int) -> Iterator[CredentialRange]:
        """Each of them that ends in this text; of a response, attributes are none."""
        is_response = text[max(at - 4, 0) : at].lower() == b"set-"
        place = at + len(self.anchors[0])
        while pair := _PAIR.match(text, place):
            if is_session(pair["name"], pair["value"]):
                yield CredentialRange(at, pair.end(), *pair.span("value"))
            if is_response or pair["end"] != b";":
                return
            place = pair.end()


HTTP: tuple[CredentialKind, ...] = (
    worded(
        "http-basic",
        (b"authorization",),
        _FIELD + rb"(?i:basic)[ ]+(?P<value>[A-Za-z0-9+/_-]{4,1000}={0,2})" + _END,
        _is_basic,
    ),
    worded("sip-digest", (b"authorization",), _DIGEST, _is_of_sip),
    worded("http-digest", (b"authorization",), _DIGEST, _is_of_http),
    worded(
        "http-bearer",
        (b"authorization",),
        _FIELD + rb"(?i:bearer|token|apikey|api-key)[ ]+(?P<value>[A-Za-z0-9+/._~:=-]{8,1700})" + _END,
        is_given,
    ),
    Cookies(),
)
