"""Content that is read once it is complete: many, one behind the other, are each read without those behind them."""

from __future__ import annotations

import gzip
from functools import partial
from typing import TYPE_CHECKING

from capture.media_files import FILES
from capture.played import VALUE, outcome, played, seen
from overheard_capture.decoders.untyped import untyped
from overheard_capture.decoders.whole import Ending, WholeReader
from rows import for_each

if TYPE_CHECKING:
    from overheard.words.layer import Layers
    from overheard_capture.content.findings import Findings
    from overheard_capture.content.nesting import Unwrapping
    from overheard_capture.provenance.origin import Origin

_DER = b"\x30\x81\x80\x04\x7e" + b"\1\2" * 63
_CLOSED = {name: FILES[name](b"hello", b"", b"") for name in ("PNG", "JPEG", "GIF", "WebP")} | {"DER": _DER}


def test_each_is_read_by_itself() -> None:
    """What one takes must not depend on how much is behind it: that would be quadratic."""
    read: list[bytes] = []

    def keep(_: Unwrapping, data: bytes, __: Origin) -> None:
        read.append(data)

    def reader(findings: Findings, layers: Layers) -> WholeReader:
        return WholeReader(findings, layers, keep, "a line", Ending(lambda data: data.find(b"\n") + 1, reader))

    data = b"one\ntwo\nthree\n\0\0"
    played(reader, data)
    # Zeros are padding, and what they are behind is read with them.
    assert read == [b"one\n", b"two\n", b"three\n\0\0"]


@for_each(name=_CLOSED)
def test_what_follows_a_file_is_read_in_any_pieces(name: str) -> None:
    data = _CLOSED[name] * 3 + bytes(3) + _CLOSED[name] + gzip.compress(VALUE, mtime=0)
    findings = played(untyped, data)
    assert seen(findings) == {("gzip",)}
    for step in (1, 100):
        assert outcome(played(untyped, data, range(0, len(data), step))) == outcome(findings)


def test_what_is_unreadable_behind_the_end_is_reported() -> None:
    reader = partial(WholeReader, read=lambda *_: None, what="a line", ending=Ending(lambda _: 4, untyped))
    data = b"one\n\xff\xfe\x01 and more"
    assert not played(reader, b"one\n" + b"text", [6]).unread
    assert played(reader, data, [6]).unread
