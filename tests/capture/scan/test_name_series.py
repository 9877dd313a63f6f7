"""Names below a domain are a table: what a column says is found in order, and in that of a counter."""

from __future__ import annotations

import pytest

from overheard_capture.scan.name_series import is_counter, order_of, series

PIECES = [b"fluf", b"fyta", b"il47", b"11ab"]
TEXT = b"".join(PIECES)
SHUFFLED = (2, 0, 3, 1)
FORMS = {
    "a label": lambda number, piece: b"%d.%b" % (number, piece),
    "a label behind": lambda number, piece: b"%b.%d.t" % (piece, number),
    "a label with a letter": lambda number, piece: b"c%d.%b.t" % (number, piece),
    "a letter": lambda number, piece: b"%c.%b" % (97 + number, piece),
    "hexadecimal": lambda number, piece: b"%04x.%b" % (9 + number, piece),
    "before a dash": lambda number, piece: b"%d-%b" % (number, piece),
    "among others": lambda number, piece: b"7f3a-%d-4-%b" % (number, piece),
    "multiples": lambda number, piece: b"%d-%b" % (10 * number, piece),
    "right before": lambda number, piece: b"%03d%b" % (number, piece),
    "right before, behind a letter": lambda number, piece: b"x%02d%b" % (number, piece),
    "right behind": lambda number, piece: b"%b%02d" % (piece, number),
}


def texts(names: list[bytes]) -> set[bytes]:
    return {b"".join(text for text, _ in found) for found in series(names)}


@pytest.mark.parametrize("form", FORMS)
def test_pieces_are_in_the_order_of_their_numbers(form: str) -> None:
    names = [FORMS[form](number, piece) for number, piece in enumerate(PIECES)]
    assert TEXT in texts([names[at] for at in SHUFFLED])
    assert TEXT in texts(names)


def test_pieces_without_numbers_are_in_the_order_of_the_names() -> None:
    assert TEXT in texts(PIECES)
    assert TEXT in texts([b"%b.%b" % (PIECES[at], PIECES[at + 1]) for at in (0, 2)])
    assert TEXT in texts(
        [b"%b.%b" % (other, piece) for other, piece in zip((b"q", b"k", b"z", b"b"), PIECES, strict=True)]
    )
    assert TEXT not in texts([PIECES[at] for at in SHUFFLED])


def test_one_name_is_no_table() -> None:
    assert texts([TEXT]) == set()


@pytest.mark.parametrize("numbers", [[1, 1], [7, 7, 7], [5, 900, 31, 17], [3]])
def test_other_numbers_are_no_counter(numbers: list[int]) -> None:
    assert order_of(numbers) == []


def test_a_counter_may_lack_some() -> None:
    assert order_of([4, 0, 6]) == [1, 0, 2]


def test_hosts_that_are_counted_say_nothing() -> None:
    names = [b"cab%d" % number for number in range(180, 240)]
    assert is_counter(names)
    assert [*map(is_counter, ([b"%02x" % letter for letter in TEXT * 2], PIECES))] == [False, False]
