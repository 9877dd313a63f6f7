from __future__ import annotations

from itertools import count

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from overheard_services.disguise.fernet import WrongKeyError, check, new_key, seal, unseal

KEY = new_key()


@given(st.text())
def test_any_message_is_decrypted_with_the_same_key(message: str) -> None:
    assert unseal(KEY, seal(KEY, message)) == message


def test_tokens_are_compatible_with_fernet() -> None:
    assert Fernet(KEY).decrypt(seal(KEY, "fluffy tail")) == b"fluffy tail"
    assert unseal(KEY, Fernet(KEY).encrypt(b"fluffy tail").decode()) == "fluffy tail"


def test_no_two_tokens_are_equal() -> None:
    assert seal(KEY, "fluffy tail") != seal(KEY, "fluffy tail")


def test_another_key_decrypts_nothing_and_is_an_error() -> None:
    with pytest.raises(WrongKeyError) as caught:
        unseal(new_key(), seal(KEY, "fluffy tail"))
    words = "InvalidToken: the token was not sealed with this key, or was changed on its way"
    assert str(caught.value) == words


@pytest.mark.parametrize("at", [0, 20, 60, -5])
def test_a_modified_token_is_not_decrypted(at: int) -> None:
    token = seal(KEY, "fluffy tail")
    changed = list(token)
    changed[at] = "A" if changed[at] != "A" else "B"
    with pytest.raises(WrongKeyError, match="changed on its way"):
        unseal(KEY, "".join(changed))


@pytest.mark.parametrize("token", ["", "fluffy tail", "gAAAA", "🐿"])
def test_invalid_tokens_are_not_decrypted(token: str) -> None:
    with pytest.raises(WrongKeyError, match="InvalidToken: "):
        unseal(KEY, token)


@pytest.mark.parametrize("key", [b"", b"acorn", KEY[:-4]], ids=count())
def test_an_invalid_key_is_an_error_without_a_traceback(key: bytes) -> None:
    check(KEY)
    for use in (lambda: check(key), lambda: seal(key, "fluffy tail"), lambda: unseal(key, "gAAAA")):
        with pytest.raises(WrongKeyError, match=r"32 url-safe base64-encoded bytes|padding"):
            use()
