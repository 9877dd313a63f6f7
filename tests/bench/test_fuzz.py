"""The fuzzers find what they are made to find, and each reader gets through a few inputs."""

from __future__ import annotations

import random
import signal
import sys
import time
import warnings
from contextlib import nullcontext
from typing import TYPE_CHECKING

import pytest

import fuzz
from fuzz import READERS, Session
from fuzz_servers import SERVERS
from fuzz_subject import Subject
from mutations import changed, changed_json
from rows import for_each

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def own_alarm() -> Iterator[None]:
    before = signal.getsignal(signal.SIGALRM)
    yield
    signal.signal(signal.SIGALRM, before)


def raises(data: bytes) -> str:
    if len(data) % 5 == 0:
        raise RecursionError("of this kind")
    return "read"


def warns(_: bytes) -> str:
    warnings.warn("of this kind", stacklevel=1)
    return "read"


def hangs(_: bytes) -> str:
    time.sleep(60)
    return "read"


def fuzzed(read: Callable[[bytes], str], monkeypatch: pytest.MonkeyPatch, out: Path, **more: object) -> int:
    """The exit code of fuzzing a reader for a moment."""
    subject = Subject(lambda draw: draw.randbytes(draw.randrange(9)), read, **more)  # type: ignore[arg-type]
    monkeypatch.setitem(READERS, "it", lambda _folder: nullcontext(subject))
    monkeypatch.setattr(sys, "argv", ["fuzz.py", "--minutes", "0.001", "--out", str(out), "it"])
    return fuzz.main()


@pytest.mark.parametrize(("read", "says"), [(raises, "RecursionError"), (warns, "UserWarning"), (hangs, "HangError")])
def test_what_a_reader_must_not_do_is_a_find(
    read: Callable[[bytes], str], says: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(fuzz, "_HANG", 1)
    assert fuzzed(read, monkeypatch, tmp_path / "out") == 1
    found = sorted((tmp_path / "out").iterdir())
    assert says in found[1].read_text()
    # One kind of find is kept three times at most.
    assert len(found) <= 6


def test_memory_that_grows_is_a_find(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    sizes = iter(range(1 << 20, 1 << 30, 100 << 20))
    assert fuzzed(lambda _: "read", monkeypatch, tmp_path / "out", memory=lambda: next(sizes)) == 1
    assert "memory: 1 MiB" in next((tmp_path / "out").glob("*.txt")).read_text()


def test_a_slow_input_is_a_find(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert fuzzed(lambda _: "read", monkeypatch, tmp_path, longest=-1.0) == 1


def test_a_reader_without_a_find_is_counted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fuzzed(lambda _: "read", monkeypatch, tmp_path / "out") == 0
    assert " read); 0 finds" in capsys.readouterr().out
    assert not (tmp_path / "out").exists()


# They judge, or start a process.
SLOW = {*SERVERS, "captures", "key-log"}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] if name in SLOW else []) for name in READERS]
)
def test_each_reader_gets_through_a_few_inputs(name: str, tmp_path: Path) -> None:
    session = Session(name, tmp_path / "out")
    signal.signal(signal.SIGALRM, lambda *_: pytest.fail("an input hangs"))
    with READERS[name](tmp_path) as subject:
        session.run(subject, 1, 0.1)
    assert session.count
    assert not session.finds


@for_each(seed=range(30))
def test_changes_depend_on_the_seed_alone(seed: int) -> None:
    one, other = (random.Random(seed) for _ in range(2))  # noqa: S311  (changes, not keys)
    assert changed(b"some\nlines", one) == changed(b"some\nlines", other)
    assert changed_json({"a": 1}, one) == changed_json({"a": 1}, other)
