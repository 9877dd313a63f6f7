from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overheard_services.disguise.substitution import CIPHER, DECIPHER, decrypt, encrypt


@pytest.mark.parametrize(
    ("text", "hidden"),
    [("ABC", "ZAB"), ("fluffy tail", "ekteex szhk"), ("Zoë, 3 a.m. 🐿", "Ynë, 3 z.l. 🐿"), ("", "")],
)
def test_every_letter_is_replaced_by_the_one_before_it(text: str, hidden: str) -> None:
    assert encrypt(text) == hidden
    assert decrypt(hidden) == text


@given(st.text())
def test_any_text_is_decrypted_again(text: str) -> None:
    assert decrypt(encrypt(text)) == text


def test_the_substitution_is_one_to_one_without_fixed_letters() -> None:
    assert len(CIPHER) == len(DECIPHER) == 26
    assert all(letter != written for letter, written in CIPHER.items())
