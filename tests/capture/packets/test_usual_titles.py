"""Titles are told from sentences and codes."""

from __future__ import annotations

import base64

import pytest

from capture.in_clear import SPELLED, SWAPPED
from overheard_capture.packets.usual_titles import is_instance, is_title, words_of_title

TITLES = (
    b"",
    b"Internet Widgits Pty Ltd",
    b"Autoridad de Certificacion Firmaprofesional CIF A62634068",
    b"DigiCert TLS Hybrid ECC SHA384 2020 CA1",
    b"Gallery CA 1 of dh-key-too-small (not for production)",
    b"(c) 2006 VeriSign, Inc. - For authorized use only",
    "\u4e2d\u56fd\u91d1\u878d\u8ba4\u8bc1\u4e2d\u5fc3".encode(),
)
OTHERS = (
    SPELLED,
    b"the key to the gate is below the old stone",
    b"F-l-u-f-f-y t-a-i-l",
    b"-... --- .-.",
    b"th3 c4t 1s 0n th3 r00f 0f th3 h0us3",
    base64.b64encode(SWAPPED),
    b"102 117 108 102 121 102 116 32 105 97 97 108 102 117",
)


@pytest.mark.parametrize("title", TITLES)
def test_a_title(title: bytes) -> None:
    assert is_title(title)


@pytest.mark.parametrize("text", OTHERS)
def test_no_title(text: bytes) -> None:
    assert not is_title(text)
    assert not is_instance(text)


def test_a_service_has_no_signs_of_programs() -> None:
    assert is_instance(b"Anna's Printer @ print01")
    assert not any(map(is_instance, (b"Wi-Fi: Acorn", b'{"Acorn"}', b"a=Acorn;", b"<Acorn>")))


def test_words_are_those_that_are_not_known() -> None:
    assert words_of_title(b"Acorn Server of the Oak") == ["Acorn", "Oak"]
