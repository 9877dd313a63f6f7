"""The search: what it finds in what real encoders write, where, and what chance alone would have it find."""

from __future__ import annotations

import base64
import json
import quopri
import random
import unicodedata
from urllib.parse import quote_plus

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from capture.encoders import BY_CHARACTER, IN_BITS, SEPARATORS, Encoder, header, uuencoded, wrapped
from capture.search.searches import search_of
from overheard.words.secret import Secret
from overheard_capture.search import Match, Search

TROUBADOUR = "Tr0ub4dor&3 'ünïcödé' 2/3 + \"€🐿\" <1>"
SECRETS = ["fluffy tail", "hunter2hunter2", TROUBADOUR, "100%25 = \\u0031\\n", "line one\nline two\t?", "ÀÉÎ õü ß çñ"]

# What is called by these where it happens to be nothing but that.
SPECIAL = {"percent-encoded throughout", "JSON string throughout", "HTML entities, named", "HTML entities, decimal"}

texts = st.text("abz019 %&+/=\\\"'<>#;_:.,-\n\tä€🐿", max_size=7)
by_secret = pytest.mark.parametrize("secret", SECRETS)
# The strategies draw little, and many a search is slow to make, or the machine busy.
few = settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])


def encoded(encoder: Encoder, *parts: str) -> list[bytes]:
    """Each part, or a test that is not one: not every encoder has a word for everything."""
    try:
        return [encoder(part) for part in parts]
    except UnicodeEncodeError:
        assume(False)
        raise


def told(search: Search, data: bytes, offset: int, length: int) -> set[str]:
    """What is found at exactly this place."""
    return {match.spelling for match in search.matches(data) if (match.offset, match.length) == (offset, length)}


def plainer(search: Search, data: bytes, offset: int, length: int) -> bool:
    """Whether something plainer was found within a place."""
    return any(
        offset <= match.offset and match.offset + match.length <= offset + length and match.length < length
        for match in search.matches(data)
    )


@by_secret
@pytest.mark.parametrize("encoder", [encoder for _, encoder in BY_CHARACTER], ids=[name for name, _ in BY_CHARACTER])
def test_what_a_real_encoder_writes_is_found_at_its_place_and_by_its_name(secret: str, encoder: Encoder) -> None:
    """Whatever stands around it. What several encoders write alike has the name of one of them."""
    search, written = search_of(secret), _written(encoder, secret)
    alike = {name for name, other in BY_CHARACTER if _written(other, secret) == written} | SPECIAL

    @few
    @given(texts, texts)
    def holds(before: str, after: str) -> None:
        first, spelt, last = encoded(encoder, before, secret, after)
        place = (search, first + spelt + last, len(first), len(spelt))
        # What is written may hold the secret as it is, too: \\" holds a quote.
        assert told(*place) & alike or plainer(*place)

    # Of a text with few letters it means nothing that they are shifted.
    if written is not None and sum(map(str.isalpha, secret)) >= 6:
        holds()


def _written(encoder: Encoder, text: str) -> bytes | None:
    try:
        return encoder(text)
    except UnicodeEncodeError:
        return None


@by_secret
@pytest.mark.parametrize(("name", "width", "encoder"), IN_BITS, ids=[name for name, _, _ in IN_BITS])
def test_a_code_of_a_few_bits_is_found_at_every_alignment(secret: str, name: str, width: int, encoder: object) -> None:
    search, value = search_of(secret), secret.encode()
    assert callable(encoder)

    @few
    @given(st.binary(max_size=60), st.binary(max_size=60))
    def holds(before: bytes, after: bytes) -> None:
        data = encoder(before + value + after)
        names = {match.spelling.partition(",")[0] for match in search.matches(data)}
        assert name in names or (name == "base64url" and "base64" in names)
        if len(before + value) * 8 // width < 64 and len(value) * 8 // width == len(data):
            assert told(search, data, 8 * len(before) // width, -(-len(value) * 8 // width))

    holds()


@pytest.mark.parametrize("before", range(3))
def test_the_place_of_base64_is_every_character_with_a_bit_of_the_secret(before: int) -> None:
    data = b'"' + base64.b64encode(bytes(before) + b"fluffy tail" + b"!") + b'"'
    first, last = 8 * before // 6, -(-8 * (before + 11) // 6)
    assert search_of("fluffy tail").matches(data) == [Match(0, f"base64, at {before}", 1 + first, last - first)]


@by_secret
@few
@given(st.data())
def test_hexadecimal_is_found_whatever_stands_between_its_bytes(secret: str, data: st.DataObject) -> None:
    separator = data.draw(st.sampled_from(SEPARATORS))
    spelt = separator.join(f"{byte:02X}" for byte in secret.encode()).encode()
    assert told(search_of(secret), b"< " + spelt + b" >", 2, len(spelt)) == {"hexadecimal, separated"}


@pytest.mark.parametrize("before", range(40))
def test_hexadecimal_is_found_though_its_lines_are_broken(before: int) -> None:
    """As `xxd -p` breaks them, and `openssl`."""
    value = bytes(before) + b"fluffy tail" + bytes(before)
    for spelt in (wrapped(value.hex().encode(), 60, b"\n"), wrapped(value.hex(":").encode(), 45, b"\r\n    ")):
        assert [match.spelling.partition(",")[0] for match in search_of("fluffy tail").matches(spelt)] == [
            "hexadecimal"
        ]


@pytest.mark.parametrize("size", [2, 4])
@pytest.mark.parametrize("before", range(4))
def test_hexadecimal_in_groups_is_found(size: int, before: int) -> None:
    spelt = (bytes(before) + b"fluffy tail" + bytes(before)).hex(" ", size).encode()
    assert [match.spelling for match in search_of("fluffy tail").matches(spelt)] == ["hexadecimal, separated"]


@by_secret
@pytest.mark.parametrize("indent", [None, 1, 8])
def test_a_list_of_numbers_is_found(secret: str, indent: int | None) -> None:
    """As JSON has a buffer."""
    spelt = json.dumps({"data": list(b"so " + secret.encode() + b"!")}, indent=indent).encode()
    assert {match.spelling for match in search_of(secret).matches(spelt)} == {"decimal"}


@by_secret
def test_base64_of_base64_is_found_at_every_alignment(secret: str) -> None:
    for before in range(3):
        for again in range(3):
            spelt = base64.b64encode(bytes(again) + base64.b64encode(bytes(before) + secret.encode()))
            assert {match.spelling for match in search_of(secret).matches(spelt)} == {"base64 twice"}


@by_secret
def test_mail_is_found_though_its_lines_are_broken_anywhere(secret: str) -> None:
    """In quoted-printable by a soft break, in uuencode by a line's length, in a header between two words."""
    for before in range(80):
        text = "x" * before + secret + " and more of that"
        quoted = quopri.encodestring(text.encode(), quotetabs=True)
        assert search_of(secret).matches(quoted.replace(b"\n", b"\r\n")), quoted
        assert {match.spelling for match in search_of(secret).matches(uuencoded(text.encode()))} == {"uuencode"}


@pytest.mark.parametrize("secret", [secret for secret in SECRETS if len(secret) < 20 and "\n" not in secret])
def test_a_header_of_a_mail_is_found(secret: str) -> None:
    assert search_of(secret).matches(header(secret))


@pytest.mark.parametrize("before", range(50))
def test_an_encoded_word_is_found_though_there_are_several(before: int) -> None:
    text = "=?utf-8?q?" + "x" * before + "fluffy?=\r\n =?utf-8?q?_ta=69l?="
    assert [match.spelling for match in search_of("fluffy tail").matches(text.encode())] == ["MIME encoded word"]


def test_escapes_may_be_mixed() -> None:
    spelt = b"%66l\\u0075&#102;f\\x79+t=61il"
    assert search_of("fluffy tail").matches(b"<" + spelt + b">") == [Match(0, "mixed escapes", 1, len(spelt))]


def test_a_text_reversed_is_found_by_its_bytes_and_by_its_characters() -> None:
    for spelt in ("dä!"[::-1].encode(), "dä!".encode()[::-1]):
        assert [match.spelling for match in Search(Secret("umlaut", "dä!".encode())).matches(spelt)] == ["reversed"]


def test_bytes_with_a_nul_between_them_are_found() -> None:
    assert search_of("fluffy tail").matches(b"\0".join(b"fluffy tail"[at : at + 1] for at in range(11))) == [
        Match(0, "interleaved with NUL", 0, 21)
    ]


COMPOSED = (unicodedata.normalize("NFC", "crème brûlée"), unicodedata.normalize("NFD", "crème brûlée"))


@pytest.mark.parametrize("value", COMPOSED, ids=["NFC", "NFD"])
@pytest.mark.parametrize("written", COMPOSED, ids=["NFC", "NFD"])
def test_a_text_is_found_however_its_characters_are_composed(value: str, written: str) -> None:
    name = "plainly" if value == written else "composed otherwise"
    search = Search(Secret("sweet", value.encode()))
    assert [match.spelling for match in search.matches(written.encode())] == [name]
    assert search.matches(json.dumps(written).encode())


def test_a_text_of_several_lines_is_found_whatever_ends_them() -> None:
    for value, other in (("one\ntwo", "one\r\ntwo"), ("one\r\ntwo", "one\ntwo")):
        search = Search(Secret("lines", value.encode()))
        assert [match.spelling for match in search.matches(other.encode())] == ["composed otherwise"]
        for spelt in (json.dumps(other).encode(), quote_plus(other).encode(), other.encode("utf-16-le")):
            assert search.matches(spelt)
        assert Search(Secret("line", b"\r\none")).matches(b"two\none") == []
        assert search.matches(b"one two") == search.matches(b"one\rtwo") == []


def test_the_case_of_letters_counts_unless_it_is_not_to() -> None:
    any_case = Search(Secret("message", "Flüffy Tail".encode()), any_case=True)
    for text in ("flüffy tail", "FLÜFFY TAIL", "fLüFFY tAIL"):
        for spelt in (text.encode(), text.encode("utf-16-le"), json.dumps(text).encode()):
            assert any_case.matches(spelt)
            assert not Search(Secret("message", "Flüffy Tail".encode())).matches(spelt)
    assert {match.spelling for match in any_case.matches("FLÜFFY TAIL".encode())} == {"plainly"}
    assert not any_case.matches("FLÜFFI TAIL".encode())


@few
@given(st.binary(min_size=4, max_size=40), st.binary(max_size=5), st.binary(max_size=5))
def test_a_secret_that_is_no_text_is_found(secret: bytes, before: bytes, after: bytes) -> None:
    search = Search(Secret("key", secret))
    whole = before + secret + after
    escaped = "".join(f"%{byte:02x}" for byte in whole).encode()
    for data in (whole, whole[::-1], whole.hex().encode(), base64.b64encode(whole), base64.b32encode(whole), escaped):
        assert search.matches(data)
    assert Match(0, "plainly", len(before), len(secret)) in search.matches(whole)


def test_a_long_secret_is_found_as_a_whole() -> None:
    """A key of RSA, as a file or in JSON; and one with another end is another."""
    lines = wrapped(base64.b64encode(random.Random(4711).randbytes(1200)), 64, b"\n")  # noqa: S311  (it is no key)
    key = b"-----BEGIN PRIVATE KEY-----\n" + lines + b"\n-----END PRIVATE KEY-----\n"
    search = Search(Secret("key", key))
    assert search.matches(b"so: " + key) == [Match(0, "plainly", 4, len(key))]
    written = json.dumps(key.decode())
    assert search.matches(written.encode()) == [Match(0, "JSON string", 1, len(written) - 2)]
    assert [match.spelling for match in search.matches(base64.encodebytes(b"a" + key))] == ["base64, at 1"]
    other = key.replace(lines[:20], lines[20:40])
    for data in (other, json.dumps(other.decode()).encode(), base64.b64encode(other), other.hex().encode()):
        assert search.matches(data) == []


def test_of_a_very_long_secret_the_beginning_is_enough() -> None:
    value = "ä".encode() * 3000
    assert Search(Secret("long", b"x" + value)).matches(b"x" + value) == [Match(0, "plainly", 0, 4095)]


def test_every_secret_is_found_and_told_apart() -> None:
    search = Search([Secret("one", b"fluffy tail"), Secret("two", b"bushy tail"), Secret("three", b"tail")])
    assert search.matches(b"bushy tail, fluffy%20tail") == [
        Match(1, "plainly", 0, 10),
        Match(2, "plainly", 6, 4),
        Match(0, "percent-encoded", 12, 13),
        Match(2, "plainly", 21, 4),
    ]
    assert search.redact("a bushy tail") == "two (10 bytes)"
    assert search.redact("a bushy trail") == "a bushy trail"


def test_every_place_is_found_even_where_they_overlap() -> None:
    assert [match.offset for match in search_of("fluffy tail").matches(b"fluffy tail, fluffy tail")] == [0, 13]
    assert [match.offset for match in Search(Secret("short", b"abcab")).matches(b"abcabcab")] == [0, 3]


LOOK_ALIKES = ["fluffy tai", "luffy tail", "fluffy tale", "fluffy tbil", "bluffy tail", "FLUFFY TAIL", "fluffy  tail"]


@pytest.mark.parametrize("other", [*LOOK_ALIKES, "fluffy\xa0tail", "fluffz tail", "fluffy tailor"[:10] + "m"])
@pytest.mark.parametrize("before", range(6))
def test_what_is_something_else_is_not_found(other: str, before: int) -> None:
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


def test_a_secret_full_of_signs_is_no_pattern() -> None:
    search = Search(Secret("odd", b".*+?[a]"))
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


def test_chance_is_what_random_bytes_bear_out() -> None:
    """Two bytes in a million: about 15 plain ones are to be expected, and as many reversed ones."""
    search = Search(Secret("short", b"ab"))
    data = random.Random(4711).randbytes(1_000_000)  # noqa: S311  (nothing is to be kept secret)
    found = len(search.matches(data))
    assert 0 < found <= 3 * search.chance(len(data))
    assert search.chance(len(data)) < 3 * found


def test_a_long_secret_is_no_matter_of_chance() -> None:
    assert search_of("fluffy tail").chance(10**9) < 1e-6
