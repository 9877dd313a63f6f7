"""The search: what it finds in the output of real encoders, where, and the expected chance matches."""

from __future__ import annotations

import base64
import json
import quopri
import random
import unicodedata
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from capture.encoders import BY_CHARACTER, IN_BITS, SEPARATORS, Encoder, header, uuencoded, wrapped
from capture.search.searches import search_of, small_search
from overheard.words.secret import Secret
from overheard_capture.search import Match, Search
from rows import for_each

if TYPE_CHECKING:
    from collections.abc import Callable

TROUBADOUR = "Tr0ub4dor&3 'ünïcödé' 2/3 + \"€🐿\" <1>"
SECRETS = ["fluffy tail", "hunter2hunter2", TROUBADOUR, "100%25 = \\u0031\\n", "line one\nline two\t?", "ÀÉÎ õü ß çñ"]

# Names of encodings whose output may equal another's.
SPECIAL = {"percent-encoded throughout", "JSON string throughout", "HTML entities, named", "HTML entities, decimal"}

texts = st.text("abz019 %&+/=\\\"'<>#;_:.,-\n\tä€🐿", max_size=7)
by_secret = pytest.mark.parametrize("secret", SECRETS)
# The strategies draw few examples, as many searches are slow to make, or the machine is busy.
few = settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])


def encoded(encoder: Encoder, *parts: str) -> list[bytes]:
    """Each part, or a test that is none: not every encoder can encode everything."""
    try:
        return [encoder(part) for part in parts]
    except UnicodeEncodeError:
        assume(False)
        raise


def matches_at(search: Search, data: bytes, offset: int, length: int) -> set[str]:
    """The matches at exactly this place."""
    return {match.spelling for match in search.matches(data) if (match.offset, match.length) == (offset, length)}


def plainer(search: Search, data: bytes, offset: int, length: int) -> bool:
    """Whether a plainer spelling was found inside a place."""
    return any(
        offset <= match.offset and match.offset + match.length <= offset + length and match.length < length
        for match in search.matches(data)
    )


@pytest.mark.slow
@for_each(coded=BY_CHARACTER)
@by_secret
def test_the_output_of_a_real_encoder_is_found_with_its_place_and_name(secret: str, coded: tuple[str, Encoder]) -> None:
    """With any surrounding bytes. Encodings that coincide have the name of one of them."""
    search, encoder = search_of(secret), coded[1]
    written = _written(encoder, secret)
    alike = {name for name, other in BY_CHARACTER if _written(other, secret) == written} | SPECIAL

    @few
    @given(texts, texts)
    def holds(before: str, after: str) -> None:
        first, spelled, last = encoded(encoder, before, secret, after)
        place = (search, first + spelled + last, len(first), len(spelled))
        # The output may contain the secret literally, too: \\" contains a quote.
        assert matches_at(*place) & alike or plainer(*place)

    # In a text with few letters, a shift of the letters means nothing.
    if written is not None and sum(map(str.isalpha, secret)) >= 6:
        holds()


def _written(encoder: Encoder, text: str) -> bytes | None:
    try:
        return encoder(text)
    except UnicodeEncodeError:
        return None


@for_each(coded=IN_BITS)
@by_secret
def test_codes_of_a_few_bits_are_found_at_every_alignment(
    secret: str, coded: tuple[str, int, Callable[[bytes], bytes]]
) -> None:
    search, value = search_of(secret), secret.encode()
    name, width, encoder = coded

    @few
    @given(st.binary(max_size=60), st.binary(max_size=60))
    def holds(before: bytes, after: bytes) -> None:
        data = encoder(before + value + after)
        names = {match.spelling.partition(",")[0] for match in search.matches(data)}
        assert name in names or (name == "base64url" and "base64" in names)
        if len(before + value) * 8 // width < 64 and len(value) * 8 // width == len(data):
            assert matches_at(search, data, 8 * len(before) // width, -(-len(value) * 8 // width))

    holds()


@pytest.mark.parametrize("before", range(3))
def test_the_place_of_base64_is_every_character_with_a_bit_of_the_secret(before: int) -> None:
    data = b'"' + base64.b64encode(bytes(before) + b"fluffy tail" + b"!") + b'"'
    first, last = 8 * before // 6, -(-8 * (before + 11) // 6)
    assert search_of("fluffy tail").matches(data) == [Match(0, f"base64, at {before}", 1 + first, last - first)]


@by_secret
@few
@given(st.data())
def test_hexadecimal_is_found_with_any_separator(secret: str, data: st.DataObject) -> None:
    separator = data.draw(st.sampled_from(SEPARATORS))
    spelled = separator.join(f"{byte:02X}" for byte in secret.encode()).encode()
    assert matches_at(search_of(secret), b"< " + spelled + b" >", 2, len(spelled)) == {"hexadecimal, separated"}


@for_each(before=range(40))
def test_hexadecimal_is_found_across_line_breaks(before: int) -> None:
    """As `xxd -p` and `openssl` break lines."""
    value = bytes(before) + b"fluffy tail" + bytes(before)
    for spelled in (wrapped(value.hex().encode(), 60, b"\n"), wrapped(value.hex(":").encode(), 45, b"\r\n    ")):
        assert [match.spelling.partition(",")[0] for match in search_of("fluffy tail").matches(spelled)] == [
            "hexadecimal"
        ]


@pytest.mark.parametrize("size", [2, 4])
@pytest.mark.parametrize("before", range(4))
def test_hexadecimal_in_groups_is_found(size: int, before: int) -> None:
    spelled = (bytes(before) + b"fluffy tail" + bytes(before)).hex(" ", size).encode()
    assert [match.spelling for match in search_of("fluffy tail").matches(spelled)] == ["hexadecimal, separated"]


@by_secret
@pytest.mark.parametrize("indent", [None, 1, 8])
def test_a_list_of_numbers_is_found(secret: str, indent: int | None) -> None:
    """As JSON represents a buffer."""
    spelled = json.dumps({"data": list(b"so " + secret.encode() + b"!")}, indent=indent).encode()
    assert {match.spelling for match in search_of(secret).matches(spelled)} == {"decimal"}


@by_secret
def test_base64_of_base64_is_found_at_every_alignment(secret: str) -> None:
    for before in range(3):
        for again in range(3):
            spelled = base64.b64encode(bytes(again) + base64.b64encode(bytes(before) + secret.encode()))
            assert {match.spelling for match in search_of(secret).matches(spelled)} == {"base64 twice"}


@by_secret
def test_mail_is_found_across_line_breaks(secret: str) -> None:
    """In quoted-printable by a soft line break, in uuencode by a line's length, in a header between two words."""
    for before in range(80):
        text = "x" * before + secret + " and more of that"
        quoted = quopri.encodestring(text.encode(), quotetabs=True)
        assert search_of(secret).matches(quoted.replace(b"\n", b"\r\n")), quoted
        assert {match.spelling for match in search_of(secret).matches(uuencoded(text.encode()))} == {"uuencode"}


@pytest.mark.parametrize("secret", [secret for secret in SECRETS if len(secret) < 20 and "\n" not in secret])
def test_a_mail_header_is_found(secret: str) -> None:
    assert search_of(secret).matches(header(secret))


@for_each(before=range(50))
def test_text_across_several_encoded_words_is_found(before: int) -> None:
    text = "=?utf-8?q?" + "x" * before + "fluffy?=\r\n =?utf-8?q?_ta=69l?="
    assert [match.spelling for match in search_of("fluffy tail").matches(text.encode())] == ["MIME encoded word"]


def test_escapes_may_be_mixed() -> None:
    spelled = b"%66l\\u0075&#102;f\\x79+t=61il"
    assert search_of("fluffy tail").matches(b"<" + spelled + b">") == [Match(0, "mixed escapes", 1, len(spelled))]


@pytest.mark.slow
def test_reversed_text_is_found_by_bytes_and_by_characters() -> None:
    for spelled in ("dä!"[::-1].encode(), "dä!".encode()[::-1]):
        assert [match.spelling for match in small_search("dä!").matches(spelled)] == ["reversed"]


def test_bytes_interleaved_with_nul_are_found() -> None:
    assert search_of("fluffy tail").matches(b"\0".join(b"fluffy tail"[at : at + 1] for at in range(11))) == [
        Match(0, "interleaved with NUL", 0, 21)
    ]


COMPOSED = (unicodedata.normalize("NFC", "crème brûlée"), unicodedata.normalize("NFD", "crème brûlée"))


@pytest.mark.slow
@pytest.mark.parametrize("value", COMPOSED, ids=["NFC", "NFD"])
@pytest.mark.parametrize("written", COMPOSED, ids=["NFC", "NFD"])
def test_text_is_found_in_any_unicode_composition(value: str, written: str) -> None:
    name = "plainly" if value == written else "composed otherwise"
    search = small_search(value)
    assert [match.spelling for match in search.matches(written.encode())] == [name]
    assert search.matches(json.dumps(written).encode())


@pytest.mark.slow
def test_text_of_several_lines_is_found_with_any_line_ending() -> None:
    for value, other in (("one\ntwo", "one\r\ntwo"), ("one\r\ntwo", "one\ntwo")):
        search = small_search(value)
        assert [match.spelling for match in search.matches(other.encode())] == ["composed otherwise"]
        for spelled in (json.dumps(other).encode(), quote_plus(other).encode(), other.encode("utf-16-le")):
            assert search.matches(spelled)
        assert small_search("\r\none").matches(b"two\none") == []
        assert search.matches(b"one two") == search.matches(b"one\rtwo") == []


@pytest.mark.slow
def test_case_matters_unless_ignored_on_request() -> None:
    exact, any_case = small_search("Flüffy Tail"), small_search("Flüffy Tail", any_case=True)
    for text in ("flüffy tail", "FLÜFFY TAIL", "fLüFFY tAIL"):
        for spelled in (text.encode(), text.encode("utf-16-le"), json.dumps(text).encode()):
            assert any_case.matches(spelled)
            assert not exact.matches(spelled)
    assert {match.spelling for match in any_case.matches("FLÜFFY TAIL".encode())} == {"plainly"}
    assert not any_case.matches("FLÜFFI TAIL".encode())


@pytest.mark.slow
@few
@given(st.binary(min_size=4, max_size=40), st.binary(max_size=5), st.binary(max_size=5))
def test_a_binary_secret_is_found(secret: bytes, before: bytes, after: bytes) -> None:
    # Of text, a line end at its end is no part.
    assume(secret[-1:] not in (b"\r", b"\n"))
    search = small_search(secret)
    whole = before + secret + after
    escaped = "".join(f"%{byte:02x}" for byte in whole).encode()
    for data in (whole, whole[::-1], whole.hex().encode(), base64.b64encode(whole), base64.b32encode(whole), escaped):
        assert search.matches(data)
    assert Match(0, "plainly", len(before), len(secret)) in search.matches(whole)


@pytest.mark.slow
def test_a_long_secret_is_found_as_a_whole() -> None:
    """An RSA key, as a file or in JSON; one with another ending is another key. What it stands for is found within."""
    lines = wrapped(base64.b64encode(random.Random(4711).randbytes(1200)), 64, b"\n")  # noqa: S311  (it is no key)
    key = b"-----BEGIN PRIVATE KEY-----\n" + lines + b"\n-----END PRIVATE KEY-----\n"
    search = small_search(key)
    assert search.matches(b"so: " + key) == [
        Match(0, "plainly", 4, len(key) - 1),
        Match(0, "decoded, in base64", 32, len(lines)),
    ]
    written = json.dumps(key.decode())
    assert Match(0, "JSON string", 1, len(written) - 4) in search.matches(written.encode())
    assert [match.spelling for match in search.matches(base64.encodebytes(b"a" + key))] == ["base64, at 1"]
    other = key.replace(lines[:20], lines[20:40])
    for data in (other, json.dumps(other.decode()).encode(), base64.b64encode(other), other.hex().encode()):
        assert search.matches(data) == []


@pytest.mark.slow
def test_the_beginning_of_a_very_long_secret_suffices() -> None:
    value = "ä".encode() * 3000
    search = small_search(b"x" + value)
    assert search.matches(b"x" + value) == [Match(0, "plainly", 0, 4095)]
    assert search.matches(value) == []


def test_every_secret_is_found_and_distinguished() -> None:
    search = Search([Secret("one", b"fluffy tail"), Secret("two", b"bushy tail"), Secret("three", b"tail")])
    assert search.matches(b"bushy tail, fluffy%20tail") == [
        Match(1, "plainly", 0, 10),
        Match(2, "plainly", 6, 4),
        Match(0, "percent-encoded", 12, 13),
        Match(2, "plainly", 21, 4),
    ]
    assert search.redact("a bushy tail") == "two (10 bytes)"
    assert search.redact("a bushy trail") == "a bushy trail"


def test_overlapping_matches_are_all_found() -> None:
    assert [match.offset for match in search_of("fluffy tail").matches(b"fluffy tail, fluffy tail")] == [0, 13]
    assert [match.offset for match in small_search(b"abcab").matches(b"abcabcab")] == [0, 3]


LOOK_ALIKES = ["fluffy tai", "luffy tail", "fluffy tale", "fluffy tbil", "bluffy tail", "FLUFFY TAIL", "fluffy, tail"]


@for_each(other=[*LOOK_ALIKES, "fluffy\xa1tail", "fluffz tail", "fluffy tailor"[:10] + "m"], before=range(6))
def test_other_text_is_not_found(other: str, before: int) -> None:
    """In no spelling, though all but one of its characters may be the same."""
    text = "x" * before + other + "\x7fy"
    for _, encoder in BY_CHARACTER:
        assert search_of("fluffy tail").matches(encoder(text)) == []
    for _, _, code in IN_BITS:
        assert search_of("fluffy tail").matches(code(text.encode())) == []
        assert search_of("fluffy tail").matches(base64.b64encode(code(text.encode()))) == []
    numbers = json.dumps(list(text.encode())).encode()
    for data in (text[::-1].encode(), uuencoded(text.encode()), text.encode().hex(":").encode(), numbers):
        assert search_of("fluffy tail").matches(data) == []


def test_special_characters_in_a_secret_are_literal() -> None:
    search = small_search(b".*+?[a]")
    assert [match.spelling for match in search.matches(b"<.*+?[a]>")] == ["plainly"]
    assert search.matches(b"everything") == []


@few
@given(st.binary(min_size=1, max_size=30), st.integers(0, 10**9))
def test_chance_grows_with_what_is_searched_and_never_falls_below_the_plain_spelling(value: bytes, size: int) -> None:
    search = Search([Secret("any", value), Secret("other", b"fluffy tail")], engine="re")
    assert search.chance(0) == 0
    assert search.chance(2 * size) == pytest.approx(2 * search.chance(size))
    assert search.chance(size, 0) >= size * 256.0 ** -len(value)
    assert search.chance(size) == pytest.approx(search.chance(size, 0) + search.chance(size, 1))


def test_chance_agrees_with_random_bytes() -> None:
    """Two bytes in a million: about 15 plain and 15 reversed matches are expected."""
    search = Search(Secret("short", b"ab"))
    data = random.Random(4711).randbytes(1_000_000)  # noqa: S311  (nothing is to be kept secret)
    found = len(search.matches(data))
    assert 0 < found <= 3 * search.chance(len(data))
    assert search.chance(len(data)) < 3 * found


def test_a_long_secret_does_not_match_by_chance() -> None:
    assert search_of("fluffy tail").chance(10**9) < 1e-6
