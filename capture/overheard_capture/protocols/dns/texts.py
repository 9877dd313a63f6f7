"""The texts that domains and services ordinarily have in DNS: what proves or configures something, by its form."""

from __future__ import annotations

from binascii import Error, a2b_base64
from typing import TYPE_CHECKING

from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.packets.usual_text import (
    has_long_text,
    has_many_words,
    has_text,
    is_description,
    is_disguised,
    is_name,
    is_token,
    is_url,
    unknown_words,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

# Sender Policy Framework (RFC 7208, 4.6.1): a mechanism, or a modifier.
_TERM = lazy_pattern(
    rb"[+?~-]?(?:all|ptr|(?:include|exists|a|mx|ptr):[\w.%{}+-]+(?:/\d{1,3}){0,2}|(?:a|mx)(?:/\d{1,3}){0,2}"
    rb"|ip[46]:[0-9a-fA-F.:]+(?:/\d{1,3})?)|(?:redirect|exp)=[\w.%{}+-]+"
)
_MAX_TERM, _NAME_OF_TERM = 100, lazy_pattern(rb"^[^:=]*[:=]")
# What has a version first, and then tags: keys and policies of mail.
_TAGS = lazy_pattern(
    rb"v=(?:DKIM1|DMARC1|STSv1|TLSRPTv1|BIMI1|spf2\.0/\w+|DKIM2)",
)
_TAG = lazy_pattern(rb"\s*([a-z]{1,5})\s*=\s*([^;]*?)\s*")
# What shows to a service that a domain is somebody's.
_PROOF = lazy_pattern(
    rb"(?i)([\w.-]*(?:verif|valid|challenge|docusign|\bMS\b|token|domain|site|_?acme|confirm)[\w.-]*)\s*[=:]\s*(.+)"
)
_MS = lazy_pattern(rb"MS=ms\d{6,10}")
# An attribute of a service (RFC 6763, 6.4), whose key has nine characters at most, or a few more.
_ATTRIBUTE = lazy_pattern(
    rb"([\w.:-]{1,20})(?:=(.*))?",
)
_KEY_LETTERS = 9
# How many letters the different unknown words of a record may have, in keys and in values.
_FEW_KEYS, _FEW = 16, 7
_SHORTEST_KEY = 32
# The beginning of a key of RSA, with or without its algorithm around it (RFC 8017, A.1.1); the length of another.
_RSA_KEY = lazy_pattern(
    rb"(?s:\x30(?:[\0-\x7f]|\x81.|\x82..)(?:\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\0"
    rb"\x03(?:[\0-\x7f]|\x81.|\x82..)\0\x30(?:[\0-\x7f]|\x81.|\x82..))?\x02(?:[\0-\x7f]|\x81.|\x82..))"
)
_ED25519 = 32


def are_usual_texts(texts: Sequence[bytes]) -> bool:
    """Whether all strings of a record are usual, and have few unknown words together."""
    if not all(map(is_usual_text, texts)):
        return False
    described = [text.partition(b"=")[2] or text for text in texts]
    keys = [attribute[1].lower() for text in texts if b"=" in text and (attribute := _ATTRIBUTE.fullmatch(text))]
    # Of a key that returns, all but the first value are ignored (RFC 6763, 6.4).
    is_known = _letters(each for each in described if is_description(each)) <= _FEW and _letters(keys) <= _FEW_KEYS
    return is_known and len(set(keys)) == len(keys)


def _letters(texts: Iterable[bytes]) -> int:
    """How many letters all different unknown words in some texts have."""
    return sum(map(len, set[str]().union(*map(unknown_words, texts))))


def is_usual_text(text: bytes) -> bool:
    """Whether this is a policy, a key, a proof, an attribute of a service, a location, or a description."""
    return any(is_usual(text) for is_usual in _FORMS)


def _is_policy(text: bytes) -> bool:
    """A policy of senders, whose names may be any."""
    terms = text.split()
    if not terms or terms[0].lower() != b"v=spf1":
        return False
    return all(_is_term(term) for term in terms[1:])


def _is_term(term: bytes) -> bool:
    """Whether this is a term whose name, if it has one, has few words and no code."""
    name = _NAME_OF_TERM.sub(b"", term)
    is_name_of_host = not has_many_words(name) and not is_disguised(name.decode(errors="replace"))
    return _TERM.fullmatch(term.lower()) is not None and len(term) <= _MAX_TERM and is_name_of_host


def _is_tagged(text: bytes) -> bool:
    """A key of DKIM (RFC 6376, 3.6.1), which may omit its version, or a policy of DMARC and others."""
    parts = [part for part in text.split(b";") if part.strip()]
    tags = [_TAG.fullmatch(part) for part in parts]
    if not all(tags) or not (_TAGS.match(text.replace(b" ", b"")) or text.startswith((b"k=rsa", b"p=", b"h=sha256"))):
        return False
    return all(_is_usual_tag(tag[1], tag[2]) for tag in tags if tag)


def _is_usual_tag(name: bytes, value: bytes) -> bool:
    if name == b"p" and len(value) >= _SHORTEST_KEY:
        return _is_key(value.replace(b" ", b""))
    if name in (b"rua", b"ruf"):
        return all(is_mailbox(each) for each in value.split(b","))
    if name in (b"v", b"n") or len(value) <= 1:
        return name != b"n" or is_description(value)
    return is_description(value) or is_url(value)


def is_mailbox(value: bytes) -> bool:
    """Whether this is the name of a host, the address of a mailbox there, or a URL."""
    mailbox = value.strip().removeprefix(b"mailto:").split(b"!")[0]
    return is_url(value.strip()) or all(is_name(part.replace(b"+", b"-")) for part in mailbox.split(b"@"))


def _is_key(value: bytes) -> bool:
    """Whether this is a key: an RSA modulus in its structures of DER, or the bytes of Ed25519."""
    try:
        key = a2b_base64(value, strict_mode=True)
    except Error:
        return False
    is_structure = len(key) == _ED25519 or _RSA_KEY.match(key) is not None
    return is_structure and not has_long_text(key) and not has_text(key[:24]) and not has_text(key[-24:])


def _is_proof(text: bytes) -> bool:
    """A proof: the name of a service, and a random value; or such a value alone, as for ACME (RFC 8555, 8.4)."""
    if _MS.fullmatch(text) or (len(text) >= _SHORTEST_KEY and is_token(text)):
        return True
    proof = _PROOF.fullmatch(text)
    return proof is not None and is_name(proof[1]) and is_token(proof[2].strip())


def _is_attribute(text: bytes) -> bool:
    """An attribute of a service: a short key, and a value that is a number, a name of a model, or random."""
    attribute = _ATTRIBUTE.fullmatch(text)
    if attribute is None or not is_description(attribute[1], _KEY_LETTERS):
        return False
    value = attribute[2] or b""
    if not value.isascii():
        return False
    return is_description(value) or is_url(value) or is_token(value)


_FORMS: tuple[Callable[[bytes], bool], ...] = (
    is_description,
    is_url,
    _is_policy,
    _is_tagged,
    _is_proof,
    _is_attribute,
)
