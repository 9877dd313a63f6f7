"""Fields that are named like secrets: in forms, targets, JSON, XML, and header fields."""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

from overheard_capture.credentials.kind import ALPHANUMERIC, CredentialKind, CredentialPattern
from overheard_capture.credentials.values import is_placeholder

# What may be in a name.
_NAME = ALPHANUMERIC + b"_-.[]"
_PASSWORD = rb"passw(?:or)?d|passwort|passwd|pwd|passphrase|passcode"
_KEY = rb"secret|api[_-]?key|access[_-]?key|secret[_-]?key|account[_-]?key|auth[_-]?key|token"
# The end of a name is what its value is: `token_type` is no token.
_NAMED = rb"(?P<name>[\w.\[\]-]{0,50}?(?i:%b|%b)(?:_?(?i:confirm(?:ation)?|again|repeat|[0-9]))?\]?)" % (
    _PASSWORD,
    _KEY,
)
# From an anchor on: the end of the name, and what is before a value.
_ASSIGNED = re.compile(rb"[\w.\[\]-]{1,40}\\?[\"']?\s{0,20}[=:]")
# The end of the name of an element of XML.
_TAGGED = re.compile(rb"[\w.-]{1,40}[\s>]")
_ANCHORS = (
    *(b"passw", b"pwd", b"passphrase", b"passcode", b"secret", b"token"),
    *(b"api_key", b"api-key", b"apikey", b"access_key", b"access-key", b"accesskey", b"accountkey", b"account_key"),
    *(b"auth_key", b"auth-key", b"authkey"),
)
_IS_PASSWORD = re.compile(rb"(?i)%b" % _PASSWORD)
# Tokens that open nothing: of forms, of lists in pages, of notifications; and names that end like one.
_HARMLESS = re.compile(
    rb"(?i)csrf|xsrf|page|next|prev|contin|cursor|sync|push|device|registration|verification_?token|request_?verif|"
    rb"upload|form_?token|max|min|count|num|has_?|is_?|show|hide|forgot|reset_?pass|public|\bno_"
)
# Without blanks, and with a digit.
_KEY_VALUE = re.compile(rb"[^\s\d]*\d\S*")
_LEAST_PASSWORD, _LEAST_KEY = 3, 12


# A folder, as `PWD` in an environment; a call or a member in a program; an address, as of an endpoint for tokens.
_FOLDER = re.compile(rb"[/~].*", re.DOTALL)
_CODE = re.compile(rb"[A-Za-z_$][\w$.]*\(.*|[A-Za-z_$][\w$]{0,19}\.(?i:%b|%b)" % (_PASSWORD, _KEY), re.DOTALL)
_ADDRESS = re.compile(rb"(?:https?:/|arn:).*", re.DOTALL)


def _is_secret(match: re.Match[bytes]) -> bool:
    name, value = match["name"], unquote_to_bytes(match["value"])
    if _HARMLESS.search(name) or is_placeholder(match["value"], name) or is_placeholder(value, name):
        return False
    is_code = not match[0].endswith(b'"') and _CODE.fullmatch(match["value"])
    if is_code or (name[-3:].lower() == b"pwd" and _FOLDER.fullmatch(value)):
        return False
    if _IS_PASSWORD.search(name):
        return len(value) >= _LEAST_PASSWORD
    # Identifiers of words, such as `token=expired`, are no keys.
    if _ADDRESS.fullmatch(value):
        return False
    return len(value) >= _LEAST_KEY and _KEY_VALUE.fullmatch(value) is not None


def _shape(code: str, pattern: bytes, before: bytes = _NAME, goes_on: re.Pattern[bytes] = _ASSIGNED) -> CredentialKind:
    return CredentialPattern(
        code, _ANCHORS, re.compile(pattern), _is_secret, any_case=True, before=before, goes_on=goes_on
    )


FIELDS: tuple[CredentialKind, ...] = (
    # A form may end with its content.
    _shape("form-field", rb"(?<![^&?;\r\n])" + _NAMED + rb"=(?P<value>[^&\s\"'<>;]{1,1000})(?:[&\s;]|\Z)"),
    _shape(
        "json-field",
        rb"[\"']{1,3}"
        + _NAMED
        + rb"\\?[\"'][ \t\r\n]{0,20}:[ \t\r\n]{0,20}\\?\"(?P<value>(?:[^\"\\\r\n]|\\[^\"\r\n]){1,1000})\\?\"",
        _NAME + b"\"'",
    ),
    _shape(
        "xml-field",
        rb"<(?:[\w.-]{1,40}:)?" + _NAMED + rb"(?:\s[^<>]{0,200})?>(?P<value>[^<>\s]{1,1000})</",
        _NAME + b"<:",
        _TAGGED,
    ),
    _shape("http-field", rb"(?<![^\r\n])" + _NAMED + rb":[ \t]{0,4}(?P<value>[!-~]{1,1000})[ \t]*[\r\n]"),
)
