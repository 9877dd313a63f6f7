"""Records that begin with printable characters are text if there are more of them than random bytes would make."""

from __future__ import annotations

import random

import pytest

from overheard_capture.protocols.tls.printable import PrintableRecords

RANDOM = random.Random(6)  # noqa: S311 - the same in each run
TEXT = b"THE SQUIRREL HIDES THE ACORN BELOW THE OAK AND FORGETS IT THERE IN WINTER" * 3


def is_text(records: list[bytes]) -> bool:
    found = PrintableRecords()
    return max(list(map(found.add, records)))


def cut(size: int, behind: int) -> list[bytes]:
    return [TEXT[at : at + size] + RANDOM.randbytes(behind) for at in range(0, len(TEXT), size)]


@pytest.mark.parametrize(("size", "behind"), [(30, 0), (17, 0), (24, 17), (9, 16), (4, 17), (2, 17), (1, 17)])
def test_a_text_that_is_cut_is_noticed(size: int, behind: int) -> None:
    assert is_text(cut(size, behind))


def test_so_is_one_among_random_records() -> None:
    records = [record for piece in cut(24, 16) for record in (RANDOM.randbytes(40), piece)]
    assert is_text(records)


def test_records_that_were_skipped_are_random_ones() -> None:
    found = PrintableRecords()
    assert not any(found.add(record) for record in cut(9, 16)[:5])
    found.skip(1000)
    assert not any(found.add(record) for record in cut(9, 16)[:5])


def test_one_record_may_be_printable_by_chance() -> None:
    assert not is_text([TEXT[:19]])
    # It is the same one, sent again.
    assert not is_text([TEXT[:19]] * 100)


def test_random_records_are_no_text() -> None:
    for size in (17, 22, 64):
        assert not is_text([RANDOM.randbytes(size) for _ in range(20_000)])
