"""Telnet in one direction."""

from __future__ import annotations

import base64

from hypothesis import given
from hypothesis import strategies as st

from capture.played import VALUE, outcome, played, seen, sightings
from overheard_capture.content.findings import Reason
from overheard_capture.decoders.line_editing import apply_editing
from overheard_capture.protocols.telnet import is_telnet, telnet

WILL_ECHO, DO_NAWS = b"\xff\xfb\x01", b"\xff\xfd\x1f"
WINDOW_SIZE = b"\xff\xfa\x1f\x00\x50\x00\xff\xff\xff\xf0"
BYTES = st.lists(
    st.sampled_from(
        [b"\xff", b"\xfa", b"\xf0", b"\xfb", b"\x01", b"\r", b"\0", b"\x08", b"\n", VALUE[:7], VALUE[7:], b"a"]
    )
).map(b"".join)
CUTS = st.lists(st.integers(0, 400))


def test_commands_between_characters_are_removed() -> None:
    findings = played(telnet, b"login: " + VALUE[:5] + WILL_ECHO + WINDOW_SIZE + VALUE[5:] + b"\r\0$ ")
    assert seen(findings) == {("telnet",)}
    assert findings.sightings[0].place.offset == 54 + 7
    assert not findings.unread
    assert findings.read == {"telnet": 7 + len(VALUE) + 3 + 10 + 4}
    assert list(findings.kinds) == ["telnet"]


def test_text_without_commands_is_not_reported_twice() -> None:
    assert seen(played(telnet, WILL_ECHO + VALUE)) == {()}


def test_a_doubled_255_is_a_data_byte() -> None:
    findings = played(telnet, VALUE[:5] + b"\xff\xff" + VALUE[5:])
    assert not findings.sightings


def test_a_nul_after_a_return_is_padding() -> None:
    value = b"two\rlines"
    assert apply_editing(value) == value
    findings = played(telnet, b"\r\0" + VALUE + b"\r\0")
    assert [found.position for found in findings.sightings] == [2]


def test_line_editing_is_applied() -> None:
    """A typo is corrected with DEL, as it is typed, and as the terminal shows it."""
    for erased in (b"\x7f", b"\x08", b"\x08 \x08"):
        findings = played(telnet, b"say " + VALUE[:4] + b"z" + erased + VALUE[4:] + b"\r\n")
        assert seen(findings) == {("telnet",)}, erased
    assert seen(played(telnet, b"never mind\x15" + VALUE + b"\n")) == {()}
    assert seen(played(telnet, VALUE[:7] + b"nose\x17" + VALUE[7:] + b"\n")) == {("telnet",)}


def test_colour_sequences_are_removed() -> None:
    """As grep highlights matches."""
    findings = played(telnet, b"\x1b[01;31m\x1b[K" + VALUE[:6] + b"\x1b[m\x1b[K" + VALUE[6:] + b"\r\n")
    assert seen(findings) == {("telnet",)}
    assert not findings.unread


def test_erased_text_is_still_seen() -> None:
    assert seen(played(telnet, VALUE + b"\x7f" * 20 + b"\n")) == {()}


def test_a_multibyte_character_is_erased_as_one() -> None:
    assert apply_editing("süß\x7f\x7fund".encode()) == b"sund"


def test_an_endless_option_does_not_hide_what_follows() -> None:
    findings = played(telnet, b"\xff\xfa\x18" + bytes(20000) + VALUE[:5] + WILL_ECHO + VALUE[5:])
    assert seen(findings) == {("telnet",)}
    assert findings.unread


def test_telnet_is_recognised() -> None:
    assert is_telnet(WILL_ECHO + DO_NAWS + b"Debian GNU/Linux 12\r\nlogin: ")
    assert is_telnet(WILL_ECHO + DO_NAWS)
    assert is_telnet(b"guest" + WINDOW_SIZE + b"\r\0secret\r\0ls\x7f\r\0")
    assert is_telnet(WILL_ECHO + b"\xff\xfa\x18\x00VT10")


def test_other_content_is_not_telnet() -> None:
    assert not is_telnet(b"GET / HTTP/1.1\r\n\r\n")
    assert not is_telnet(b"")
    assert not is_telnet("\ufefftext".encode("utf-16-le"))
    assert not is_telnet(bytes(range(256)) * 2)
    assert not is_telnet(b"\xff\xd8\xff\xe0\x00\x10JFIF")
    assert not is_telnet(b"\xff\xfb\x01" + bytes(range(1, 32)) * 3)


def opaque(data: bytes) -> bool:
    return any(each.why is Reason.OPAQUE for each in played(telnet, data).unread)


def test_what_is_mostly_control_characters_is_no_text() -> None:
    """UTF-16 and UTF-32, and a code of two nibbles a letter, also after much text."""
    coded = base64.b64encode(b"it was said that " + VALUE).decode()
    nibbles = bytes(each for byte in b"kestrels in the garden, " * 2 for each in (byte >> 4, byte & 15))
    hidden = [coded.encode(charset) for charset in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")]
    for data in (*hidden, nibbles):
        assert opaque(WILL_ECHO + data)
        assert opaque(WILL_ECHO + b"Debian GNU/Linux 12\r\n" * 200 + data * 9)


def test_control_characters_of_a_session_are_text() -> None:
    """Keys that are typed, padding after a line, colours, bells and drawings of a terminal."""
    assert not opaque(WILL_ECHO + b"\x0e" * 15 + b"\x03")
    assert not opaque(WILL_ECHO + b"guest\r\0ls -l\r\0\x04")
    assert not opaque(WILL_ECHO + b"\r\0" * 400)
    assert not opaque(WILL_ECHO + b"\x1b[H\x1b[J\0\0\0Welcome to this machine\r\n\0\0" * 100)
    assert not opaque(WILL_ECHO + b"\x1b[31m\x0elqqk\x0f\x1b[m\x07\r\n" * 100)


@given(BYTES, CUTS)
def test_it_does_not_matter_how_it_is_split(data: bytes, cuts: list[int]) -> None:
    assert outcome(played(telnet, data, cuts)) == outcome(played(telnet, data))


@given(BYTES, CUTS, st.integers(0, 100), st.integers(0, 100))
def test_a_gap_is_read_across(data: bytes, cuts: list[int], lost: int, length: int) -> None:
    gap = (min(lost, len(data)), min(lost + length, len(data)))
    findings = played(telnet, data, cuts, gap=gap)
    assert sum(findings.read.values()) == len(data) - (gap[1] - gap[0])
    assert sightings(findings) == sightings(played(telnet, data, gap=gap))


@given(st.binary())
def test_arbitrary_bytes_raise_nothing(data: bytes) -> None:
    played(telnet, data)
    is_telnet(data)
