"""Every row of the registry is found by its name, in either case."""

from __future__ import annotations

import pytest

from overheard_capture.decoders.compression.content_codings import CONTENT_CODINGS
from overheard_capture.decoders.registry import MEDIA_TYPES, body_reader, decoding
from overheard_capture.decoders.short_body import untyped_body
from overheard_capture.decoders.untyped import untyped
from rows import for_each


@pytest.mark.parametrize("media_type", [prefix for prefix, _ in MEDIA_TYPES])
def test_a_media_type_has_its_reader(media_type: bytes) -> None:
    for content_type in (media_type, media_type.upper()):
        assert body_reader(content_type + b"; boundary=squirrel") is not untyped_body
    assert body_reader(b"x-" + media_type) is untyped_body


@for_each(coding=CONTENT_CODINGS)
def test_a_content_coding_has_its_reader(coding: bytes) -> None:
    assert decoding(coding) is not untyped
    assert decoding(coding.upper()) is not untyped
    # Text in a coding that is not known is no text.
    assert decoding(b"x" + coding) is not untyped
    assert decoding(b"identity") is untyped
