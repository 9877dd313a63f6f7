"""base45 and the septets of short messages, at any alignment."""

from __future__ import annotations

from urllib.parse import quote, quote_plus

from capture.encoders import base45, septets
from overheard.words.secret import Secret
from overheard.words.spelling import spellings
from overheard_capture.search import Search
from rows import for_each

FLUFFY = "Fluffy tail 4711"
search = Search(Secret("secret", FLUFFY.encode()), engine="re")


def seen(data: bytes) -> set[str]:
    """The names of the spellings of the secret in these bytes."""
    return {match.spelling for match in search.matches(data)}


def test_base45_is_encoded_as_its_rfc_does() -> None:
    assert base45(b"AB") == b"BB8"
    assert base45(b"Hello!!") == b"%69 VD92EX0"
    assert base45(b"ietf!") == b"QED8WEX0"


def test_septets_are_packed_as_their_standard_does() -> None:
    assert septets("hellohello").hex() == "e8329bfd4697d9ec37"


@for_each(before=["", "x", "of "], after=["", "!", " it"])
def test_base45_is_found(before: str, after: str) -> None:
    written = base45(f"{before}{FLUFFY}{after}".encode())
    assert seen(written) == {"base45"}
    for escape in (quote, quote_plus):
        assert seen(escape(written.decode()).encode()) == {"base45"}


@for_each(before=range(9), after=["", "!", " it is"])
def test_septets_are_found(before: int, after: str) -> None:
    packed = septets("#" * before + FLUFFY + after)
    for written in (packed.hex().encode(), packed.hex().upper().encode()):
        assert seen(written) == {"GSM 7-bit"}


def test_characters_that_take_an_escape_are_septets_too() -> None:
    text = "[fluffy] \u20ac tail\u00e9"
    found = Search(Secret("secret", text.encode()), engine="re").matches(septets("so: " + text).hex().encode())
    assert {match.spelling for match in found} == {"GSM 7-bit"}


@for_each(other=["Fluffy tail 4712", "fluffy tail 4711", "Fluffy tall 4711"], before=range(3))
def test_another_text_is_not_found(other: str, before: int) -> None:
    text = "#" * before + other
    assert not seen(base45(text.encode()))
    assert not seen(septets(text).hex().encode())


def test_what_is_too_short_or_cannot_be_written_has_no_such_spelling() -> None:
    names = {
        each.name for secret in ("tail", "\u0431\u0435\u043b\u043a\u0430", "a`b") for each in spellings(secret.encode())
    }
    assert "GSM 7-bit" not in names
    assert "base45" not in {each.name for each in spellings(b"tail")}
