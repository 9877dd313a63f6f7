"""The secret, masked in texts and in bytes."""

from __future__ import annotations

import base64

import pytest

from overheard_capture.page.masking import HIDDEN, Masking

MESSAGE = "fluffy tail"
HIDES = Masking(MESSAGE, hides=True)
SHOWS = Masking(MESSAGE)
SPELLINGS = (
    MESSAGE,
    MESSAGE.encode().hex(),
    base64.b64encode(MESSAGE.encode()).decode(),
    "fluffy%20tail",
    "ekteex szhk",
)


@pytest.mark.parametrize("spelled", SPELLINGS)
def test_every_spelling_is_masked_in_a_text_and_nothing_else(spelled: str) -> None:
    masked = HIDES.text(f"it said “{spelled}”, and again {spelled}.")
    assert spelled not in masked
    assert masked.startswith("it said “")
    assert masked.count("message (11 bytes)") == 2
    assert SHOWS.text(spelled) == spelled


@pytest.mark.parametrize("cut", ["fluf", "fluffy", "fluffy tai", "fluffy t…"])
def test_the_secret_is_masked_in_a_field_that_was_cut_in_the_middle_of_it(cut: str) -> None:
    field = [0, 0, 11, "http", "http.chat", f"[truncated] it said {cut}", "flu", "", []]
    packet = {"sources": [], "layers": [field], "marks": []}
    (masked,) = HIDES.packet(packet)["layers"]
    assert masked == [0, 0, 11, "http", "http.chat", "[truncated] it said message (11 bytes)", "flu", "", []]
    assert SHOWS.packet(packet) is packet


@pytest.mark.parametrize("text", ["", "fluffy", "nothing of it", "fluffytail", "é ☃"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert HIDES.text(text) == text


def test_bytes_of_the_secret_have_no_digits() -> None:
    data = b"\r\n\r\n" + MESSAGE.encode() + b"\xff"
    assert HIDES.hexadecimal(data) == "0d0a0d0a" + HIDDEN * len(MESSAGE) + "ff"
    assert SHOWS.hexadecimal(data) == data.hex()
    assert HIDES.hexadecimal(b"\x00\x01") == "0001"


def test_a_packet_is_masked_in_its_bytes_and_in_every_field() -> None:
    inner = [0, 0, 11, "http", "http.file_data", "File Data", MESSAGE, "", []]
    packet = {
        "sources": [["Frame", MESSAGE.encode().hex()]],
        "layers": [[0, 0, 11, "http", "http", "HTTP", "", "", [inner]]],
        "marks": [[0, 0, 11]],
    }
    masked = HIDES.packet(packet)
    assert masked["sources"] == [["Frame", HIDDEN * 11]]
    assert masked["layers"][0][-1][0][6] == "message (11 bytes)"
    assert masked["marks"] == packet["marks"]
    assert SHOWS.packet(packet) is packet


def test_pieces_at_the_ends_of_segments_are_masked_in_bytes() -> None:
    half = len(MESSAGE) // 2
    for piece in (MESSAGE[:half], MESSAGE[half:]):
        assert HIDES.hexadecimal(b"\0" + piece.encode() + b"\0") == f"00{HIDDEN * len(piece)}00"
    assert HIDES.hexadecimal(MESSAGE[:3].encode()) == MESSAGE[:3].encode().hex()
    long = Masking("the long letter that a squirrel wrote to its aunt", hides=True)
    assert HIDDEN not in long.hexadecimal(b"the letter")
    assert HIDDEN in long.hexadecimal(b"squirrel wrote")
