"""Which formats of documents are tried is decided by the first byte: no other one could begin so."""

from __future__ import annotations

import random

from overheard_capture.decoders.documents.reader import _WALKS, _contents, _walks, may_be_document
from rows import for_each

# What documents of the formats go on with: small numbers, names, and types.
_LIKELY = b"\0\1\2\3\4\5MQTTabc\x62ab\xa1\x80\x83\x30\x0c"


@for_each(byte=range(256))
def test_a_format_that_is_not_tried_would_not_be_read(byte: int) -> None:
    chance = random.Random(byte)  # noqa: S311 - bytes that anybody may know
    others = [walk for walk, _ in _WALKS if walk not in _walks(bytes([byte]))]
    for size in [0, 1, 2, 3, 5, 8, 20, 60] * 3:
        for rest in (chance.randbytes(size), bytes(chance.choices(_LIKELY, k=size))):
            data = bytes([byte]) + rest
            assert not any(_contents(walk, data, whole=whole) for walk in others for whole in (False, True)), data


def test_a_document_of_each_format_is_tried() -> None:
    heads = [b"\xa1\x62ab\x01", b"\x81\xa2ab\x01", b"\x10\0\0\0\x10ab\0\1\0\0\0\0", b"\x30\x06\x02\x01\x01\x0c\x01a"]
    heads += [b"\x10\x0e\0\4MQTT", b"\x80\4\x8c\2ab.", b"bplist00" + bytes(40)]
    for (walk, _), head in zip(_WALKS, heads, strict=True):
        assert walk in _walks(head), head
        assert may_be_document(head), head
