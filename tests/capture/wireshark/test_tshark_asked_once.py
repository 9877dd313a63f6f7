"""Many tests share what tshark printed: only for the same program, bytes, keys and arguments, and only if it worked."""

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
def ask(asked: list[str]) -> AskedOnce:
    """Fails the first time."""

    def answer(capture: TsharkInput, *arguments: str, keys: TlsKeys | None = None) -> str:
        asked.append(capture.path.name)
        if len(asked) == 1:
            raise UnreadableError("not yet")
        return f"{arguments} of {capture.path.read_bytes()!r} with {bool(keys)}"

    return AskedOnce(answer)


def made(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_only_the_same_question_gets_the_same_answer(
    ask: AskedOnce, asked: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, copy, other = (made(tmp_path / name, name[:1].encode()) for name in ("a", "a-again", "b"))
    with pytest.raises(UnreadableError, match="not yet"):
        ask(TsharkInput(first), "-q")
    printed = ask(TsharkInput(first), "-q")
    assert ask(TsharkInput(copy), "-q") == printed
    assert asked == ["a", "a"]
    ask(TsharkInput(other), "-q")
    ask(TsharkInput(first), "-V")
    ask(TsharkInput(first, (443,)), "-q")
    for keys in (TlsKeys((first,)), TlsKeys((other,)), TlsKeys(private=first), TlsKeys((tmp_path / "gone",))):
        ask(TsharkInput(first), "-q", keys=keys)
    program = made(tmp_path / "tshark", b"#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    ask(TsharkInput(first), "-q")
    assert len(asked) == 10
