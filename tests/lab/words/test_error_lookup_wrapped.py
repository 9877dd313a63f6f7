"""An error is found however it was wrapped, quoted, boxed, coloured or prefixed."""

from __future__ import annotations

import textwrap

from hypothesis import example, given
from hypothesis import strategies as st

from lab.words.pasted_errors import ERRORS, PastedError
from overheard.words.error_lookup import answer, matching_rows
from rows import for_each

TEXT = (
    "requests.exceptions.SSLError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate has expired"
)
# What stands before each line of a quote, a log or the output of a program; {} is the number of the line.
MARKS = ("", "> ", ">> ", "E   ", "│ ", "| ", "* ", "npm ERR! ", "npm error ", "remote: ", "#12 0.34{} ", "  File ")
LOGS = ("2026-01-01T00:00:0{}Z app[7]: ", "[2026-01-01 10:00:0{},123] worker ERROR - ", "pod/x-5d9c stderr F ")
errors = st.sampled_from(ERRORS)


def wrapped(text: str, width: int, *, hard: bool) -> list[str]:
    """The lines of a text in that width; `hard` is whether words are broken, as terminals do."""
    lines = text.splitlines()
    if hard:
        return [line[at : at + width] for line in lines for at in range(0, len(line) or 1, width)]
    return [part for line in lines for part in textwrap.wrap(line, width) or [""]]


def names(lines: list[str]) -> set[str]:
    return {fault.name for fault in answer(lines).faults}


@for_each(mark=[*MARKS, *LOGS], hard=[True, False], width=[7, 12, 31, 80])
def test_an_error_is_found_in_any_width_behind_any_mark(mark: str, width: int, *, hard: bool) -> None:
    lines = [mark.format(number % 10) + line for number, line in enumerate(wrapped(TEXT, width, hard=hard))]
    assert "expired" in names(lines)


@given(errors, st.integers(40, 120), st.booleans())
def test_every_error_is_found_in_any_width(error: PastedError, width: int, hard: bool) -> None:
    assert set(error.faults) & names(wrapped(error.text, width, hard=hard))


@for_each(width=[40, 42, 45, 46], mark=["", "E   ", "> "])
def test_what_rules_an_error_out_may_be_wrapped_too(mark: str, width: int) -> None:
    (error,) = (error for error in ERRORS if (error.file, *error.faults) == ("java17", "silent-in-handshake"))
    assert "silent-in-handshake" in names([mark + line for line in wrapped(error.text, width, hard=True)])


@given(errors, st.integers(40, 120))
def test_every_error_is_found_in_a_box(error: PastedError, width: int) -> None:
    inside = [f"│ {line.ljust(width)} │" for line in wrapped(error.text, width, hard=False)]
    assert set(error.faults) & names([f"╭{'─' * (width + 2)}╮", *inside, f"╰{'─' * (width + 2)}╯"])


@given(st.lists(errors, min_size=2, max_size=4, unique_by=lambda error: error.faults))
def test_of_a_log_with_several_errors_each_is_told(some: list[PastedError]) -> None:
    lines: list[str] = []
    for error in some:
        lines += [*error.text.splitlines(), *["12:00 INFO nothing to see here"] * 60]
    told = names(lines)
    assert all(set(error.faults) & told for error in some)


def test_the_last_error_is_told_first() -> None:
    text = "attempt 1: unable to get local issuer certificate\nattempt 2: [SSL: DH_KEY_TOO_SMALL] dh key too small"
    assert [fault.name for fault in matching_rows(text)] == ["dh-key-too-small", "unknown-root", "missing-intermediate"]


@given(st.text(max_size=400), st.integers(1, 400))
@example("certificate\nhas\nexpired\n" * 20, 3)
def test_any_text_has_an_answer(text: str, width: int) -> None:
    told = answer(wrapped(text, width, hard=True))
    assert all(each.faults for each in told.errors)
    assert not (told.errors and told.question)


PIECES = st.sampled_from(
    [
        "certificate ",
        "has ",
        "expired",
        "\n",
        "E ",
        "... ",
        "self-signed ",
        "in ",
        "chain",
        "x509: ",
        "is valid for ",
        "\x1b[",
        "…",
    ]
)


@given(st.lists(PIECES, max_size=200))
def test_text_made_of_pieces_of_errors_has_an_answer(pieces: list[str]) -> None:
    assert all(each.faults for each in answer("".join(pieces).splitlines()).errors)
