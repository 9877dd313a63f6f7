"""Many tests share what tshark printed, or its failure: only for the same program, bytes, keys and arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from capture.asked_once import AskedOnce
from overheard.words.errors import UnreadableError
from overheard_capture.wireshark.keys import TlsKeys
from overheard_capture.wireshark.tshark import TsharkInput

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def asked() -> list[str]:
    """The names of the files about which tshark was asked."""
    return []


@pytest.fixture
def ask(asked: list[str], tmp_path: Path) -> AskedOnce:
    """Cannot read a file that is empty."""
    folder = tmp_path / "answers"
    folder.mkdir()

    def answer(capture: TsharkInput, *arguments: str, keys: TlsKeys | None = None) -> str:
        asked.append(capture.path.name)
        if not capture.path.read_bytes():
            raise UnreadableError(f"nothing in {capture.path.name}", hint="record it again")
        return f"{arguments} of {capture.path.read_bytes()!r} with {bool(keys)}"

    return AskedOnce(answer, folder)


def made(path: Path, content: bytes) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return path


def test_only_the_same_question_gets_the_same_answer(
    ask: AskedOnce, asked: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, copy, other = (made(tmp_path / name, name[:1].encode()) for name in ("a", "again/a", "b"))
    printed = ask(TsharkInput(first), "-q")
    assert ask(TsharkInput(copy), "-q") == printed
    assert asked == ["a"]
    ask(TsharkInput(other), "-q")
    ask(TsharkInput(first), "-V")
    ask(TsharkInput(first, (443,)), "-q")
    for keys in (TlsKeys((first,)), TlsKeys((other,)), TlsKeys(private=first), TlsKeys((tmp_path / "gone",))):
        ask(TsharkInput(first), "-q", keys=keys)
    program = made(tmp_path / "tshark", b"#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    ask(TsharkInput(first), "-q")
    assert len(asked) == 9


def test_a_failure_is_repeated_with_the_name_of_its_file(
    ask: AskedOnce, asked: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("empty", "empty", "other", "again/empty"):
        with pytest.raises(UnreadableError) as failed:
            ask(TsharkInput(made(tmp_path / name, b"")))
        assert str(failed.value) == f"nothing in {name.rpartition('/')[2]}\n  record it again"
    assert asked == ["empty", "other"]
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UnreadableError, match="nothing in empty"):
        ask(TsharkInput(tmp_path / "empty"))
    assert len(asked) == 3
