"""A secret under a key of one byte is found in infrastructure, as it is and in a code; other bytes are none."""

from __future__ import annotations

from base64 import b32encode, b64encode
from typing import TYPE_CHECKING

from capture.frames import rewritten
from capture.in_clear import datagram
from capture.protocols.tls.conversations import agreed
from capture.sealed import of_stream
from capture.talk import noise, record
from overheard import Options, judge
from overheard.words.secret import Secret
from overheard_capture.content import under_key
from overheard_capture.content.under_key import LAYER, plain_texts, texts_in_code
from overheard_capture.search import Search

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

VALUE = b"kestrel-Vorhang-8817"
KEYED = bytes(byte ^ 0xA7 for byte in VALUE)
SEARCH = Search([Secret("message", VALUE)], large_input=False)
SEALED = of_stream([*agreed(), ("<", record(23, noise(200, 1)))])


def query(*labels: bytes) -> bytes:
    name = b"".join(bytes([len(each)]) + each for each in labels)
    return datagram(b"\1\2\1\0\0\1" + bytes(6) + name + b"\7example\3com\0\0\1\0\1", port=53)


def test_a_secret_is_found_under_any_key_and_in_a_code() -> None:
    for key in (1, 0x5A, 0xFF):
        keyed = bytes(byte ^ key for byte in VALUE)
        assert plain_texts(SEARCH, noise(9) + keyed + noise(5)) == {
            bytes(byte ^ key for byte in noise(9)) + VALUE + bytes(byte ^ key for byte in noise(5))
        }
    for code in (KEYED.hex().encode(), b32encode(KEYED), b64encode(KEYED)):
        assert [each[: len(VALUE)] for each in plain_texts(SEARCH, code)] == [VALUE]
        if not code.isalnum() or code.isupper():
            # Its length may look like a part of it.
            assert any(VALUE in each for each in plain_texts(SEARCH, b"2" + code))


def test_a_secret_is_found_as_it_is_and_in_a_code() -> None:
    for data in (VALUE, VALUE.hex().encode(), b32encode(VALUE), b64encode(VALUE)):
        assert texts_in_code(SEARCH, noise(90) + b"." + data + b".")
    for data in (KEYED, VALUE[:-1], noise(90), b64encode(KEYED), bytes(5000) + VALUE):
        assert not texts_in_code(SEARCH, data)


def test_other_bytes_and_plain_ones_have_none_under_a_key() -> None:
    for data in (VALUE, noise(4000), bytes(100), KEYED[:-1], b"kestrel" * 20):
        assert plain_texts(SEARCH, data) == set()
    # What repeats itself would be found everywhere.
    for value in (b"aaaaaaaaaa", b"abababababab", b"abc"):
        assert plain_texts(Search([Secret("message", value)], large_input=False), bytes(100) + value[1:]) == set()


def test_with_and_without_the_compiled_part_the_same_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    cut = [KEYED[:size] for size in range(14, 21)] + [noise(3) + KEYED, KEYED + noise(5)]
    codes = (bytes, lambda data: data.hex().encode(), b32encode, lambda data: b32encode(data).lower(), b64encode)
    written = [code(data) for code in codes for data in cut]
    found = [
        before + code.rstrip(b"=") + after
        for code in written
        for before in (b"", b"a", b".", b"\5")
        for after in (b"", b".abc")
    ]
    compiled = [plain_texts(SEARCH, data) for data in found]
    monkeypatch.setattr(under_key, "core", lambda: None)
    assert compiled == [plain_texts(SEARCH, data) for data in found]
    assert len(found) / 4 < sum(map(bool, compiled)) < len(found)


def test_a_name_with_base64_of_it_is_overheard_and_one_with_other_base64_is_not(tmp_path: Path) -> None:
    for keyed, expected in ((KEYED, True), (noise(20, 7), False)):
        frames = [*SEALED, query(b64encode(keyed).rstrip(b"="))]
        verdict = judge(
            rewritten(tmp_path / "key.pcapng", frames), {"message": VALUE}, Options(vouched={"whole", "sent"})
        ).verdicts["message"]
        assert any(LAYER in each.layers for each in verdict.sightings) == expected
