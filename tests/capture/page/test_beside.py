"""The same message in two recordings, beside each other."""

from __future__ import annotations

from dataclasses import replace

from overheard_capture.page.beside import PER_LINE, Half, half
from overheard_capture.page.masking import Masking
from overheard_capture.page.messages import SentMessage

SECRET = b"fluffy tail"
MASKING = Masking(SECRET.decode())
PLAIN = b"HTTP/1.1 200 OK\r\n\r\nfluffy tail"
CLEAR = SentMessage((7, 9), PLAIN, PLAIN)
SEALED = SentMessage((13, 14), bytes(byte ^ 0xA5 for byte in PLAIN), PLAIN)


def marked(shown: Half) -> dict[str, str]:
    """The letters with each mark."""
    found: dict[str, str] = {}
    for line in shown.lines:
        for cell in line:
            if cell.mark:
                found[cell.mark] = found.get(cell.mark, "") + cell.hexadecimal
    return found


def test_the_secret_is_marked_where_it_is() -> None:
    shown = half(CLEAR, MASKING, opened=False)
    assert marked(shown) == {"secret": SECRET.hex()}
    assert shown.mark == "secret"
    assert shown.is_clear


def test_nothing_is_marked_where_it_is_not_known_to_be() -> None:
    shown = half(replace(SEALED, plain=b""), MASKING, opened=True)
    assert marked(shown) == {}
    assert (shown.mark, shown.is_open) == ("", False)


def test_its_place_is_marked_where_it_is_not() -> None:
    shown = half(SEALED, MASKING, opened=False)
    assert marked(shown) == {"place": SEALED.wire[19:].hex()}
    assert shown.mark == "place"
    assert not shown.is_clear


def test_the_keys_show_it() -> None:
    assert marked(half(SEALED, MASKING, opened=True)) == {"secret": SECRET.hex()}


def test_what_no_key_opens_is_shown_as_it_is_and_has_no_place() -> None:
    shown = half(SentMessage((4,), SEALED.wire, b""), MASKING, opened=True)
    assert marked(shown) == {}
    assert "".join(cell.hexadecimal for line in shown.lines for cell in line) == SEALED.wire.hex()


def test_nothing_has_no_lines() -> None:
    assert half(SentMessage((), b"", b""), MASKING, opened=False).lines == ()


def test_a_long_message_is_cut_and_that_is_said() -> None:
    shown = half(SentMessage((1,), bytes(5000), bytes(5000)), MASKING, opened=False)
    assert len(shown.lines) * PER_LINE + shown.left_out == 5000


def test_letters_that_are_not_to_be_seen_are_dots() -> None:
    message = SentMessage((1,), b"a\x1b[31m\xff\x7f", b"a\x1b[31m\xff\x7f")
    assert "".join(cell.letter for cell in half(message, MASKING, opened=False).lines[0]) == "a.[31m.."
