"""`overheard errors` with any bytes, as an argument and on standard input: an answer that is safe to print."""

from __future__ import annotations

import argparse
import contextlib
import io
import os
from unittest import mock

from hypothesis import example, given
from hypothesis import strategies as st

from overheard.command.learn import errors

# What the readers look for, between any bytes.
PIECES = st.sampled_from(
    [
        b"certificate has expired",
        b"\x1b[31m",
        b"\x1b]8;;",
        b"\n",
        b"\r",
        b"...",
        b"\xff",
        b"\x00",
        b"> ",
        b"EOF",
        b"%20",
        b"\\n",
    ]
)
DATA = st.one_of(st.binary(max_size=300), st.lists(st.one_of(PIECES, st.binary(max_size=4)), max_size=60).map(b"".join))


def said(text: list[str], *, json: bool) -> tuple[int, str]:
    """The exit code and what is printed to a terminal that takes only UTF-8."""
    printed = io.BytesIO()
    with io.TextIOWrapper(printed, "utf-8", errors="strict", write_through=True) as out:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            code = errors(argparse.Namespace(text=text, json=json))
        return code, printed.getvalue().decode()


def is_safe(printed: str) -> bool:
    return all(sign.isprintable() or sign == "\n" for sign in printed)


@given(DATA, st.booleans())
@example(b"\x1b[2Jdh key too small \x9b31m\n\xe2\x80\xaecertificate has expired", False)
@example(b"-", False)
def test_any_argument_has_an_answer(data: bytes, json: bool) -> None:
    # One is `-`, and asks for standard input.
    with mock.patch("sys.stdin", mock.Mock(buffer=io.BytesIO())):
        code, printed = said([os.fsdecode(data)], json=json)
    assert code in (0, 1)
    assert is_safe(printed)


@given(DATA, st.booleans())
def test_any_standard_input_has_an_answer(data: bytes, json: bool) -> None:
    with mock.patch("sys.stdin", mock.Mock(buffer=io.BytesIO(data))):
        code, printed = said(["-"], json=json)
    assert code in (0, 1)
    assert is_safe(printed)
