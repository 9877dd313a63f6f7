"""Tokens and keys by their shapes, as those who issue them publish these."""

from __future__ import annotations

import re

from overheard_capture.credentials.kind import ALPHANUMERIC, CredentialKind, CredentialPattern
from overheard_capture.credentials.values import from_base64, is_placeholder, is_random

# What may not be before and after a token: it would be a part of something longer.
_BEGIN, _END = rb"(?<![A-Za-z0-9_])", rb"(?![A-Za-z0-9_])"


def _is_random(match: re.Match[bytes]) -> bool:
    return is_random(match["value"], 16)


def _is_jwt(match: re.Match[bytes]) -> bool:
    """Its head is an object of JSON (RFC 7519, 3)."""
    return from_base64(match["value"].partition(b".")[0])[:2] in (b'{"', b"{\n", b"{ ")


# Words of documentation.
_SOMEBODY, _ANYTHING = (b"user", b"username", b"name"), (b"password", b"passwd", b"pass", b"secret", b"pw")


def _is_userinfo(match: re.Match[bytes]) -> bool:
    if match["user"].lower() in _SOMEBODY and match["value"].lower() in _ANYTHING:
        return False
    return not is_placeholder(match["value"], match["user"])


def _token(code: str, anchors: tuple[bytes, ...], pattern: bytes) -> CredentialKind:
    return CredentialPattern(code, anchors, re.compile(_BEGIN + rb"(?P<value>" + pattern + rb")" + _END), _is_random)


TOKENS: tuple[CredentialKind, ...] = (
    # In a signature of requests (Credential=AKIA...), it is only a name.
    CredentialPattern(
        "aws-access-key",
        (b"AKIA", b"ASIA"),
        re.compile(rb"(?<![A-Za-z0-9_=%/+])(?P<value>A[KS]IA[A-Z2-7]{9}(?!EXAMPLE)[A-Z2-7]{7})" + _END),
        _is_random,
    ),
    _token("gcp-api-key", (b"AIza",), rb"AIza[0-9A-Za-z_-]{35}"),
    _token("gcp-access-token", (b"ya29.",), rb"ya29\.[0-9A-Za-z_-]{20,1000}"),
    _token("github-token", (b"ghp_", b"gho_", b"ghu_", b"ghs_", b"ghr_"), rb"gh[pousr]_[A-Za-z0-9]{36,255}"),
    _token("github-token", (b"github_pat_",), rb"github_pat_[A-Za-z0-9_]{50,255}"),
    _token(
        "gitlab-token",
        (b"glpat-", b"gldt-", b"glrt-", b"glcbt-", b"glptt-", b"glft-", b"glsoat-", b"glimt-", b"glagent-"),
        rb"gl(?:pat|dt|rt|cbt|ptt|ft|soat|imt|agent)-[A-Za-z0-9_.-]{20,300}",
    ),
    _token(
        "slack-token",
        (b"xoxb-", b"xoxp-", b"xoxa-", b"xoxe-", b"xoxr-", b"xoxs-"),
        rb"xox[abeprs]-[A-Za-z0-9-]{10,250}",
    ),
    _token("slack-token", (b"xapp-",), rb"xapp-[0-9]-[A-Za-z0-9-]{10,250}"),
    CredentialPattern(
        "slack-webhook",
        (b"hooks.slack.com/services/",),
        re.compile(rb"hooks\.slack\.com/services/(?P<value>T[A-Z0-9]{6,20}/B[A-Z0-9]{6,20}/[A-Za-z0-9]{16,40})" + _END),
    ),
    _token(
        "stripe-key", (b"sk_live_", b"sk_test_", b"rk_live_", b"rk_test_"), rb"[sr]k_(?:live|test)_[A-Za-z0-9]{16,250}"
    ),
    _token("npm-token", (b"npm_",), rb"npm_[A-Za-z0-9]{36}"),
    _token("pypi-token", (b"pypi-AgE",), rb"pypi-AgE[A-Za-z0-9_-]{50,1000}"),
    _token("sendgrid-key", (b"SG.",), rb"SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}"),
    CredentialPattern(
        "private-key",
        (b"PRIVATE KEY-----",),
        re.compile(
            rb"-----BEGIN (?:[A-Z]{2,10} )?PRIVATE KEY-----(?:\\[rn]|\s){0,8}"
            rb"(?P<value>(?:[A-Za-z0-9+/=]|\\[rn]|\s){64,1800})"
        ),
        lambda match: is_random(re.sub(rb"\s|\\[rn]", b"", match["value"][:200]), 40),
        before=b"-ABCDEFGHIJKLMNOPQRSTUVWXYZ ",
    ),
    CredentialPattern(
        "url-password",
        (b"://",),
        re.compile(
            rb"[A-Za-z][A-Za-z0-9+.-]{1,20}://(?P<user>[^\s:/@\"'<>?#\[\]]{0,100}):(?P<value>[^\s:/@\"'<>?#]{1,200})@[A-Za-z0-9\[]"
        ),
        _is_userinfo,
        before=ALPHANUMERIC + b"+.-",
    ),
)
# Where it stands says more of it than its shape.
JWT: tuple[CredentialKind, ...] = (
    CredentialPattern(
        "jwt",
        (b"eyJ",),
        re.compile(
            rb"(?<![A-Za-z0-9_.-])(?P<value>eyJ[A-Za-z0-9_-]{8,700}\.eyJ[A-Za-z0-9_-]{4,1000}\.[A-Za-z0-9_-]{16,700})(?![A-Za-z0-9_-])"
        ),
        _is_jwt,
    ),
)
