"""Which values may go on in the next one, as far as the secrets tell."""

from __future__ import annotations

import json

import pytest

from overheard.words.secret import Secret
from overheard_capture.decoders.secret_forms import Forms

FLUFFY = Forms([Secret("message", b"Fluffy tail 4711")])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"The word is Flu", b"ffy tail 4711, they say"),
        (b"Fluffy", b"tail"),
        (b"fluffy ta", b"IL 4711"),
        (b"uff", b"y ta"),
        (b"F", b"luffy tail 4711"),
        (b"l", b"4711"),
    ],
)
def test_a_secret_may_go_on(before: bytes, after: bytes) -> None:
    assert FLUFFY.go_on(before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"The word is Flu", b"ffy tale"),
        (b"the stuff", b"y tail 4711"),
        (b"Fluffy and", b"tail 4711"),
        (b"Fluffy tail 4711", b"and"),
        (b"acorn", b"nut"),
        (b"Fluffy", b"4711"),
    ],
)
def test_other_values_do_not(before: bytes, after: bytes) -> None:
    assert not FLUFFY.go_on(before, after)


def test_forms_are_those_of_strings_in_json() -> None:
    text = 'pä"s/s'
    forms = Forms([Secret("message", text.encode())]).forms
    for form in (json.dumps(text), json.dumps(text, ensure_ascii=False), json.dumps(json.dumps(text)[1:-1])):
        assert form[1:-1].lower().encode() in forms
    assert json.dumps(text)[1:-1].replace("/", "\\/").encode() in forms


def test_a_secret_that_is_no_text_has_one_form() -> None:
    assert Forms([Secret("key", b"\xff\xfe\x01"), Secret("one", b"a")]).forms == [b"\xff\xfe\x01"]
