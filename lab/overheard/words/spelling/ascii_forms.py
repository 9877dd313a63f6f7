"""Text beyond ASCII in ASCII: UTF-7, IMAP's variant of it, and punycode."""

from __future__ import annotations

import re
from collections.abc import Iterator
from unicodedata import normalize

from overheard.words.named_tuple import NamedTuple
from overheard.words.spelling.characters import ESCAPED_TWICE, looks_of
from overheard.words.spelling.codes import BASE64, escaped, letters, values
from overheard.words.spelling.look import Look, either, exactly, in_either_case, perhaps, row
from overheard.words.spelling.shape import Pattern, Shape, Spelling, end_of
from overheard.words.spelling.text import Text

_PRINTABLE = "".join(map(chr, range(32, 127)))
# Whoever writes UTF-7 may encode these, or not (RFC 2152).
_OPTIONAL = '!"#$%&*;<=>@[]^_`{|}'
# The longest label of a domain name, in octets (RFC 1035, 2.3.4).
_LABEL = 63


class _Utf7(NamedTuple):
    """A variant: the character that begins base64, the last of base64's, and what is written as it is.

    The others are `encoded`, in runs.
    """

    name: str
    shift: str
    last: bytes
    direct: str
    encoded: re.Pattern[str]


def _variant(name: str, shift: str, last: bytes, encoded: str, within: str = "") -> _Utf7:
    """`encoded` are the printable characters that are not written as they are; `within`, those only within a run."""
    direct = "".join(set(_PRINTABLE + "\t\r\n") - set(encoded + shift))
    others = re.escape(direct + shift)
    return _Utf7(
        name, shift, last, direct, re.compile(f"[^{others}][^{re.escape(direct)}]*" if within else f"[^{others}]+")
    )


_VARIANTS = (
    # RFC 2152, and RFC 3501, 5.1.3.
    _variant("UTF-7", "+", b"/", "~\\", within="+"),
    _variant("UTF-7", "+", b"/", "~\\" + _OPTIONAL, within="+"),
    _variant("UTF-7 of IMAP", "&", b",", "\t\r\n"),
)


def utf7(text: Text) -> Iterator[Pattern]:
    """The text in each variant that writes it otherwise, as it is or escaped in a string, in HTML or in a URL."""
    if not text.is_text:
        return
    for variant in _VARIANTS:
        if variant.shift in text.text or variant.encoded.search(text.text):
            shape = Shape(tuple(_parts(text.text, variant)))
            yield Pattern(shape, (Spelling(variant.name, any_case=True),), end_of(shape))


def _parts(text: str, variant: _Utf7) -> Iterator[Look]:
    at = 0
    while at < len(text):
        if run := variant.encoded.match(text, at):
            yield _run(run[0], variant, first=not at, last=run.end() == len(text))
            at = run.end()
        else:
            yield _escaped(text[at])
            if text[at] == variant.shift:
                yield exactly(b"-")
            at += 1


def _escaped(character: str) -> Look:
    return looks_of(character, ("ascii",), ESCAPED_TWICE)


def _run(run: str, variant: _Utf7, *, first: bool, last: bool) -> Look:
    """Its UTF-16 in base64. What precedes the first run may be in the same base64, and so may what follows the last."""
    known = [(byte,) for byte in run.encode("utf-16-be")]
    alphabet = escaped(letters(BASE64 + b"+" + variant.last), "+" + variant.last.decode())
    written = either(*(row(*map(alphabet, values(known, 6, before))) for before in range(3 if first else 1)))
    begin = () if first else (_escaped(variant.shift),)
    return row(*begin, written, *(() if last else (perhaps(exactly(b"-")),)))


def punycode(text: Text) -> Iterator[Pattern]:
    """The text as labels of a domain name (RFC 3492)."""
    labels = normalize("NFKC", text.text).split(".")
    if not text.is_text or text.value.isascii() or max(map(len, labels)) > _LABEL:
        return
    written = {_labels(labels), _labels([label.lower() for label in labels])}
    look = either(*(in_either_case(each) for each in sorted(written)))
    yield Pattern(Shape((look,)), (Spelling("punycode", any_case=True),), look)


def _labels(labels: list[str]) -> bytes:
    written = [label.encode() if label.isascii() else b"xn--" + label.encode("punycode") for label in labels]
    return b".".join(written).removeprefix(b"xn--")
