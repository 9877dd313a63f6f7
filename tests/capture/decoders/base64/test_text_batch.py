"""Short texts in base64 that are read together give what each gives by itself."""

from __future__ import annotations

import base64
import gzip
import random
import zlib
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.encoders import z85
from capture.played import VALUE, outcome, played
from overheard_capture.content.findings import Findings
from overheard_capture.decoders import text_finders
from overheard_capture.decoders.base64.text_batch import TextBatch
from overheard_capture.decoders.untyped import untyped
from overheard_capture.provenance.origin import Origin

DICE = random.Random(64)  # noqa: S311  (nothing is kept secret by it)
PACKED = zlib.compress(VALUE + b", said the squirrel")
IDENTIFIERS = [b"gid://shop/Product/%d" % DICE.randrange(10**10, 10**11) for _ in range(40)]
# What is in texts that are read with others, or that may not be.
TEXTS = (
    *IDENTIFIERS[:8],
    b"the squirrel said: " + VALUE,
    b"the squirrel said: " + VALUE[:7],
    VALUE[7:] + b", and no more of it",
    b"in base64: " + base64.b64encode(PACKED),
    b"in hexadecimal: " + PACKED.hex().encode(),
    b"in hexadecimal, cut: " + VALUE.hex().encode()[:15],
    VALUE.hex().encode()[15:] + b" is the rest of it",
    b"in base85: " + z85(PACKED + bytes(-len(PACKED) % 4)),
    b"in base64 again: " + base64.b64encode(b"once more " + base64.b64encode(PACKED)),
    b"in markup: <p>" + VALUE[:9] + b"<b></b>" + VALUE[9:] + b"</p>",
    b"in numbers: " + b", ".join(b"%d" % byte for byte in VALUE),
    b"with escapes =C3=BC=C3=B6=\r\n and " + VALUE[:5] + b"=\r\n" + VALUE[5:],
    b'{"text": "the squirrel said", "more": "' + VALUE[:6] + b'"}',
    b"a digest: " + DICE.randbytes(32).hex().encode(),
    b"a token: " + base64.b64encode(DICE.randbytes(33)),
    gzip.compress(VALUE, mtime=0),
    DICE.randbytes(30),
)


def read(texts: list[bytes], cuts: list[int], *, together: bool) -> Findings:
    with pytest.MonkeyPatch.context() as patched:
        if not together:
            patched.setattr(text_finders, "TextBatch", lambda *_: None)
        return played(untyped, b"\n\n".join(map(base64.b64encode, texts)) + b"\n", cuts)


@given(texts=st.lists(st.sampled_from(TEXTS), min_size=1, max_size=30), cuts=st.lists(st.integers(1, 3000), max_size=3))
def test_texts_that_are_read_together_give_what_each_gives(texts: list[bytes], cuts: list[int]) -> None:
    one, other = (read(texts, cuts, together=each) for each in (True, False))
    assert outcome(one) == outcome(other)
    assert one.values == other.values


@pytest.mark.parametrize("text", [TEXTS[8], TEXTS[11], TEXTS[12], TEXTS[16], TEXTS[17]])
def test_one_among_many_is_found(text: bytes) -> None:
    among = [*IDENTIFIERS, text, *IDENTIFIERS]
    findings = read(among, [], together=True)
    assert findings.sightings


def test_nothing_goes_on_in_the_next_text() -> None:
    cut = [TEXTS[9], TEXTS[10], TEXTS[13], TEXTS[14]]
    findings = read(
        list(chain(*((each, identifier) for each, identifier in zip(cut, IDENTIFIERS, strict=False)))),
        [],
        together=True,
    )
    assert not findings.sightings
    assert not read(cut, [], together=True).sightings


def test_they_are_read_together(monkeypatch: pytest.MonkeyPatch) -> None:
    read_at_once: list[bytes] = []

    class Batch(TextBatch):
        def _read_together(self, texts: list[tuple[bytes, bytes, Origin]]) -> bool:
            read_at_once.append(b" ".join(out for _, out, _ in texts))
            return super()._read_together(texts)

    monkeypatch.setattr(text_finders, "TextBatch", Batch)
    assert not read(IDENTIFIERS, [], together=True).sightings
    assert len(read_at_once) <= 3
    assert all(any(each in joined for joined in read_at_once) for each in IDENTIFIERS)
