"""A secret is never shown, and never empty."""

from __future__ import annotations

import logging
import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overheard.words.secret import Secret


@given(st.binary(min_size=8, max_size=40))
def test_its_value_is_in_no_repr_and_no_redacted_form(value: bytes) -> None:
    secret = Secret("message", value)
    for text in (repr(secret), str(secret), f"{secret}", repr([secret]), secret.redacted):
        assert value.decode("latin-1") not in text
        assert value.hex() not in text
        assert repr(value)[2:-1] not in text


def test_it_is_in_no_log_and_no_traceback(caplog: pytest.LogCaptureFixture) -> None:
    secret = Secret("message", b"fluffy tail")
    logging.getLogger("a role").warning("judging %s", secret)
    assert "fluffy" not in "".join(traceback.format_exception(RuntimeError(secret)))
    assert "fluffy" not in caplog.text
    assert "message" in caplog.text


def test_its_redacted_form_has_name_and_length() -> None:
    assert Secret("message", b"fluffy tail").redacted == "message (11 bytes)"


def test_an_empty_secret_is_refused() -> None:
    """An empty secret would be found everywhere."""
    with pytest.raises(ValueError, match="the secret 'token' is empty"):
        Secret("token", b"")
